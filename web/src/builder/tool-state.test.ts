import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, decide, knowTool, readPolicy, type PolicyDocument } from '#policy';
import { names, texts } from './policies.suite.ts';
import { CHOICES, chooseFor, stateOf } from './tool-state.ts';

function documentOf(text: string): PolicyDocument {
  const read = readPolicy(text);
  if (!read.ok) throw new Error(text);
  return read.document;
}

const categories = fc.constantFrom('read', 'write', 'execute', 'destructive', 'financial', 'unknown');
const tools = fc.uniqueArray(fc.record({ name: names, category: categories }), {
  selector: ({ name }) => name,
  minLength: 1,
});
const choices = fc.constantFrom('none' as const, ...CHOICES);

describe('choosing for tools', () => {
  it('puts each in that state, and leaves every other tool and every other part as it is', () => {
    fc.assert(
      fc.property(texts, tools, choices, (text, chosen, choice) => {
        const before = documentOf(text);
        const after = documentOf(chooseFor(text, before, chosen, choice));
        for (const { name } of chosen) expect(stateOf(after, name)).toBe(choice);
        const touched = new Set(chosen.map(({ name }) => name));
        expect(others(after, touched)).toEqual(others(before, touched));
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing where the tools are in that state already', () => {
    fc.assert(
      fc.property(texts, tools, choices, (text, chosen, choice) => {
        const once = chooseFor(text, documentOf(text), chosen, choice);
        expect(chooseFor(once, documentOf(once), chosen, choice)).toBe(once);
      }),
    );
  });

  it('what is chosen is what the engine then does', () => {
    const outcomes = { allow: 'allow', deny: 'deny', hide: 'deny', approve: 'hold' } as const;
    for (const choice of ['allow', 'deny', 'hide', 'approve'] as const) {
      const text = '{"version":"1","default":"deny"}';
      const document = documentOf(
        chooseFor(text, documentOf(text), [{ name: 't', category: 'read' }], choice),
      );
      const policy = compilePolicy(document, { name: 'p', version: '' });
      const decision = decide(policy, { tool: 't', arguments: {} }, knowTool({ name: 't' }));
      expect(decision.outcome).toBe(outcomes[choice]);
    }
  });
});

function others(document: PolicyDocument, touched: ReadonlySet<string>): unknown {
  const { tools = {}, hide = [], ...rest } = document;
  return {
    rest,
    tools: Object.entries(tools).filter(([name]) => !touched.has(name)),
    hide: hide.filter((name) => !touched.has(name)),
  };
}
