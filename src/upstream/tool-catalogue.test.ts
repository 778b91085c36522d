import { describe, expect, it } from 'vitest';
import type { KnownTool, ToolDefinition } from '#policy';
import { UpstreamUnavailable } from './upstream.ts';
import { ToolCatalogueCache } from './tool-catalogue.ts';

/** A server whose list can be changed, delayed and broken, and that counts how often it was asked. */
function server(names: string[]) {
  const state = { names, asked: 0, fails: false, now: 1_000_000 };
  const known: string[] = [];
  const cache = new ToolCatalogueCache({
    list: async (): Promise<readonly ToolDefinition[]> => {
      state.asked++;
      await Promise.resolve();
      if (state.fails)
        throw new UpstreamUnavailable({ kind: 'unreachable', message: 'away', reached: false });
      return state.names.map((name) => ({ name }));
    },
    knowTool: (definition): KnownTool => {
      known.push(definition.name);
      return { definition, risk: undefined };
    },
    clock: { now: () => state.now },
  });
  return { state, cache, known };
}

describe('the kept list of tools', () => {
  it('knows when the server was last asked, and whether it answered', async () => {
    const { state, cache } = server(['a']);
    expect(cache.asked).toBeUndefined();
    await cache.get();
    expect(cache.asked).toEqual({ at: 1_000_000, failure: undefined });
    state.now += 10_000;
    state.fails = true;
    cache.invalidate();
    await expect.poll(() => cache.asked).toEqual({ at: 1_010_000, failure: 'away' });
  });

  it('is read once for all who ask at the same time, and then kept', async () => {
    const { state, cache } = server(['a']);
    expect(cache.peek()).toBeUndefined();
    await Promise.all([cache.get(), cache.get(), cache.get()]);
    await cache.get();
    expect(state.asked).toBe(1);
    expect([...(cache.peek()?.keys() ?? [])]).toEqual(['a']);
  });

  it('is read again after a change, while the old one still serves', async () => {
    const { state, cache, known } = server(['a', 'b']);
    await cache.get();
    state.names = ['b', 'c'];
    cache.invalidate();
    expect([...(cache.peek()?.keys() ?? [])]).toEqual(['a', 'b']);
    await expect.poll(() => [...(cache.peek()?.keys() ?? [])]).toEqual(['b', 'c']);
    expect(known).toEqual(['a', 'b', 'c']); // what did not change keeps its compiled check
  });

  it('survives a server that is away, and is asked for anew', async () => {
    const { state, cache } = server(['a']);
    state.fails = true;
    await expect(cache.get()).rejects.toThrow('away');
    state.fails = false;
    expect((await cache.get()).has('a')).toBe(true);
    state.fails = true;
    cache.invalidate();
    await expect.poll(() => state.asked).toBe(3);
    expect(cache.peek()?.has('a')).toBe(true);
  });

  it('is refreshed for unknown names, but not by everyone who makes one up', async () => {
    const { state, cache } = server(['a']);
    await cache.get();
    for (let i = 0; i < 50; i++) cache.refreshSoon();
    expect(state.asked).toBe(1);
    state.now += 2_000;
    for (let i = 0; i < 50; i++) cache.refreshSoon();
    await expect.poll(() => state.asked).toBe(2);
  });

  it('is renewed after five minutes, while the old one still serves', async () => {
    const { state, cache } = server(['a']);
    await cache.get();
    state.names = ['b'];
    state.now += 5 * 60_000;
    cache.peek();
    expect(state.asked).toBe(1);
    state.now += 1;
    expect(cache.peek()?.has('a')).toBe(true);
    await expect.poll(() => cache.peek()?.has('b')).toBe(true);
    expect(state.asked).toBe(2);
  });

  it('takes in what the server lists to a client, and the first of two with one name counts', async () => {
    const { state, cache } = server(['a', 'a']);
    await cache.get();
    cache.learn([{ name: 'a' }, { name: 'new', inputSchema: {} }]);
    expect([...(cache.peek()?.keys() ?? [])]).toEqual(['a', 'new']);
    expect(state.asked).toBe(1);
  });
});
