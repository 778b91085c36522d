import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '#platform';
import type { Store } from './ports.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { contactSuite } from './contact-messages.suite.ts';
import { counterSuite } from './counters.suite.ts';
import { credentialSuite } from './credentials.suite.ts';
import { grantSuite } from './grants.suite.ts';
import { recordSuite } from './records.suite.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openStore } from './open-store.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(++folders));

describe('a data folder', () => {
  counterSuite(() => openStore({ dataDir: newFolder() }));
  recordSuite(() => openStore({ dataDir: newFolder() }));
  grantSuite((clock) => openStore({ dataDir: newFolder(), clock }));
  credentialSuite(() => openStore({ dataDir: newFolder() }));
  contactSuite(() => openStore({ dataDir: newFolder() }));
});

describe('a store in memory', () => {
  counterSuite(() => openStore({ dataDir: ':memory:' }));
  recordSuite(() => openStore({ dataDir: ':memory:' }));
  grantSuite((clock) => openStore({ dataDir: ':memory:', clock }));
  credentialSuite(() => openStore({ dataDir: ':memory:' }));
  contactSuite(() => openStore({ dataDir: ':memory:' }));
});

/** PostgreSQL of the system; without it these tests are skipped, and the run says so. */
const postgres = await startPostgres();
afterAll(() => postgres?.stop());

describe.skipIf(postgres === undefined)('PostgreSQL beside a data folder', () => {
  const open = async (clock?: Clock): Promise<Store> =>
    openStore({ dataDir: newFolder(), databaseUrl: await postgres?.createDatabase(), clock });

  grantSuite(open);
  credentialSuite(open);
  contactSuite(open);
});

describe('openStore', () => {
  const entries = [{ counter: 'a', windowStart: 0, expiresAt: 1, amountMicros: 1, maxMicros: 10 }];

  it('keeps what was written for whoever opens the folder next', async () => {
    const dataDir = newFolder();
    const first = openStore({ dataDir });
    await first.counters.reserve(entries);
    await first.close();
    const second = openStore({ dataDir });
    expect(await second.counters.used('a', 0)).toBe(1);
    await second.close();
  });

  it('shows the writes of one opener to another that is open at the same time', async () => {
    const dataDir = newFolder();
    const writer = openStore({ dataDir });
    const reader = openStore({ dataDir, access: 'read' });
    await writer.counters.reserve(entries);
    expect(await reader.counters.used('a', 0)).toBe(1);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('shares one budget between openers that reserve at the same time', async () => {
    const dataDir = newFolder();
    const stores = [openStore({ dataDir }), openStore({ dataDir }), openStore({ dataDir })];
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) => stores[i % stores.length]?.counters.reserve(entries)),
    );
    expect(outcomes.filter((outcome) => outcome?.granted)).toHaveLength(10);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('finishes the writes it accepted before it closes, and refuses later ones', async () => {
    const dataDir = newFolder();
    const store = openStore({ dataDir });
    const accepted = store.counters.reserve(entries);
    const closed = store.close();
    await expect(store.counters.reserve(entries)).rejects.toMatchObject({ code: 'store.closed' });
    expect(await accepted).toEqual({ granted: true });
    await closed;
    await store.close();
    await expect(store.counters.used('a', 0)).rejects.toMatchObject({ code: 'store.closed' });
  });

  it('writes nothing through a store that was opened to read', async () => {
    const dataDir = newFolder();
    await openStore({ dataDir }).close();
    const store = openStore({ dataDir, access: 'read' });
    await expect(store.counters.reserve(entries)).rejects.toMatchObject({ code: 'store.failed' });
    await store.close();
  });
});
