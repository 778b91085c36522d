import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import {
  compilePolicy,
  decide,
  explainDecision,
  isListed,
  knowTool,
  readPolicy,
  validatePolicy,
  type KnownTool,
  type PolicyDocument,
} from '#policy';
import { mutated, plainJson } from '../generators.ts';
import { defineTarget } from '../target.ts';

const DOCUMENTS: readonly object[] = [
  { version: '1', default: 'allow' },
  {
    version: '1',
    default: 'deny',
    tools: {
      pay: {
        require: [{ conditions: [{ path: 'args.reason', op: 'exists', value: true }], on_deny: 'Why?' }],
        deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 100 }] }],
        limits: [{ counter: 'money', window: 'day', max: 500, increment_from: 'args.amount' }],
      },
      'list_*': {},
    },
    hide: ['secret', 'drop*'],
  },
  {
    version: '1',
    default: 'allow',
    mode: 'observe',
    arguments: 'any',
    all_tools: {
      limits: [{ counter: 'all', window: 60, max: 10, scope: 'session', on_unavailable: 'allow' }],
    },
    risk: { read: {}, financial: { action: 'require_approval', reason: 'Money.' } },
    tools: {
      pay: {
        approve_if: [
          { conditions: [{ path: 'args.items[*].price', op: 'lte', value: 0.5, on_missing: 'match' }] },
        ],
        deny_if: [{ conditions: [{ path: 'args["to"]', op: 'regex', value: '^(a|b)+$' }] }],
        rate_limit: { max: 10, window: 'minute' },
      },
    },
  },
];
const TEXTS = DOCUMENTS.flatMap((document) => [JSON.stringify(document), JSON.stringify(document, null, 2)]);
const PIECES = [
  '',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '*',
  '.',
  '[*]',
  '[0]',
  'args',
  '__proto__',
  '\\u0061',
  '(',
  '+',
  '?',
  '-1',
  '1e400',
  '0.0000001',
  '9007199254740993',
  'null',
  'true',
  '"version":"1",',
  '"deny_if":[],',
  '/*',
  '//',
  '"tools":{},',
  '"conditions":[],',
  '"op":"in","value":[],',
  'contains',
  'not_in',
  '\n',
  '\uFEFF',
  '\ud800',
];

const TOOLS: readonly KnownTool[] = [
  knowTool({
    name: 'pay',
    inputSchema: {
      type: 'object',
      properties: {
        amount: { type: 'number' },
        reason: { type: 'string', pattern: '^[a-z ]*$' },
        to: { $ref: '#/$defs/to' },
        items: { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } },
      },
      $defs: { to: { type: 'string' } },
    },
  }),
  knowTool({ name: 'list_all' }, 'read'),
  knowTool({ name: 'secret', inputSchema: { type: 'object' } }),
  knowTool({ name: 'drop_table', inputSchema: { $ref: 'https://example.com/schema' } }, 'destructive'),
  knowTool({ name: '__proto__', inputSchema: { type: 'object', properties: {} } }),
];
const DECLARED = new Set(['amount', 'reason', 'to', 'items']);

const args = fc.oneof(
  fc.dictionary(
    fc.constantFrom('amount', 'Amount', 'reason', 'to', 'items', 'amount\0', '__proto__', 'x'),
    fc.oneof(
      fc.constantFrom<unknown>(1, 150, -1, '150', 0.1234567, 'ab', 'aaaaaaaaaaaaaaaaaaaaaaaa!', null, true),
      fc.constantFrom<unknown>([{ price: 1 }], [{ price: '1' }], [[]], {}, [{}]),
      plainJson,
    ),
    { noNullPrototype: true },
  ),
  plainJson,
);

function checkDecisions(document: PolicyDocument, given: unknown, isLossy: boolean): void {
  const policy = compilePolicy(document, { name: 'p', version: '1' });
  const unknown = knowTool({ name: 'nobody' });
  for (const known of [...TOOLS, undefined]) {
    const { name } = (known ?? unknown).definition;
    const call = { tool: name, arguments: given, hasLossyNumber: isLossy };
    const decision = decide(policy, call, known);
    if (decision.rule === '(engine error)') throw new Error(`${name}: the engine failed`);
    deepStrictEqual(explainDecision(policy, call, known).decision, decision);
    if (known === undefined && decision.outcome !== 'deny') throw new Error('an unknown tool passes');
    if (decision.outcome === 'deny') continue;
    if (!isListed(policy, name, known?.risk)) throw new Error(`${name} passes and is not listed`);
    for (const demand of decision.limits) {
      if (!Number.isSafeInteger(demand.amountMicros) || demand.amountMicros < 0)
        throw new Error('an amount that cannot be counted');
    }
    const isClosed = document.arguments !== 'any' && name === 'pay';
    const isPlain = typeof given === 'object' && given !== null && !Array.isArray(given);
    const keys = isPlain ? Object.keys(given) : [];
    if (isClosed && given !== undefined && (!isPlain || keys.some((one) => !DECLARED.has(one))))
      throw new Error(`undeclared arguments pass: ${keys.join(' ')}`);
  }
}

export const policy = defineTarget({
  name: 'policy',
  promise:
    'a document that is read compiles and decides every call without an error, explained as decided; a fault has a place in the text',
  input: fc.record({ text: mutated(TEXTS, PIECES, 3), args, isLossy: fc.boolean() }),
  check({ text, args, isLossy }) {
    const read = readPolicy(text);
    if (read.ok) {
      const again = validatePolicy(read.document);
      if (!again.ok) throw new Error(`refused when it is written again: ${again.problems[0]?.message}`);
      checkDecisions(read.document, args, isLossy);
      return;
    }
    const lines = text.split('\n');
    if (read.problems.length === 0) throw new Error('refused without a problem');
    for (const { line, column, message } of read.problems) {
      const length = lines[line - 1]?.length;
      if (length === undefined || column < 1 || column > length + 1 || message === '')
        throw new Error(`a problem at ${line}:${column}, which is no place: ${message}`);
    }
  },
});
