import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarm } from './alarm.ts';

describe('an alarm', () => {
  const ring = vi.fn();
  let alarm: Alarm;
  beforeEach(() => {
    vi.useFakeTimers();
    ring.mockReset();
    alarm = new Alarm(ring);
  });
  afterEach(() => vi.useRealTimers());

  it('rings once, when it was set to', () => {
    alarm.set(100);
    vi.advanceTimersByTime(99);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(10_000);
    expect(ring).toHaveBeenCalledOnce();
  });

  it('rings later when it is put off, however often', () => {
    for (let i = 0; i < 5; i++) {
      alarm.set(100);
      vi.advanceTimersByTime(60);
    }
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(40);
    expect(ring).toHaveBeenCalledOnce();
  });

  it('rings earlier when it is set to', () => {
    alarm.set(1_000);
    alarm.set(10);
    vi.advanceTimersByTime(10);
    expect(ring).toHaveBeenCalledOnce();
  });

  it('does not ring when it was cleared, and rings when it was set after that', () => {
    alarm.set(100);
    alarm.clear();
    vi.advanceTimersByTime(50);
    alarm.set(100);
    vi.advanceTimersByTime(99);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring).toHaveBeenCalledOnce();
  });

  it('can be set again by who hears it', () => {
    ring.mockImplementationOnce(() => alarm.set(5));
    alarm.set(5);
    vi.advanceTimersByTime(10);
    expect(ring).toHaveBeenCalledTimes(2);
  });

  it('leaves no timer behind when it is put off, or stopped', () => {
    for (const ms of [300, 200, 100, 400]) alarm.set(ms);
    expect(vi.getTimerCount()).toBe(1);
    alarm.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
