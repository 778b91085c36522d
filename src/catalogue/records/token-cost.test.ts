import { describe, expect, it } from 'vitest';
import { tokenCost } from './token-cost.ts';

describe('tokenCost', () => {
  it('counts o200k tokens of name, description and schema', () => {
    expect(tokenCost({ name: 'a', description: 'hello world' })).toBe(10);
  });

  it('is soon told of what would keep a tokenizer busy', () => {
    expect(tokenCost({ name: 'a', description: 'x'.repeat(1_000_000) })).toBeGreaterThan(50_000);
  });
});
