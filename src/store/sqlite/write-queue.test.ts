import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from './engine.ts';
import { createWriteQueue } from './write-queue.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-queue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let files = 0;

describe('createWriteQueue', () => {
  let mine: Database;
  let other: Database;
  beforeEach(() => {
    const path = join(root, `${++files}.db`);
    mine = openDatabase(path, false);
    mine.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0; CREATE TABLE log (line TEXT NOT NULL)');
    other = openDatabase(path, false);
  });
  afterEach(() => {
    mine.close();
    other.close();
  });

  const lines = (): unknown =>
    other
      .prepare('SELECT line FROM log ORDER BY rowid')
      .all()
      .map((row) => row['line']);
  const write = (line: string | null) => () => mine.prepare('INSERT INTO log VALUES (?)').run(line);

  it('answers with what the work returned, once it is committed', async () => {
    const queue = createWriteQueue(mine);
    const answer = await queue.write(() => {
      write('a')();
      return 'done';
    });
    expect(answer).toBe('done');
    expect(lines()).toEqual(['a']);
  });

  it('commits the writes of one turn together, in order', async () => {
    const queue = createWriteQueue(mine);
    const seenByOther: unknown[] = [];
    const first = queue.write(write('a'));
    const second = queue.write(() => {
      seenByOther.push(lines());
      write('b')();
    });
    await Promise.all([first, second]);
    expect(seenByOther).toEqual([[]]);
    expect(lines()).toEqual(['a', 'b']);
  });

  it('rolls back a write that throws, whole, and no other', async () => {
    const queue = createWriteQueue(mine);
    const settled = await Promise.allSettled([
      queue.write(write('a')),
      queue.write(() => {
        write('half')();
        throw new Error('faulty');
      }),
      queue.write(write(null)),
      queue.write(write('b')),
    ]);
    expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(settled[1]).toMatchObject({ reason: { message: 'faulty' } });
    expect(settled[2]).toMatchObject({ reason: { code: 'store.failed' } });
    expect(lines()).toEqual(['a', 'b']);
  });

  it('waits for the lock of another process without stopping the event loop', async () => {
    const queue = createWriteQueue(mine);
    other.exec('BEGIN IMMEDIATE');
    const written = queue.write(write('a'));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    const later = queue.write(write('b'));
    other.exec('COMMIT');
    await Promise.all([written, later]);
    expect(lines()).toEqual(['a', 'b']);
  });

  it('gives up on a lock only after its patience, then says so, and goes on with later writes', async () => {
    const queue = createWriteQueue(mine, 100);
    other.exec('BEGIN IMMEDIATE');
    const start = performance.now();
    await expect(queue.write(write('a'))).rejects.toMatchObject({ code: 'store.busy' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(99);
    other.exec('COMMIT');
    await queue.write(write('b'));
    expect(lines()).toEqual(['b']);
  });

  it('drains what it accepted before it is closed, also while the lock is held', async () => {
    const queue = createWriteQueue(mine);
    other.exec('BEGIN IMMEDIATE');
    const written = queue.write(write('a'));
    const closed = queue.close();
    await nextTurn();
    other.exec('COMMIT');
    await closed;
    await written;
    expect(lines()).toEqual(['a']);
    await expect(queue.write(write('b'))).rejects.toMatchObject({ code: 'store.closed' });
    await expect(queue.read(() => 1)).rejects.toMatchObject({ code: 'store.closed' });
  });
});
