import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import {
  compilePolicy,
  decide,
  effectOfPolicy,
  isListed,
  knowTool,
  lintPolicy,
  readPolicy,
  type PolicyDocument,
  type ToolDefinition,
} from '#policy';
import { classifyServer, isNameable, recommendPolicy, RISK_CATEGORIES, type Classification } from '#risk';

/** What the engine does with each class under a recommended policy. */
const OUTCOMES = {
  read: ['allow', 'allowed'],
  write: ['allow', 'allowed, at most 30 a minute per grant'],
  execute: ['allow', 'allowed, at most 10 a minute per grant'],
  unknown: ['allow', 'allowed, at most 10 a minute per grant'],
  destructive: ['deny', 'neither listed nor callable'],
  financial: ['hold', 'every call waits for a person'],
} as const;

function documentOf(policy: object): PolicyDocument {
  const read = readPolicy(JSON.stringify(policy));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document;
}

function holds(tools: readonly ToolDefinition[], categories: readonly Classification['category'][]): void {
  const rated = tools.map(({ name }, index) => ({ name, category: categories[index] ?? 'unknown' }));
  const document = documentOf(recommendPolicy(rated));
  expect(lintPolicy(document, tools).filter(({ level }) => level === 'error')).toEqual([]);
  const policy = compilePolicy(document, { name: 'recommended', version: '1' });
  for (const { name, category } of rated) {
    const [outcome, effect] = isNameable(name) ? OUTCOMES[category] : OUTCOMES.destructive;
    expect(decide(policy, { tool: name, arguments: {} }, knowTool({ name })).outcome).toBe(outcome);
    expect(isListed(policy, name)).toBe(outcome !== 'deny');
    expect(effectOfPolicy(document, name)).toBe(effect);
  }
  expect(
    decide(policy, { tool: 'some other', arguments: {} }, knowTool({ name: 'some other' })).outcome,
  ).toBe('deny');
}

describe('a recommended policy', () => {
  const corpus = readFileSync(new URL('../../src/risk/corpus/tools.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ToolDefinition & { readonly server: string });
  const servers = [...new Set(corpus.map(({ server }) => server))];

  it.each(servers)('is valid, passes lint and does what its classes call for: %s', (server) => {
    const tools = corpus.filter((tool) => tool.server === server);
    holds(
      tools,
      classifyServer(tools).map(({ category }) => category),
    );
  });

  it('is so for the FluentCRM server, without a remark of the linter', () => {
    const tools = listTools('pl');
    const categories = classifyServer(tools).map(({ category }) => category);
    holds(tools, categories);
    const rated = tools.map(({ name }, index) => ({ name, category: categories[index] ?? 'unknown' }));
    expect(lintPolicy(documentOf(recommendPolicy(rated)), tools)).toEqual([]);
  });

  it('is so for any names and classes', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
      fc.constantFrom('__proto__', 'constructor', '*', 'a*', 'a/b', '~', ' ', '"', 'x'.repeat(300)),
    );
    const rated = fc.uniqueArray(
      fc.record({ name, category: fc.constantFrom(...RISK_CATEGORIES, 'unknown' as const) }),
      { selector: (one) => one.name, minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(rated, (tools) => {
        fc.pre(tools.every((tool) => tool.name !== 'some other'));
        holds(
          tools.map((tool) => ({ name: tool.name })),
          tools.map(({ category }) => category),
        );
      }),
      { numRuns: 300 },
    );
  });
});
