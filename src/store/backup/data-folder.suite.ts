import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { openStore } from '../open-store.ts';
import type { StoredGrant } from '../ports.ts';
import { record } from '../records.suite.ts';
import { openDatabase } from '../sqlite/engine.ts';
import { backUp } from './back-up.ts';
import type { Manifest } from './manifest.ts';

export const root = mkdtempSync(join(tmpdir(), 'toolgate-backup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
export const newFolder = (): string => join(root, String(++folders));

export const NOW = Date.UTC(2026, 11, 1);
export const STAMP = '2026-12-01T00-00-00-000Z';
export const GRANT: StoredGrant = {
  id: 'g1',
  label: 'agent',
  server: 'crm',
  policy: 'main',
  createdAt: 1,
  expiresAt: undefined,
  revokedAt: undefined,
  tokenHash: 'h1',
};
export const CHARGE = { counter: 'a', windowStart: 0, expiresAt: NOW * 2, amountMicros: 3, maxMicros: 10 };

/** A data folder with a little of everything in it. */
export async function madeData(): Promise<string> {
  const dataDir = newFolder();
  const store = openStore({ dataDir });
  await store.grants.insert(GRANT);
  await store.counters.reserve([CHARGE], record('r1'));
  await store.close();
  return withFiles(left(dataDir));
}

/** A folder as it is when the process that used it has ended: one engine lets go of its files only then. */
export function left(dataDir: string): string {
  const folder = newFolder();
  cpSync(dataDir, folder, { recursive: true, filter: (path) => !path.endsWith('-shm') });
  const database = openDatabase(join(folder, 'toolgate.db'), false);
  database.exec('PRAGMA journal_mode = DELETE');
  database.close();
  return folder;
}

function withFiles(dataDir: string): string {
  mkdirSync(join(dataDir, 'catalogue/scans'), { recursive: true });
  mkdirSync(join(dataDir, 'catalogue/work'));
  for (const [name, text] of [
    ['toolgate.key', 'k1:secret'],
    ['session.key', 'session'],
    ['proxy-grant.token', 'tg_token'],
    ['catalogue/scans/crm.json', '{}'],
    ['catalogue/work/half', ''],
    ['catalogue/index.db', 'made anew'],
    ['ledger/00000002.ledger.123', 'being made'],
  ] as const) {
    writeFileSync(join(dataDir, name), text);
  }
  return dataDir;
}

export async function expectData(dataDir: string): Promise<void> {
  const store = openStore({ dataDir, access: 'existing' });
  expect(await store.grants.list()).toEqual([GRANT]);
  expect(await store.counters.used('a', 0)).toBe(3);
  expect((await store.records.query({})).map(({ id }) => id)).toEqual(['r1']);
  await store.close();
}

export function backedUp(
  dataDir: string,
  withKeys = false,
): { readonly target: string; readonly manifest: Manifest } {
  const target = newFolder();
  return { target, manifest: backUp({ dataDir, target, withKeys, version: '1.2.3', now: NOW }) };
}

export function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

export const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
export const failing = (code: string, details?: unknown): unknown =>
  expect.objectContaining(details === undefined ? { code } : { code, details });

/** Overwrites every page behind the first with zeros. */
export function breakDatabase(file: string): void {
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096)]));
}
