import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectOfPolicy, lintPolicy, validatePolicy } from '#policy';
import type { ToolEntry } from '#store';
import { DESK, HOSTILE, openMadeUpCatalogue, type MadeUpCatalogue } from '../fixtures.suite.ts';
import { policyVariants, recommendedFor, recommendedForServer } from './policy-variants.ts';

const definitions = DESK.tools.map((tool) => ({ ...tool }));

let catalogue: MadeUpCatalogue;
let tools: readonly ToolEntry[];
beforeAll(async () => {
  catalogue = await openMadeUpCatalogue([DESK, HOSTILE]);
  tools = await catalogue.index.toolsOf('example-desk');
});
afterAll(() => catalogue.close());

function toolCalled(name: string): ToolEntry {
  const found = tools.find(({ tool }) => tool.name === name);
  if (found === undefined) throw new Error(`no tool ${name}`);
  return found;
}

describe('the recommended policy of a tool', () => {
  it.each([
    ['list_notes', '`list_notes` is allowed; every other tool of the server is neither listed nor callable.'],
    [
      'create_note',
      '`create_note` is allowed, at most 30 a minute per grant; every other tool of the server is neither listed nor callable.',
    ],
    [
      'run_command',
      '`run_command` is allowed, at most 10 a minute per grant; every other tool of the server is neither listed nor callable.',
    ],
    ['delete_note', 'All tools of the server, `delete_note` among them, are neither listed nor callable.'],
    [
      'create_refund',
      'For `create_refund`, every call waits for a person; every other tool of the server is neither listed nor callable.',
    ],
    [
      'xyzzy',
      '`xyzzy` is allowed, at most 10 a minute per grant; every other tool of the server is neither listed nor callable.',
    ],
  ])('of %s says what the engine does', (name, effect) => {
    expect(recommendedFor(toolCalled(name), tools.length).effect).toBe(effect);
  });

  it('says that hiding under default deny refuses everything, as the linter does', () => {
    const { policy } = recommendedFor(toolCalled('delete_note'), tools.length);
    const findings = lintPolicy(policy, definitions);
    expect(findings.map(({ message }) => message).join()).toContain('refuses every tool');
  });

  it('speaks of no other tools where there are none', () => {
    expect(recommendedFor(toolCalled('list_notes'), 1).effect).toBe('`list_notes` is allowed.');
  });
});

describe('the other policies of a tool', () => {
  it('are valid, and the linter finds no error', () => {
    for (const entry of tools)
      for (const { policy, findings } of policyVariants(entry, tools.length)) {
        expect(validatePolicy(policy).ok).toBe(true);
        expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
      }
  });

  it('do what their label says', () => {
    const effects = policyVariants(toolCalled('create_note'), tools.length).map(({ id, effect }) => [
      id,
      effect,
    ]);
    expect(effects).toEqual([
      [
        'rate-limit',
        '`create_note` is allowed, at most 30 a minute per session; every other tool of the server is neither listed nor callable.',
      ],
      [
        'deny',
        '`create_note` is listed, but every such call is refused; every other tool of the server is allowed.',
      ],
      [
        'approval',
        'For `create_note`, every call waits for a person; every other tool of the server is neither listed nor callable.',
      ],
      ['hide', '`create_note` is neither listed nor callable; every other tool of the server is allowed.'],
    ]);
  });

  it('are left out for a tool that a policy cannot name', async () => {
    const hostile = await catalogue.index.toolsOf('hostile');
    const glob = hostile.find(({ tool }) => tool.name === 'delete_*');
    expect(glob && policyVariants(glob, hostile.length)).toEqual([]);
    expect(glob && recommendedFor(glob, hostile.length).effect).toContain('for a policy cannot name it');
  });

  it('name a tool called __proto__ like any other', async () => {
    const hostile = await catalogue.index.toolsOf('hostile');
    const entry = hostile.find(({ tool }) => tool.name === '__proto__');
    for (const { policy, effect } of entry ? policyVariants(entry, hostile.length) : [])
      expect([JSON.stringify(policy), effect].join()).toContain('__proto__');
    expect(entry).toBeDefined();
  });
});

describe('the recommended policy of a server', () => {
  it('does to every tool what it says of its class', () => {
    const { policy, effect } = recommendedForServer(tools);
    for (const { tool } of tools) expect(effect).toContain(effectOfPolicy(policy, tool.name));
    expect(effect).toBe(
      'For 1 tool, every call waits for a person; 1 tool is neither listed nor callable; 2 tools are allowed, at most 10 a minute per grant; 1 tool is allowed, at most 30 a minute per grant; 1 tool is allowed. What the server may add later is neither listed nor callable.',
    );
  });

  it('passes the linter against the real definitions', () => {
    expect(lintPolicy(recommendedForServer(tools).policy, definitions)).toEqual([]);
  });

  it('counts the tools that it cannot name', async () => {
    const hostile = await catalogue.index.toolsOf('hostile');
    expect(recommendedForServer(hostile).effect).toContain(
      '1 tool cannot be named by a policy and is refused',
    );
  });
});
