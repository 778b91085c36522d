import { describe, expect, it } from 'vitest';
import { slugOf, slugsOf } from './slug.ts';

describe('slugs', () => {
  it.each([
    ['@playwright/mcp', 'playwright-mcp'],
    ['fluentcrm_pause_campaign', 'fluentcrm-pause-campaign'],
    ['policies.Update', 'policies-update'],
    ['-a--b-', 'a-b'],
  ])('of %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('are never empty, and never one for two names', () => {
    const slugs = slugsOf(['日本', '中国', 'a_b', 'a-b', 'x'.repeat(500)]);
    expect(new Set(slugs).size).toBe(5);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9-]{1,120}$/);
  });
});
