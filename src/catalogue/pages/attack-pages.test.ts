import {
  compilePolicy,
  knowListedTool,
  readPolicy,
  readPolicyCases,
  runPolicyCases,
  type ToolDefinition,
} from '#policy';
import { ATTACK_PATTERNS } from '#risk';
import { describe, expect, it } from 'vitest';
import { attackPage, attacksPage, decideCases } from './attack-pages.ts';

const ORIGIN = 'https://toolgate.example';

/** The text of a block of code as somebody copies it from the page. */
function copied(html: string, id: string): string {
  const text = new RegExp(`<pre id="${id}"[^>]*><code>([^]*?)</code>`).exec(html)?.[1] ?? '';
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

it('all patterns are listed by where they start', () => {
  const { main, markdown } = attacksPage(ATTACK_PATTERNS, ORIGIN);
  for (const { slug } of ATTACK_PATTERNS) {
    expect(main.toString()).toContain(`href="/attacks/${slug}"`);
    expect(markdown).toContain(`(/attacks/${slug})`);
  }
});

describe.each(ATTACK_PATTERNS)('$slug', (pattern) => {
  const { main, markdown, path } = attackPage(pattern, ORIGIN);
  const html = main.toString();

  it('says what happens, where it did, and what remains', () => {
    expect(path).toBe(`/attacks/${pattern.slug}`);
    expect(html).toContain(`href="${pattern.incident.source.url.replaceAll('&', '&amp;')}"`);
    for (const heading of ['What happens', 'It happened', 'What it needs', 'What no policy can do'])
      expect(html).toContain(heading);
  });

  it('has files that pass as they are copied from the page', () => {
    const policy = readPolicy(copied(html, 'policy'));
    const cases = readPolicyCases(copied(html, 'cases-json'));
    if (!policy.ok || !cases.ok) throw new Error('the files are not valid');
    const { tools } = JSON.parse(copied(html, 'tools-json')) as { tools: ToolDefinition[] };
    const results = runPolicyCases(
      compilePolicy(policy.document, { name: 'policy.json', version: '1' }),
      cases.cases,
      tools.map((tool) => knowListedTool(tool, tools)),
    );
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('tells of each call what the engine decides', () => {
    for (const { decision } of decideCases(pattern))
      expect(html).toContain(decision.rule.replaceAll('&', '&amp;'));
  });

  it('has a twin in which none of its words is markup by accident', () => {
    const prose = [
      pattern.summary,
      ...pattern.whatHappens,
      pattern.remains,
      pattern.incident.text,
      pattern.stops.sentence,
    ];
    for (const text of prose) {
      expect(text).not.toMatch(/[*<>[\]\\`]/);
      expect(markdown).toContain(text);
    }
  });
});
