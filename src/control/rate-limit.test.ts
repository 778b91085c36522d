import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

function limitOf(perMinute: number): { limit: RateLimit; advance(ms: number): void } {
  let now = 1000;
  return { limit: new RateLimit(perMinute, { now: () => now }), advance: (ms) => void (now += ms) };
}

describe('RateLimit', () => {
  it('lets as many through at once as a minute has, and says when to come again', () => {
    const { limit } = limitOf(3);
    expect([1, 2, 3].map(() => limit.take('ada'))).toEqual([undefined, undefined, undefined]);
    expect(limit.take('ada')).toBe(20);
    expect(limit.take('grace')).toBeUndefined();
  });

  it('lets the next one through after that time, and no more', () => {
    const { limit, advance } = limitOf(3);
    for (let i = 0; i < 3; i++) limit.take('ada');
    advance(19_999);
    expect(limit.take('ada')).toBe(1);
    advance(1);
    expect(limit.take('ada')).toBeUndefined();
    expect(limit.take('ada')).toBe(20);
  });

  it('gives nobody more for a clock that goes back', () => {
    const { limit, advance } = limitOf(1);
    limit.take('ada');
    advance(-3600_000);
    expect(limit.take('ada')).toBe(60);
  });

  it('still holds back a busy caller after ten thousand others came by', () => {
    const { limit } = limitOf(1);
    limit.take('busy');
    for (let i = 0; i < 20_000; i++) limit.take(`caller ${i}`);
    expect(limit.take('busy')).toBe(60);
  });
});
