import { describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import type { Grant } from '#store';
import { LastUse } from './last-use.ts';

const grant = (id: string): Grant => ({
  id,
  label: id,
  server: 'shop',
  policy: undefined,
  createdAt: 0,
  expiresAt: undefined,
  revokedAt: undefined,
});

function setUp() {
  const written: (readonly { readonly id: string; readonly at: number }[])[] = [];
  const time = { now: 0, isDown: false };
  const touch = async (uses: readonly { readonly id: string; readonly at: number }[]): Promise<void> => {
    if (time.isDown) throw new Error('the store is away');
    written.push(uses);
  };
  return { written, time, uses: new LastUse({ touch }, { now: () => time.now }, silentLog) };
}

describe('the last use of grants', () => {
  it('is written once a minute, the last time of each', async () => {
    const { written, time, uses } = setUp();
    uses.note(grant('a'));
    time.now = 1_000;
    uses.note(grant('a'));
    uses.note(grant('b'));
    time.now = 59_999;
    await uses.refresh();
    expect(written).toEqual([]);
    time.now = 60_000;
    await uses.refresh();
    expect(written).toEqual([
      [
        { id: 'a', at: 1_000 },
        { id: 'b', at: 1_000 },
      ],
    ]);
  });

  it('is not written when there was none', async () => {
    const { written, time, uses } = setUp();
    time.now = 600_000;
    await uses.refresh();
    await uses.close();
    expect(written).toEqual([]);
  });

  it('is written at the end', async () => {
    const { written, uses } = setUp();
    uses.note(grant('a'));
    await uses.close();
    expect(written).toEqual([[{ id: 'a', at: 0 }]]);
  });

  it('is kept while the store is away, and a later use counts', async () => {
    const { written, time, uses } = setUp();
    uses.note(grant('a'));
    uses.note(grant('b'));
    time.isDown = true;
    await uses.close();
    time.now = 5;
    uses.note(grant('a'));
    time.isDown = false;
    await uses.close();
    expect(written).toEqual([
      [
        { id: 'a', at: 5 },
        { id: 'b', at: 0 },
      ],
    ]);
  });
});
