import { expect, it } from 'vitest';
import type { StoredGrant, StoredRecord } from '#store';
import { lastUseOf } from './last-use.ts';

const record = (server: string, at: number): StoredRecord => ({ server, at }) as StoredRecord;
const grant = (server: string, lastUsedAt?: number): StoredGrant => ({ server, lastUsedAt }) as StoredGrant;

/** Over these grants, and a log that is read from its end piece by piece. */
function over(grants: readonly StoredGrant[], pieces: readonly (readonly StoredRecord[])[]) {
  const read = { pieces: 0 };
  const parts = {
    grants: { ofOrganisation: () => Promise.resolve(grants) },
    records: {
      async *scan() {
        for (const piece of pieces) {
          read.pieces++;
          yield piece;
        }
      },
    },
  };
  return { read, of: (...servers: readonly string[]) => lastUseOf(parts, 'acme', servers) };
}

it('is the latest that grants and log know of, and nothing for a server that nobody used', async () => {
  const { of } = over(
    [grant('a', 10), grant('a', 30), grant('b', 50), grant('c'), grant('not asked about', 99)],
    [[record('a', 40), record('d', 20)], [record('b', 15)]],
  );
  expect(Object.fromEntries(await of('a', 'b', 'c', 'd', 'e'))).toEqual({ a: 40, b: 50, d: 20 });
});

it('reads no more of the log than it needs', async () => {
  const { read, of } = over([], [[record('a', 3)], [record('b', 2)], [record('a', 1)]]);
  expect(Object.fromEntries(await of('a', 'b'))).toEqual({ a: 3, b: 2 });
  expect(read.pieces).toBe(2);
});

it('gives a long log up', async () => {
  const { read, of } = over(
    [grant('idle', 5)],
    Array.from({ length: 1_000 }, () => []),
  );
  expect(Object.fromEntries(await of('idle'))).toEqual({ idle: 5 });
  expect(read.pieces).toBeLessThan(20);
});
