import { describe, expect, it } from 'vitest';
import { DESK, HOSTILE, madeUpRecord } from '../fixtures.suite.ts';
import {
  badgeText,
  countsBar,
  levelClass,
  riskBadge,
  serverList,
  serverListMarkdown,
  toolList,
  toolListMarkdown,
} from './tool-list.ts';

const entriesOf = (made: typeof DESK) =>
  madeUpRecord(made).tools.map((tool) => ({
    server: { slug: made.slug, name: made.name ?? made.slug },
    tool,
    level: 'high' as const,
    summary: 'Does something.',
  }));

describe('a badge', () => {
  it('says class and level in words, and leads to the level', () => {
    expect(riskBadge('medium', 'write').toString()).toBe(
      '<a class="badge medium" href="/risk/medium">Write · Medium</a>',
    );
  });

  it('says of an unknown class that it is unknown', () => {
    expect(badgeText('high', 'unknown')).toBe('Unknown · treated as High');
    expect(levelClass('unknown')).toBe('unknown');
  });
});

describe('a list of tools', () => {
  it('names each with its class, and its server where that is wanted', () => {
    const html = toolList(entriesOf(DESK)).toString();
    expect(html).toContain('href="/tools/example-desk/create-note"');
    expect(html).toContain('<bdi>@example/desk</bdi> · ');
    expect(toolList(entriesOf(DESK), { withServer: false }).toString()).not.toContain('@example/desk');
  });

  it('marks definitions with hidden text', () => {
    expect(toolList(entriesOf(HOSTILE)).toString()).toContain('hidden text</span>');
  });

  it('is the same in Markdown', () => {
    expect(toolListMarkdown(entriesOf(DESK).slice(1, 2), { withServer: false })).toBe(
      '- [create_note](/tools/example-desk/create-note) (Write · High): Does something.',
    );
  });
});

describe('a list of servers', () => {
  const { tools, ...facts } = madeUpRecord({ ...DESK, tools: DESK.tools.slice(0, 1) });
  const counts = { read: 1, write: 0, execute: 0, destructive: 0, financial: 0, unknown: 0 };
  const entry = { facts, toolCount: tools.length, counts, tokens: 1234, tokenRank: 1 };

  it('counts the tools of each, and leaves out classes without any', () => {
    const html = serverList([entry]).toString();
    expect(html).toContain('1 tool · 1,234 tokens');
    expect(countsBar(counts).toString()).toBe(
      '<span class="counts"><span class="tag low">1 Read</span> </span>',
    );
  });

  it('is the same in Markdown', () => {
    expect(serverListMarkdown([entry])).toBe(
      String.raw`- [\@example/desk](/tools/example-desk): 1 tool (1 Read)`,
    );
  });
});
