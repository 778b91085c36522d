import { describe, expect, it } from 'vitest';
import {
  compilePolicy,
  decide,
  knowListedTool,
  lintPolicy,
  readPolicy,
  readPolicyCases,
  runPolicyCases,
  type CompiledPolicy,
  type KnownTool,
  type PolicyCase,
  type PolicyDocument,
  type ToolDefinition,
} from '#policy';
import { createQuota } from '#quota';
import { ATTACK_PATTERNS, type AttackPattern, type AttackRepetition } from '#risk';
import { openStore } from '#store';

const SLUGS = [
  'destructive-action-autonomy',
  'runaway-tool-loops',
  'confused-deputy',
  'indirect-prompt-injection',
  'data-exfiltration-via-tool-chaining',
  'tool-poisoning',
  'mcp-rug-pull',
  'mcp-typosquatting',
  'compromised-mcp-package',
  'credential-leak-via-errors',
];

/** The document as a page shows it and a file holds it. */
function documentOf(policy: object): PolicyDocument {
  const read = readPolicy(JSON.stringify(policy));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document;
}

function casesOf({ stops }: AttackPattern): readonly PolicyCase[] {
  const read = readPolicyCases(JSON.stringify(stops.cases));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.cases;
}

/** Tools as `toolgate policy test --tools` knows them. */
function toolsOf({ stops }: AttackPattern): readonly KnownTool[] {
  const list = JSON.parse(JSON.stringify(stops.tools)) as ToolDefinition[];
  return list.map((tool) => knowListedTool(tool, list));
}

const compiled = (policy: object) => compilePolicy(documentOf(policy), { name: 'attack', version: '1' });

/** Sends the call until it is refused, and tells how many passed and which limit refused the next. */
async function repeat(
  policy: CompiledPolicy,
  tools: readonly KnownTool[],
  { call, passes }: AttackRepetition,
): Promise<{ readonly passed: number; readonly rule: string | undefined }> {
  const store = openStore({ dataDir: ':memory:' });
  try {
    const quota = createQuota({ counters: store.counters, clock: { now: () => Date.UTC(2026, 0, 15, 12) } });
    const owner = { organisation: 'o', server: 's', grant: 'g', session: undefined };
    const tool = tools.find(({ definition }) => definition.name === call.name);
    for (let passed = 0; passed <= passes; passed++) {
      const decision = decide(policy, { tool: call.name, arguments: call.arguments }, tool);
      if (decision.outcome !== 'allow') return { passed, rule: decision.rule };
      const outcome = await quota.reserve(decision.limits, owner);
      if (!outcome.granted) return { passed, rule: outcome.demand.rule };
    }
    return { passed: passes + 1, rule: undefined };
  } finally {
    await store.close();
  }
}

it('there are ten attack patterns, in this order', () => {
  expect(ATTACK_PATTERNS.map(({ slug }) => slug)).toEqual(SLUGS);
});

describe.each(ATTACK_PATTERNS)('$slug', (pattern) => {
  it('has a policy that decides its cases as they say, by the rules that they name', () => {
    const results = runPolicyCases(compiled(pattern.stops.policy), casesOf(pattern), toolsOf(pattern));
    const wrong = results.filter(({ passed }) => !passed);
    expect(wrong.map(({ case: { description }, decision }) => [description, decision])).toEqual([]);
  });

  it('has a policy of which the linter has nothing to say', () => {
    const tools = toolsOf(pattern).map(({ definition }) => definition);
    expect(lintPolicy(documentOf(pattern.stops.policy), tools)).toEqual([]);
  });

  it('has cases that fail without the policy', () => {
    const open = compiled({ version: '1', default: 'allow' });
    const stopped = casesOf(pattern).filter(({ expect: outcome }) => outcome !== 'allow');
    const results = runPolicyCases(open, stopped, toolsOf(pattern));
    expect(
      results.some(({ case: one, decision }) => one.expect === 'deny' && decision.outcome === 'allow'),
    ).toBe(true);
    for (const { case: one, passed } of results.filter(({ case: { rule } }) => rule !== '/arguments'))
      expect(passed, one.description).toBe(false);
  });

  it('shows that ordinary work goes on, and that the attack does not', () => {
    const outcomes = new Set(pattern.stops.cases.map(({ expect: outcome }) => outcome));
    expect(outcomes).toContain('allow');
    expect(outcomes).toContain('deny');
  });

  it('calls only tools that its server has', () => {
    const names = pattern.stops.tools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { call } of pattern.stops.cases) expect(names).toContain(call.name);
  });

  it('is told in two to four short paragraphs, with public sources', () => {
    expect(pattern.whatHappens.length).toBeGreaterThanOrEqual(2);
    expect(pattern.whatHappens.length).toBeLessThanOrEqual(4);
    for (const text of [...pattern.whatHappens, pattern.incident.text, pattern.remains])
      expect(text.length).toBeLessThan(700);
    const sources = [pattern.incident.source, ...pattern.goDeeper];
    expect(sources.length).toBeGreaterThanOrEqual(2);
    for (const { url } of sources) expect(new URL(url).protocol).toBe('https:');
    expect(new Set(sources.map(({ url }) => url)).size).toBe(sources.length);
  });
});

const repeating = ATTACK_PATTERNS.flatMap((pattern) =>
  pattern.stops.repetition === undefined ? [] : [{ pattern, repetition: pattern.stops.repetition }],
);

it.each(repeating)('$pattern.slug: exactly $repetition.passes calls pass in a window', async (one) => {
  const { pattern, repetition } = one;
  const { passes, rule } = repetition;
  const tools = toolsOf(pattern);
  expect(await repeat(compiled(pattern.stops.policy), tools, repetition)).toEqual({ passed: passes, rule });
  const open = compiled({ version: '1', default: 'allow' });
  expect(await repeat(open, tools, repetition)).toEqual({ passed: passes + 1, rule: undefined });
});
