import { describe, expect, it } from 'vitest';
import { describeTool, titleOf } from './describe-tool.ts';

describe('describeTool', () => {
  it('says in our own words what the facts say', () => {
    const facts = {
      name: 'fluentcrm_pause_campaign',
      category: 'write',
      parameters: [{ name: 'campaign_id', type: 'integer' }],
    } as const;
    expect(describeTool({ name: 'fluentcrm-mcp' }, facts)).toBe(
      'Pause campaign: changes something that can be changed back; takes campaign_id.',
    );
  });

  it.each([
    ['x', 'x', 'X'],
    ['playwright', 'browser_click', 'Browser click'],
    ['github', 'github', 'Github'],
    ['any', '日本語', '日本語'],
  ])('names a tool of %s: %s', (server, name, title) => {
    expect(titleOf(server, name)).toBe(title);
  });
});
