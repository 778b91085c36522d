import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWaitingRoom } from './waiting-room.ts';

describe('those who wait for a decision', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const never = new AbortController().signal;

  it('are woken at once by a decision made here, all of them and nobody else', async () => {
    const room = createWaitingRoom();
    const ended: string[] = [];
    for (const [name, id] of [
      ['a', 'apr_1'],
      ['b', 'apr_1'],
      ['c', 'apr_2'],
    ] as const)
      void room.wait(id, never).then(() => ended.push(name));
    room.wake('apr_1');
    room.wake('apr_3');
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toEqual(['a', 'b']);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('look again after a moment, in case it was made elsewhere', async () => {
    const ended = vi.fn();
    void createWaitingRoom().wait('apr_1', never).then(ended);
    await vi.advanceTimersByTimeAsync(250);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(250);
    expect(ended).toHaveBeenCalled();
  });

  it('look less often the more of them there are', async () => {
    const room = createWaitingRoom();
    const ended = vi.fn();
    for (let n = 0; n < 1000; n++) void room.wait(`apr_${n}`, never).then(ended);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ended.mock.calls.length).toBeLessThan(400);
    await vi.advanceTimersByTimeAsync(2000);
    expect(ended).toHaveBeenCalledTimes(1000);
  });

  it('leave nothing behind when they give up', async () => {
    const room = createWaitingRoom();
    const ending = new AbortController();
    const waiting = room.wait('apr_1', ending.signal);
    ending.abort();
    await waiting;
    await room.wait('apr_1', ending.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
