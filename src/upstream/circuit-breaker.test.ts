import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CircuitBreaker } from './circuit-breaker.ts';

const LIMITS = { failures: 3, windowMs: 10_000, firstPauseMs: 1_000, maxPauseMs: 8_000 };
let now: number;
let breaker: CircuitBreaker;
beforeEach(() => {
  now = 1_000_000;
  // 0.5 is the middle of the jitter: pauses are as long as their name says
  breaker = new CircuitBreaker(LIMITS, { now: () => now }, () => 0.5);
});

function fail(times: number): boolean[] {
  return Array.from({ length: times }, () => breaker.failed(false));
}

describe('a circuit breaker', () => {
  it('opens with the third failure in a row, and refuses until the pause is over', () => {
    expect(breaker.admit()).toBe('go');
    expect(fail(3)).toEqual([false, false, true]);
    expect(breaker.admit()).toEqual({ retryInMs: 1_000 });
    now += 999;
    expect([breaker.admit(), breaker.waitMs()]).toEqual([{ retryInMs: 1 }, 1]);
    now += 1;
    expect([breaker.waitMs(), breaker.admit()]).toEqual([0, 'probe']);
  });

  it('does not open when a success lies between', () => {
    fail(2);
    breaker.succeeded();
    expect(fail(2)).toEqual([false, false]);
    expect(breaker.admit()).toBe('go');
  });

  it('does not open for failures that lie further apart than the window', () => {
    for (let i = 0; i < 10; i++) {
      fail(2);
      now += LIMITS.windowMs + 1;
    }
    expect(breaker.isOpen).toBe(false);
  });

  it('lets one probe through a pause, and closes when it succeeds', () => {
    fail(3);
    now += 1_000;
    expect([breaker.admit(), breaker.admit()]).toEqual(['probe', { retryInMs: 1_000 }]);
    breaker.succeeded();
    expect(breaker.admit()).toBe('go');
    expect(fail(2)).toEqual([false, false]);
  });

  it('waits twice as long after each probe that fails, up to the longest pause', () => {
    fail(3);
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      now += breaker.waitMs();
      expect(breaker.admit()).toBe('probe');
      breaker.failed(true);
      pauses.push(breaker.waitMs());
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 8_000, 8_000, 8_000]);
    // the next time it starts small again
    now += 8_000;
    breaker.succeeded();
    fail(3);
    expect(breaker.waitMs()).toBe(1_000);
  });

  it('gives the next call its turn when a probe ended without a word, or takes longer than the pause', () => {
    fail(3);
    now += 1_000;
    expect(breaker.admit()).toBe('probe');
    breaker.probeEnded();
    expect(breaker.admit()).toBe('probe');
    now += 1_000;
    expect(breaker.admit()).toBe('probe');
  });

  it('does not wait longer because calls fail that were under way when it opened', () => {
    fail(3);
    now += 500;
    expect(fail(20)).not.toContain(true);
    expect(breaker.waitMs()).toBe(500);
  });

  it('never opens where that is switched off', () => {
    breaker = new CircuitBreaker({ ...LIMITS, failures: 0 }, { now: () => now });
    expect(fail(1_000)).not.toContain(true);
    expect(breaker.admit()).toBe('go');
  });

  it('spreads its pauses by a quarter to either side', () => {
    for (const [random, pause] of [
      [0, 750],
      [0.999, 1_249.5],
    ] as const) {
      breaker = new CircuitBreaker(LIMITS, { now: () => now }, () => random);
      fail(3);
      expect(breaker.waitMs()).toBe(pause);
    }
  });

  it('always comes back: whatever happened, one success after the longest pause closes it', () => {
    const step = fc.constantFrom('fail', 'probe fails', 'ended', 'wait', 'admit', 'succeed');
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (steps, random) => {
          breaker = new CircuitBreaker(LIMITS, { now: () => now }, () => random);
          for (const taken of steps) {
            if (taken === 'fail') breaker.failed(false);
            if (taken === 'probe fails') breaker.failed(true);
            if (taken === 'ended') breaker.probeEnded();
            if (taken === 'wait') now += 700;
            if (taken === 'admit') breaker.admit();
            if (taken === 'succeed') breaker.succeeded();
            expect(breaker.waitMs()).toBeLessThanOrEqual(LIMITS.maxPauseMs * 1.25);
          }
          now += LIMITS.maxPauseMs * 1.25;
          expect(breaker.admit()).toBe(breaker.isOpen ? 'probe' : 'go');
          breaker.succeeded();
          expect(breaker.admit()).toBe('go');
        },
      ),
    );
  });
});
