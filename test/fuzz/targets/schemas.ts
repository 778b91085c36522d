import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compilePolicy, decide, knowTool } from '#policy';
import { plainJson } from '../generators.ts';
import { defineTarget } from '../target.ts';

/** Without a rule, only the schema of the tool stands between a call and its server. */
const OPEN = compilePolicy({ version: '1', default: 'allow' }, { name: 'open', version: '1' });
const NAMES = ['a', 'b', 'A', '__proto__', 'constructor'];
const name = fc.constantFrom(...NAMES);
const PLACED_ELSEWHERE = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not', 'dependentSchemas'];

const { schema } = fc.letrec<{ schema: unknown }>((tie) => {
  const inner = tie('schema');
  const some = fc.array(inner, { minLength: 1, maxLength: 2 });
  const members = fc.dictionary(name, inner, { maxKeys: 3, noNullPrototype: true });
  return {
    schema: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(
        true,
        {},
        { type: 'string' },
        { type: 'integer', minimum: 0 },
        { $ref: '#/$defs/a' },
        { $ref: '#' },
        { $ref: 'https://example.com/a' },
        { const: { a: 1 } },
        { enum: ['x', 1, null] },
        { type: 'string', pattern: '^(a+)+$' },
      ),
      fc.record(
        {
          type: fc.constantFrom('object', 'array', ['object', 'null']),
          properties: members,
          required: fc.uniqueArray(name, { maxLength: 2 }),
          additionalProperties: fc.oneof(fc.boolean(), inner),
          unevaluatedProperties: fc.boolean(),
          patternProperties: fc.dictionary(fc.constantFrom('^a', 'b$'), inner, {
            maxKeys: 1,
            noNullPrototype: true,
          }),
          propertyNames: fc.constantFrom({ maxLength: 1 }, { pattern: '^[ab]$' }),
          items: inner,
          allOf: some,
          anyOf: some,
          oneOf: some,
          not: inner,
          if: inner,
          // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
          then: inner,
          else: inner,
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    ),
  };
});
const value = fc.oneof(
  plainJson,
  fc.constantFrom<unknown>('x', 'a', 1, -1, null, [], [1], { a: 1 }, { a: { a: 1, b: 'x' } }),
);
const args = fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true });

/** The schema as it is, read by the library alone; undefined when it cannot be. */
function plainly(inputSchema: object): ValidateFunction | undefined {
  try {
    return new Ajv2020({ strict: false, logger: false, ownProperties: true, validateFormats: false }).compile(
      inputSchema,
    );
  } catch {
    return undefined;
  }
}

export const schemas = defineTarget({
  name: 'schemas',
  promise:
    'arguments that pass satisfy the schema of their tool as any validator reads it, and hold nothing that a plain schema does not declare',
  input: fc.record({
    schema: fc.oneof(
      schema.filter((one) => typeof one === 'object'),
      fc
        .dictionary(name, schema, { maxKeys: 3, noNullPrototype: true })
        .map((properties) => ({ properties })),
    ),
    defs: fc.record({ a: schema }, { noNullPrototype: true }),
    args,
  }),
  check({ schema, defs, args }) {
    const inputSchema = { ...(schema as object), $defs: defs };
    const tool = knowTool({ name: 'x', inputSchema });
    const decision = decide(OPEN, { tool: 'x', arguments: args }, tool);
    if (decision.rule === '(engine error)') throw new Error('the engine failed');
    if (decision.outcome !== 'allow') return;
    const validate = plainly(inputSchema);
    // where a reference leads only to itself the library gives up; the call did not touch that place
    if (validate !== undefined && !validate(args))
      throw new Error(`against the schema: ${JSON.stringify(validate.errors?.[0])}`);
    const own: Readonly<Record<string, unknown>> = inputSchema;
    const opened = ['additionalProperties', 'unevaluatedProperties', 'patternProperties'];
    if (!('properties' in own) || [...opened, ...PLACED_ELSEWHERE].some((keyword) => keyword in own)) return;
    const undeclared = Object.keys(args).find((key) => !Object.hasOwn(own['properties'] as object, key));
    if (undeclared !== undefined) throw new Error(`${undeclared} is not declared, and passes`);
  },
});
