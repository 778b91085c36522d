import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regressions } from './regressions.ts';
import { TARGETS } from './targets/index.ts';

/**
 * Each target for a few seconds, with inputs that no run before had; `npm run fuzz` goes on for as long as you like. What a
 * run once found is tried again first.
 */
const MS_PER_TARGET = 5_000;

describe.each(TARGETS.map((target) => [target.name, target] as const))('fuzzing %s', (name, target) => {
  beforeAll(() => target.start());
  afterAll(() => target.stop());

  for (const { file, input } of regressions().filter((one) => one.target === name)) {
    it(`what was found before holds now: ${file}`, () => target.replay(input));
  }

  it(target.promise, { timeout: 120_000 }, async () => {
    const { runs, finding } = await target.run({ ms: MS_PER_TARGET });
    expect(finding?.report).toBeUndefined();
    expect(runs).toBeGreaterThan(0);
  });
});

it('every kept finding is of a target that exists', () => {
  const names = TARGETS.map(({ name }) => name);
  expect(regressions().filter(({ target }) => !names.includes(target))).toEqual([]);
});
