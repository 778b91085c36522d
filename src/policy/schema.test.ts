import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { readPolicy } from './read.ts';
import { policyJsonSchema } from './schema.ts';

const FILE = new URL('../../schemas/policy.schema.json', import.meta.url);

it('the published schema is the generated one (UPDATE_SCHEMAS=1 writes it)', () => {
  const generated = `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(FILE, generated);
  expect(readFileSync(FILE, 'utf8')).toBe(generated);
});

it('describes every field, for completion in an editor', () => {
  const undescribed: string[] = [];
  const visit = (value: unknown, place: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const schema = value as { properties?: Record<string, object>; [keyword: string]: unknown };
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (!('description' in property) && !('$ref' in property)) undescribed.push(`${place}/${name}`);
    }
    for (const [key, inner] of Object.entries(schema)) visit(inner, `${place}/${key}`);
  };
  visit(policyJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

it('agrees with the reader', () => {
  const validate = new Ajv2020({ strict: false }).compile(policyJsonSchema());
  const head = { version: '1', default: 'deny' };
  const predicate = (condition: object) => ({
    ...head,
    all_tools: { deny_if: [{ conditions: [condition] }] },
  });
  const documents: [object, boolean][] = [
    [head, true],
    [{ ...head, tools: { 'a*': { rate_limit: { max: 10, window: 60 } } }, risk: { read: {} } }, true],
    [predicate({ path: 'args.a', op: 'gt', value: 1, on_missing: 'match' }), true],
    [predicate({ path: 'args.a', op: 'eq', value: { any: ['json', null] } }), true],
    [predicate({ path: 'args.a', op: 'gt', value: '1' }), false],
    [predicate({ path: 'a', op: 'eq', value: 1 }), false],
    [predicate({ path: 'args.a', op: 'like', value: 1 }), false],
    [{ ...head, unknown: 1 }, false],
    [{ ...head, risk: { unknown: {} } }, false],
    [{ version: '1' }, false],
    [{ ...head, tools: { a: { rate_limit: { max: -1, window: 60 } } } }, false],
    [{ ...head, tools: { a: { rate_limit: { max: 1, window: 'week' } } } }, false],
  ];
  for (const [document, valid] of documents) {
    expect([document, validate(document), readPolicy(JSON.stringify(document)).ok]).toEqual([
      document,
      valid,
      valid,
    ]);
  }
});
