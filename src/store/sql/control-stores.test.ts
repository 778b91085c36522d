import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { afterAll, describe } from 'vitest';
import { startPostgres } from '../../../test/support/postgres.ts';
import { apiKeySuite } from '../api-keys.suite.ts';
import { approvalSuite } from '../approvals.suite.ts';
import { auditSuite } from '../audit.suite.ts';
import { captureSuite } from '../captures.suite.ts';
import { idempotencySuite } from '../idempotency.suite.ts';
import { openStore } from '../open-store.ts';
import { organisationSuite } from '../organisations.suite.ts';
import { lookSuite } from '../looks.suite.ts';
import { pinSuite } from '../pins.suite.ts';
import { policySuite } from '../policies.suite.ts';
import type { Store } from '../ports.ts';
import { serverSuite } from '../servers.suite.ts';
import { webhookSuite } from '../webhooks.suite.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-control-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(root, String(++folders));

/** PostgreSQL of the system; without it these tests are skipped, and the run says so. */
const postgres = await startPostgres();
afterAll(() => postgres?.stop());

function everything(open: () => Promise<readonly [Store, Store]>): void {
  organisationSuite(open);
  apiKeySuite(open);
  serverSuite(open);
  policySuite(open);
  approvalSuite(open);
  pinSuite(open);
  lookSuite(open);
  webhookSuite(open);
  auditSuite(open);
  idempotencySuite(open);
  captureSuite(open);
}

describe('a store in memory', () => {
  everything(async () => {
    const store = openStore({ dataDir: ':memory:' });
    return [store, store];
  });
});

describe('a data folder that two have open', () => {
  everything(async () => {
    const dataDir = newFolder();
    return [openStore({ dataDir }), openStore({ dataDir })];
  });
});

describe.skipIf(postgres === undefined)('a database of PostgreSQL that two have open', () => {
  let made: Promise<string> | undefined;
  everything(async () => {
    const databaseUrl = await (made ??= postgres?.createDatabase());
    const open = (): Store => openStore({ dataDir: ':memory:', databaseUrl });
    const stores = [open(), open()] as const;
    await empty(stores[0]);
    return stores;
  });
});

/** A new database for every test would take most of the time of this file. */
async function empty({ control }: Store): Promise<void> {
  const db = control.identity.db as Kysely<unknown>;
  const { rows } = await sql<{ name: string }>`
    SELECT tablename AS name FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('revisions', 'toolgate_schema')`.execute(db);
  await sql.raw(`TRUNCATE ${rows.map(({ name }) => `"${name}"`).join(', ')}`).execute(db);
}
