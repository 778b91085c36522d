import { describe, expect, it } from 'vitest';
import { didYouMean } from './suggest.ts';

describe('didYouMean', () => {
  it.each([
    ['limts', ['limits', 'require'], 'limits'],
    ['onDeny', ['conditions', 'on_deny'], 'on_deny'],
    ['deny-if', ['deny_if', 'approve_if'], 'deny_if'],
    ['hiden', ['hide', 'mode'], 'hide'],
    ['campaign_id', ['campaignId', 'page'], 'campaignId'],
    [
      'fluentcrm_puase_campaign',
      ['fluentcrm_pause_campaign', 'fluentcrm_delete_campaign'],
      'fluentcrm_pause_campaign',
    ],
  ])('%s', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(`did you mean "${expected}"?`);
  });

  it.each([
    ['timeout', ['limits', 'require']],
    ['x', ['limits']],
    ['limits', []],
    ['a'.repeat(1000), ['a'.repeat(999)]],
  ])('suggests nothing for %s', (word, candidates) => {
    expect(didYouMean(word, candidates)).toBeUndefined();
  });
});
