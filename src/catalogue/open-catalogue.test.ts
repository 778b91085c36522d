import { createServer, type Server } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import type { ContactStore } from '#store';
import { openCatalogue, type Catalogue, type CatalogueOptions } from './open-catalogue.ts';
import { indexRecords } from './records/index-records.ts';
import { recordOf, tool } from './records/made-up-record.suite.ts';
import { recordFiles } from './records/record-files.ts';

const root = mkdtempSync(join(tmpdir(), 'open-catalogue-'));
const open: (Catalogue | Server)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const contact: ContactStore = { insert: () => Promise.resolve(), list: () => Promise.resolve([]) };
let folders = 0;

async function records(...names: string[]): Promise<string> {
  const folder = join(root, `records-${++folders}`);
  await recordFiles(folder).write(recordOf(names.map((name) => tool(name))));
  return folder;
}

/** A catalogue behind a server, with what it is asked to do. */
async function serve(options: Partial<CatalogueOptions> & { readonly recordsDir: string }): Promise<{
  readonly catalogue: Catalogue;
  get(
    path: string,
  ): Promise<{ readonly status: number; readonly text: string; readonly retryAfter: string | null }>;
}> {
  const dataDir = options.dataDir ?? join(root, `data-${++folders}`);
  const catalogue = openCatalogue({
    dataDir,
    indexFiles: [join(dataDir, 'index.db')],
    contact,
    origin: 'https://tools.example.com',
    version: '1.0.0',
    allowedHosts: [],
    buildIndex: async (from, to) => void (await indexRecords(from, to)),
    clock: systemClock,
    log: silentLog,
    ...options,
  });
  const server = createServer(catalogue.serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server, catalogue);
  const { port } = server.address() as AddressInfo;
  return {
    catalogue,
    async get(path) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return {
        status: answer.status,
        text: await answer.text(),
        retryAfter: answer.headers.get('retry-after'),
      };
    },
  };
}

describe('a catalogue', () => {
  it('says that its index is being made, until it is', async () => {
    let build = (): void => {};
    const asked = new Promise<void>((resolve) => {
      build = resolve;
    });
    const { catalogue, get } = await serve({
      recordsDir: await records('list_notes'),
      buildIndex: async (from, to) => {
        await asked;
        await indexRecords(from, to);
      },
    });
    const early = await get('/tools/crm');
    expect(early.status).toBe(503);
    expect(Number(early.retryAfter)).toBeGreaterThan(0);
    build();
    await catalogue.ready;
    expect(await get('/tools/crm')).toMatchObject({ status: 200 });
    expect((await get('/tools/crm/list-notes')).text).toContain(
      'https://tools.example.com/tools/crm/list-notes',
    );
  });

  it('uses an index that came with the records, without making one', async () => {
    const recordsDir = await records('list_notes');
    const shipped = join(root, 'shipped.db');
    await indexRecords(recordsDir, shipped);
    const fails = (): Promise<void> => Promise.reject(new Error('there is one'));
    const { catalogue, get } = await serve({
      recordsDir,
      indexFiles: [shipped, join(root, 'nowhere.db')],
      buildIndex: fails,
    });
    await catalogue.ready;
    expect((await get('/tools/crm')).status).toBe(200);
  });

  it('uses the index of the same records again, and makes it anew for others', async () => {
    const dataDir = join(root, 'kept');
    const recordsDir = await records('list_notes');
    let builds = 0;
    const buildIndex = async (from: string, to: string): Promise<void> => {
      builds++;
      await indexRecords(from, to);
    };
    for (let start = 0; start < 2; start++)
      await (
        await serve({ recordsDir, dataDir, buildIndex })
      ).catalogue.ready;
    expect(builds).toBe(1);
    const { catalogue, get } = await serve({ recordsDir: await records('other'), dataDir, buildIndex });
    await catalogue.ready;
    expect(builds).toBe(2);
    expect((await get('/tools/crm/other')).status).toBe(200);
  });

  it('goes on without its pages where the index cannot be made', async () => {
    const fails = (): Promise<void> => Promise.reject(new Error('the disk is full'));
    const { catalogue, get } = await serve({ recordsDir: await records('list_notes'), buildIndex: fails });
    await catalogue.ready;
    expect((await get('/tools/crm')).status).toBe(503);
    expect((await get('/attacks')).status).toBe(200);
  });

  it('shows whole definitions where the data folder has the very reading of the record', async () => {
    const dataDir = join(root, 'definitions');
    const recordsDir = await records('list_notes');
    const keep = (scannedAt: string): void => {
      const outcome = {
        answered: true,
        tools: [{ name: 'list_notes', description: 'Words of its server.' }],
      };
      mkdirSync(join(dataDir, 'catalogue/scans'), { recursive: true });
      writeFileSync(
        join(dataDir, 'catalogue/scans/crm.json'),
        JSON.stringify({ name: 'crm', scannedAt, outcome }),
      );
    };
    keep('2026-01-02T00:00:00.000Z'); // as `recordOf` has it
    const same = await serve({ recordsDir, dataDir });
    await same.catalogue.ready;
    expect((await same.get('/tools/crm/list-notes')).text).toContain('Words of its server.');
    keep('2025-01-01T00:00:00.000Z');
    const other = await serve({ recordsDir, dataDir });
    await other.catalogue.ready;
    expect((await other.get('/tools/crm/list-notes')).text).not.toContain('Words of its server.');
  });
});
