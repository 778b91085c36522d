import { describe, expect, it } from 'vitest';
import { readPolicyCases, runPolicyCases } from './cases.ts';
import { compilePolicy } from './compile.ts';
import { knowTool } from './known-tool.ts';
import { validatePolicy } from './read.ts';

const read = validatePolicy({
  version: '1',
  default: 'deny',
  tools: { pause: {}, remove: { action: 'deny' }, resume: { action: 'require_approval' } },
});
if (!read.ok) throw new Error('the policy of this test is wrong');
const policy = compilePolicy(read.document, { name: 'p', version: '1' });

function casesOf(text: string) {
  const result = readPolicyCases(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.cases;
}

describe('runPolicyCases', () => {
  const cases = casesOf(`[
    { "call": { "name": "pause", "arguments": { "campaignId": 3 } }, "expect": "allow" },
    { "call": { "name": "pause" }, "expect": "allow", "rule": "/tools/pause" },
    { "call": { "name": "remove", "arguments": {} }, "expect": "deny", "rule": "/tools/remove/action" },
    { "call": { "name": "resume", "arguments": {} }, "expect": "hold", "description": "a person decides" },
    { "call": { "name": "other", "arguments": {} }, "expect": "deny", "rule": "(default deny)" }
  ]`);

  it('takes every called tool for known when there is no tool list', () => {
    expect(runPolicyCases(policy, cases).map(({ passed }) => passed)).toEqual([true, true, true, true, true]);
  });

  it('uses the tool list when there is one', () => {
    const tools = [
      knowTool({ name: 'pause', inputSchema: { type: 'object', properties: {} } }),
      knowTool({ name: 'remove' }),
    ];
    const results = runPolicyCases(policy, cases, tools);
    expect(results.map(({ decision }) => decision.rule)).toEqual([
      '/arguments',
      '/tools/pause',
      '/tools/remove/action',
      '(unknown tool)',
      '(unknown tool)',
    ]);
    expect(results.map(({ passed }) => passed)).toEqual([false, true, true, false, false]);
  });
});

describe('readPolicyCases', () => {
  it('reports every fault at once', () => {
    const result = readPolicyCases('[{"call":{"nme":"a"},"expect":"allowed"},\n {"call":{"name":"a"}},]');
    expect(result.ok ? [] : result.problems.map(({ line, pointer }) => [line, pointer])).toEqual([
      [1, '/0/call/nme'],
      [1, '/0/expect'],
      [2, ''],
    ]);
    expect(readPolicyCases('{}')).toMatchObject({ ok: false });
    expect(readPolicyCases('')).toMatchObject({ ok: false });
  });
});

describe('cases of resources and prompts', () => {
  it('are decided by their sections', () => {
    const policy = compilePolicy(
      {
        version: '1',
        default: 'deny',
        resources: { uris: { 'x://a/*': {} } },
        prompts: { names: { help: { action: 'deny' } } },
      },
      { name: 'p', version: '1' },
    );
    const read = readPolicyCases(
      '[{"call":{"resource":"x://a/b"},"expect":"allow","rule":"/resources/uris/x:~1~1a~1*"},{"call":{"resource":"x://a/../b"},"expect":"deny","rule":"(ambiguous uri)"},{"call":{"template":"x://a/{b}"},"expect":"allow"},{"call":{"prompt":"help"},"expect":"deny","rule":"/prompts/names/help/action"},{"call":{"prompt":"help"},"expect":"allow"}]',
    );
    const results = read.ok ? runPolicyCases(policy, read.cases) : [];
    expect(results.map(({ passed }) => passed)).toEqual([true, true, true, true, false]);
  });

  it.each(['{}', '{"name":"a","prompt":"b"}', '{"prompt":"a","arguments":{}}', '{"arguments":{}}'])(
    '%s is no call',
    (call) => {
      const read = readPolicyCases(`[{"call":${call},"expect":"deny"}]`);
      expect(read.ok ? [] : read.problems.map(({ pointer }) => pointer)).toEqual(['/0/call']);
    },
  );
});
