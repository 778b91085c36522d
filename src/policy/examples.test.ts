import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPolicyCases } from './cases.ts';
import { readPolicy } from './read.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

describe('every example is a policy that works as written', () => {
  it.each(readdirSync(new URL('examples/policies/', ROOT)))('examples/policies/%s', (name) => {
    expect(readPolicy(read(`examples/policies/${name}`))).toMatchObject({ ok: true });
  });

  const blocks = [...read('docs/policy.md').matchAll(/```json( fragment)?(?: file=\S+)?\n([^]*?)```/g)];
  const policies = blocks.filter(([, fragment]) => fragment === undefined).map(([, , text = '']) => text);
  const fragments = blocks.filter(([, fragment]) => fragment !== undefined).map(([, , text = '']) => text);

  it.each(policies)('docs/policy.md: %s', (text) => {
    expect(readPolicy(text)).toMatchObject({ ok: true });
  });

  it('fragments of docs/policy.md are what they stand for: a predicate and a file of cases', () => {
    const [predicate = '', cases = ''] = fragments;
    const document = `{"version":"1","default":"deny","all_tools":{"deny_if":[${predicate}]}}`;
    expect(readPolicy(document)).toMatchObject({ ok: true });
    expect(readPolicyCases(cases)).toMatchObject({ ok: true });
    expect(fragments).toHaveLength(2);
  });
});
