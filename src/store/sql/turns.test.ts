import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from './turns.ts';

describe('Turns', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives turns one at a time, in order', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const work = async (name: string): Promise<void> => {
      await turns.take();
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      turns.give();
    };
    await Promise.all([work('a'), work('b'), work('c')]);
    await work('d');
    expect(seen).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('lets nobody wait for ever, and forgets who gave up', async () => {
    const turns = new Turns(1_000);
    await turns.take();
    const early = expect(turns.take()).rejects.toMatchObject({ code: 'store.busy' });
    await vi.advanceTimersByTimeAsync(900);
    const late = turns.take();
    await vi.advanceTimersByTimeAsync(100);
    await early;
    turns.give();
    await late;
    expect(vi.getTimerCount()).toBe(0);
  });
});
