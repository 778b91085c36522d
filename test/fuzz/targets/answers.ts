import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import { isJsonObject, type Json, type JsonObject } from '#mcp';
import { compilePolicy, validatePolicy, type CompiledPolicy } from '#policy';
import type { Upstream } from '#upstream';
import { inspectMessage, type InspectionContext } from '../../../src/gateway/inspect.ts';
import { plainJson } from '../generators.ts';
import { defineTarget } from '../target.ts';

const isVisible = (name: string): boolean =>
  name === 'pay' || name === '__proto__' || (name.startsWith('list_') && name !== 'list_secret');
const rules = compiled({
  version: '1',
  default: 'deny',
  hide: ['list_secret'],
  tools: { 'list_*': {}, pay: { action: 'deny' }, ['__proto__']: {} },
});
function compiled(document: object): CompiledPolicy {
  const read = validatePolicy(document);
  if (!read.ok) throw new Error('the policy of this target is no policy');
  return compilePolicy(read.document, { name: 'rules', version: '1' });
}
const learnNothing = { learn: () => {} } as unknown as Upstream;

const tool = fc.oneof(
  fc.record(
    {
      name: fc.constantFrom(
        'list_a',
        'list_b',
        'list_secret',
        'delete_all',
        'pay',
        'List_a',
        'list_a ',
        '__proto__',
      ),
      description: fc.string({ maxLength: 4 }),
      inputSchema: plainJson,
    },
    { requiredKeys: ['name'], noNullPrototype: true },
  ),
  plainJson,
);
const result = fc.oneof(
  fc.record(
    {
      tools: fc.array(tool, { maxLength: 5 }),
      nextCursor: fc.constantFrom('', 'c'),
      ttlMs: fc.constantFrom<unknown>(5, -1, 'x'),
      cacheScope: fc.constantFrom('public', 'private'),
      resultType: fc.constantFrom('complete', 'input_required', 'task'),
      capabilities: plainJson,
      task: plainJson,
      requestState: fc.string({ maxLength: 4 }),
      other: plainJson,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  plainJson,
);
const message = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: fc.constantFrom<unknown>(1, 2, '1', null, {}),
        result,
        error: fc.constantFrom<unknown>({ code: -32602, message: 'no' }, 'no', null),
        method: fc.constantFrom<unknown>('ping', 'notifications/message', 'tools/call', 7),
        params: plainJson,
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: plainJson },
);
const messages = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, message, fc.array(tie('any'), { maxLength: 3 })),
})).any;

/** What a careless agent could take for a list of tools: any `result.tools`, however wrapped. */
function toolNames(value: Json | undefined): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(toolNames);
  if (!isJsonObject(value)) return [];
  const { result } = value;
  if (!isJsonObject(result) || !Array.isArray(result['tools'])) return [];
  return (result['tools'] as readonly Json[]).map((one) =>
    isJsonObject(one) ? String(one['name']) : 'no tool',
  );
}

export const answers = defineTarget({
  name: 'answers',
  promise:
    'no hidden tool passes in an answer of any shape, what passes keeps its order and its unknown members, and only the waiting id is answered',
  input: fc.record({
    message: messages,
    era: fc.constantFrom('legacy' as const, 'modern' as const),
    requestId: fc.constantFrom(undefined, 1, '1'),
    method: fc.constantFrom(undefined, 'tools/list', 'tools/call', 'initialize', 'server/discover'),
    hasPolicy: fc.boolean(),
  }),
  check({ message, era, requestId, method, hasPolicy }) {
    const context: InspectionContext = {
      era,
      requestId,
      method,
      policy: hasPolicy ? rules : undefined,
      methods: {},
      tasks: undefined,
      upstream: learnNothing,
      sessionId: 's',
      progress: { digest: 'd', round: 0, spends: undefined },
      owner: { grantId: 'g', serverId: 's' },
      sessionKey: new Uint8Array(32),
      clock: { now: () => 0 },
    };
    const before = structuredClone(message);
    const inspected = inspectMessage(message as Json, context);
    deepStrictEqual(message, before);
    if (inspected.action === 'drop') return;
    const passed = inspected.action === 'pass' ? (message as Json) : inspected.message;
    const shown = toolNames(JSON.parse(JSON.stringify(passed)) as Json);
    const hidden = shown.find((name) => !hasPolicy || !isVisible(name));
    if (hidden !== undefined) throw new Error(`${hidden} is shown`);
    if (!isJsonObject(message) || !isJsonObject(passed)) return;
    if (requestId !== undefined && !('method' in passed)) deepStrictEqual(passed['id'], requestId);
    checkList(message, passed);
  },
});

/** A list that passed is the one that came, less some tools and with private cache hints. */
function checkList(message: JsonObject, passed: JsonObject): void {
  const [came, went] = [message['result'], passed['result']];
  if (!isJsonObject(came) || !isJsonObject(went) || !Array.isArray(came['tools'])) return;
  const { tools: listed, ttlMs: _t, cacheScope: _c, ...others } = came;
  const { tools: kept, ttlMs: _tt, cacheScope: _cc, ...same } = went;
  deepStrictEqual(same, others);
  const left = [...(listed as readonly Json[])];
  for (const one of kept as readonly Json[]) {
    while (left.length > 0 && left[0] !== one) left.shift();
    if (left.shift() !== one) throw new Error('the order of the tools changed, or a tool did');
  }
}
