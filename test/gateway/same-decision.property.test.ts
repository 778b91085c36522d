import fc from 'fast-check';
import { Agent, request } from 'node:http';
import { PassThrough } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveStdio } from '#gateway';
import { encodeHeaderValue } from '#mcp';
import { silentLog } from '#platform';
import { GatewayRig, modernMessage } from '../support/gateway-rig.ts';
import { PLAIN_JSON, spell, spellHeaders, type HeaderSpelling, type JsonSpelling } from './spellings.ts';

/**
 * One and the same call under one and the same policy gets one decision, one rule, one record and one answer, in whatever
 * revision, transport, framing, batch or spelling it comes. Each run takes a policy and a call, says the call plainly, and
 * then in other ways; where they differ, the smallest policy, call and way are shown with what was sent.
 */
type Legacy = '2024-11-05' | '2025-03-26' | '2025-06-18' | '2025-11-25';
const LEGACY: readonly Legacy[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

interface Call {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}
/** How often, so that limits are met. */
interface Calls {
  readonly call: Call;
  readonly times: number;
}

interface Common {
  readonly json: JsonSpelling;
  /** How the server frames its answer. */
  readonly answer: 'json' | 'sse';
  readonly id: 'number' | 'text';
}
type Way = Common &
  (
    | { readonly by: 'HTTP'; readonly revision: Legacy; readonly inSession: boolean }
    | { readonly by: 'HTTP batch'; readonly revision: '2025-03-26' }
    | { readonly by: 'modern HTTP'; readonly headers: HeaderSpelling }
    | { readonly by: 'stdio'; readonly revision: Legacy }
    | { readonly by: 'stdio batch'; readonly revision: '2025-03-26' }
    | { readonly by: 'modern stdio' }
  );

const PLAINLY: Way = {
  by: 'HTTP',
  revision: '2025-11-25',
  inSession: false,
  json: PLAIN_JSON,
  answer: 'json',
  id: 'number',
};

const DAY_MS = 86_400_000;
const time = { ms: Date.UTC(2026, 0, 1, 12) };
const TOOLS: Readonly<Record<string, object>> = {
  echo: { text: { type: 'string' } },
  pay: { amount: { type: 'number' }, reason: { type: 'string' } },
  report: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  fail: {},
  delete_all: {},
  ['__proto__']: {},
  'zażółć "gęślą" 😀': {},
};

let rig: GatewayRig;
const agent = new Agent({ keepAlive: true });
const sessions = new Map<string, string>();
const pipes = new Map<string, Pipe>();

beforeAll(async () => {
  rig = await GatewayRig.start({
    upstream: {
      sessions: true,
      tools: Object.entries(TOOLS).map(([name, properties]) => ({
        name,
        inputSchema: { type: 'object', properties },
      })),
    },
    policy: { version: '1', default: 'allow' },
    clock: { now: () => time.ms },
  });
  for (const revision of LEGACY) {
    const answer = await rig.post(JSON.stringify(initialize(revision)));
    sessions.set(revision, answer.headers.get('mcp-session-id') ?? '');
    const pipe = new Pipe();
    await pipe.ask(JSON.stringify(initialize(revision)), 'opens');
    pipes.set(revision, pipe);
  }
  pipes.set('modern', new Pipe());
});
afterAll(async () => {
  for (const pipe of pipes.values()) await pipe.end();
  agent.destroy();
  await rig.close();
});

const initialize = (revision: string): object => ({
  jsonrpc: '2.0',
  id: 'opens',
  method: 'initialize',
  params: { protocolVersion: revision, capabilities: {}, clientInfo: { name: 't', version: '1' } },
});

/** An agent on standard input and output. */
class Pipe {
  readonly #input = new PassThrough();
  readonly #served: Promise<void>;
  readonly #waiting = new Map<unknown, (message: Answer) => void>();

  constructor() {
    const output = new PassThrough();
    let rest = '';
    output.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as Answer;
        this.#waiting.get(message.id)?.(message);
      }
    });
    this.#served = serveStdio({ ...rig.front, input: this.#input, output, log: silentLog });
  }

  ask(line: string, id: unknown): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#input.write(`${line}\n`);
    });
  }

  end(): Promise<void> {
    this.#input.end();
    return this.#served;
  }
}

interface Answer {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
}

/** Posts with headers exactly as they are given. */
function post(body: string, headers: readonly string[]): Promise<Answer> {
  const all = [
    'Content-Type',
    'application/json',
    'Accept',
    'application/json, text/event-stream',
    'Authorization',
    `Bearer ${rig.token}`,
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Host',
    new URL(rig.url).host,
    ...headers,
  ];
  return new Promise((resolve, reject) => {
    const sent = request(rig.url, { method: 'POST', agent, headers: all }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
        resolve(JSON.parse(data === '' ? '{}' : data) as Answer);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

let nextId = 1;

/** Says a call in a way; gives the answer, and the body as it was sent. */
async function say(call: Call, way: Way): Promise<{ answer: Answer; body: string }> {
  const id = way.id === 'number' ? nextId++ : `call ${nextId++}`;
  const isModern = way.by === 'modern HTTP' || way.by === 'modern stdio';
  const message = isModern
    ? modernMessage('tools/call', { ...call }, id)
    : { jsonrpc: '2.0', id, method: 'tools/call', params: call };
  const isBatch = way.by === 'HTTP batch' || way.by === 'stdio batch';
  // on standard input a line end ends the message
  const isLine = way.by === 'stdio' || way.by === 'stdio batch' || way.by === 'modern stdio';
  const json = isLine && way.json.space === '\r\n ' ? { ...way.json, space: ' ' as const } : way.json;
  const body = spell(isBatch ? [message] : message, json);
  rig.upstream.framing = way.answer;
  if (isLine) {
    const answer = await pipes.get(isModern ? 'modern' : way.revision)?.ask(body, id);
    if (!answer) throw new Error('no such pipe');
    return { answer, body };
  }
  const headers = way.by === 'modern HTTP' ? modernHeaders(call, way.headers) : legacyHeaders(way);
  return { answer: await post(body, headers), body };
}

function legacyHeaders(way: Extract<Way, { by: 'HTTP' | 'HTTP batch' }>): string[] {
  const session = sessions.get(way.revision) ?? '';
  const isInSession = way.by === 'HTTP batch' || way.inSession;
  return ['MCP-Protocol-Version', way.revision, ...(isInSession ? ['Mcp-Session-Id', session] : [])];
}

function modernHeaders(call: Call, spelling: HeaderSpelling): string[] {
  const encode = (text: string): string =>
    spelling.base64 ? `=?base64?${Buffer.from(text).toString('base64')}?=` : encodeHeaderValue(text);
  const region = call.name === 'report' ? call.arguments?.['region'] : undefined;
  const headers: [string, string][] = [
    ['mcp-protocol-version', '2026-07-28'],
    ['mcp-method', 'tools/call'],
    ['mcp-name', encode(call.name)],
    ...(typeof region === 'string' ? [['mcp-param-region', encode(region)] as [string, string]] : []),
  ];
  return spellHeaders(headers, spelling);
}

/** All that may not depend on the way: what was recorded, what the agent was told, what arrived at the server. */
async function outcomeOf(calls: Calls, way: Way): Promise<{ outcome: unknown; sent: readonly string[] }> {
  time.ms += DAY_MS - (time.ms % DAY_MS); // every window is new
  const outcome: unknown[] = [];
  const sent: string[] = [];
  for (let i = 0; i < calls.times; i++) {
    time.ms++; // records of one moment have no order
    rig.upstream.arrivals.length = 0;
    const { answer, body } = await say(calls.call, way);
    sent.push(body);
    const row = await recorded();
    const arrived = rig.upstream.calls;
    // of several faulty arguments the first is named, and the server answers with the arguments as they came
    const isOneOfMany = row.rule === '/arguments';
    const isOrdered = isOneOfMany || arrived.length > 0;
    outcome.push({
      recorded: isOneOfMany ? { ...row, message: '' } : row,
      told: isOrdered ? answer.result?.['isError'] : told(answer),
      arrived,
    });
  }
  return { outcome, sent };
}

let lastRecord = '';

async function recorded() {
  const newest = async () => (await rig.store.records.query({ order: 'newest', limit: 2 }))[0];
  await expect
    .poll(
      async () => {
        const row = await newest();
        return row?.outcome !== 'allow' && row?.enforced ? true : row?.ending !== undefined;
      },
      { interval: 2 },
    )
    .toBe(true);
  const row = await newest();
  if (!row || row.id === lastRecord) throw new Error('the call was not recorded');
  lastRecord = row.id;
  const { tool, outcome, enforced, rule, message, argumentKeys, policy, policyVersion, ending } = row;
  const ended = ending && { result: ending.result, quotaReturned: ending.quotaReturned };
  return { tool, outcome, enforced, rule, message, argumentKeys, policy, policyVersion, ended };
}

function told({ result, error }: Answer): object {
  const { resultType: _, ...same } = result ?? {};
  return { result: same, error };
}

const json: fc.Arbitrary<JsonSpelling> = fc.record({
  escapes: fc.constantFrom('none', 'names', 'everything'),
  space: fc.constantFrom('', ' ', '\t', '\r\n '),
  order: fc.constantFrom('as it is', 'reversed'),
  numbers: fc.constantFrom('1', '1.0', '10e-1'),
});
const headers: fc.Arbitrary<HeaderSpelling> = fc.record({
  case: fc.constantFrom('lower', 'UPPER'),
  space: fc.constantFrom('', ' ', '\t '),
  base64: fc.boolean(),
  order: fc.constantFrom('as it is', 'reversed'),
});
const common = {
  json,
  answer: fc.constantFrom('json' as const, 'sse' as const),
  id: fc.constantFrom('number' as const, 'text' as const),
};
const revision = fc.constantFrom(...LEGACY);
const batch = fc.constant('2025-03-26' as const);
const way: fc.Arbitrary<Way> = fc.oneof(
  fc.record({ by: fc.constant('HTTP' as const), revision, inSession: fc.boolean(), ...common }),
  fc.record({ by: fc.constant('modern HTTP' as const), headers, ...common }),
  fc.record({ by: fc.constant('stdio' as const), revision, ...common }),
  fc.record({ by: fc.constant('modern stdio' as const), ...common }),
  fc.record({ by: fc.constant('HTTP batch' as const), revision: batch, ...common }),
  fc.record({ by: fc.constant('stdio batch' as const), revision: batch, ...common }),
);

const NAMES = Object.keys(TOOLS);
const calls: fc.Arbitrary<Calls> = fc.record({
  call: fc.record(
    {
      name: fc.constantFrom(...NAMES, ...NAMES, 'Echo', 'echo ', 'no_such_tool', 'constructor', 'tools/call'),
      arguments: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record(
            {
              text: fc.constantFrom('a', 'x', '', 'ł😀"\\\n'),
              amount: fc.constantFrom<unknown>(1, 75, 150, -3, 0.5, '150', null),
              reason: fc.constantFrom('late', ''),
              region: fc.constantFrom('eu', 'Łódź', ' eu ', '=?base64?ZXU=?='),
            },
            { requiredKeys: [], noNullPrototype: true },
          ),
        },
        fc
          .dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 })
          .map((given) => JSON.parse(JSON.stringify(given)) as Record<string, unknown>)
          .filter((given) => !Object.hasOwn(given, 'region')),
      ),
    },
    { requiredKeys: ['name'], noNullPrototype: true },
  ),
  times: fc.constantFrom(1, 1, 2, 3),
});

const condition = fc.constantFrom(
  { path: 'args.amount', op: 'gt', value: 100 },
  { path: 'args.amount', op: 'lte', value: 1, on_missing: 'match' },
  { path: 'args.text', op: 'regex', value: '^[x😀]?$' },
  { path: 'args.reason', op: 'exists', value: true },
  { path: 'args.region', op: 'in', value: ['eu', 'Łódź'] },
);
const predicates = fc.array(fc.record({ conditions: fc.array(condition, { maxLength: 2 }) }), {
  maxLength: 1,
});
const limits = fc.array(
  fc.oneof(
    fc.record({
      counter: fc.constantFrom('c', 'd'),
      window: fc.constantFrom('minute', 'day'),
      max: fc.constantFrom(0, 1, 2),
      scope: fc.constantFrom('grant', 'session', 'server', 'organisation'),
    }),
    fc.constant({ counter: 'sum', window: 'day', max: 100, increment_from: 'args.amount' }),
  ),
  { maxLength: 2 },
);
const rule = fc.record(
  {
    action: fc.constantFrom('allow', 'deny', 'require_approval'),
    require: predicates,
    deny_if: predicates,
    approve_if: predicates,
    limits,
    rate_limit: fc.constant({ max: 1, window: 60 }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const policy: fc.Arbitrary<object> = fc.record(
  {
    version: fc.constant('1'),
    default: fc.constantFrom('deny', 'allow'),
    mode: fc.constantFrom('enforce', 'observe'),
    arguments: fc.constantFrom('declared', 'any'),
    hide: fc.uniqueArray(fc.constantFrom('fail', 'pay', 'z*'), { maxLength: 2 }),
    all_tools: fc.record({ deny_if: predicates, limits }, { requiredKeys: [], noNullPrototype: true }),
    tools: fc.dictionary(fc.constantFrom(...NAMES, '*', 'e*'), rule, { maxKeys: 4, noNullPrototype: true }),
  },
  { requiredKeys: ['version', 'default'], noNullPrototype: true },
);

/** One of each kind of decision, each in two ways. */
const EXAMPLES = (
  [
    [{ hide: ['pay'] }, { name: 'pay' }],
    [{}, { name: 'no_such_tool' }],
    [{}, { name: 'echo', arguments: { txet: '' } }],
    [{ tools: { pay: { deny_if: [{ conditions: [] }] } } }, { name: 'pay' }],
    [{ tools: { pay: { action: 'require_approval' } } }, { name: 'pay' }],
    [
      { tools: { pay: { limits: [{ counter: 'c', window: 'day', max: 1, scope: 'session' }] } } },
      { name: 'pay' },
    ],
  ] as const
).map(([rules, call]): [object, Calls, Way[]] => [
  { version: '1', default: 'allow', ...rules },
  { call, times: 2 },
  [
    { by: 'stdio', revision: '2025-06-18', json: PLAIN_JSON, answer: 'sse', id: 'text' },
    {
      by: 'modern HTTP',
      headers: { case: 'UPPER', space: ' ', base64: true, order: 'reversed' },
      json: PLAIN_JSON,
      answer: 'json',
      id: 'number',
    },
  ],
]);

it(
  'one call gets one decision, one record and one answer, however it is said',
  { timeout: 300_000 },
  async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        policy,
        calls,
        fc.array(way, { minLength: 1, maxLength: 3 }),
        async (rules, said, ways) => {
          rig.setPolicy(rules);
          const plain = await outcomeOf(said, PLAINLY);
          count(seen, plain.outcome);
          for (const way of ways) {
            const other = await outcomeOf(said, way);
            if (isDeepStrictEqual(other.outcome, plain.outcome)) continue;
            const lines = [
              'The same call was treated in two ways.',
              `sent plainly: ${plain.sent.join('\n')}`,
              JSON.stringify(plain.outcome, null, 1),
              `sent by ${way.by}: ${other.sent.join('\n')}`,
              JSON.stringify(other.outcome, null, 1),
            ];
            throw new Error(lines.join('\n'));
          }
        },
      ),
      { numRuns: 150, examples: EXAMPLES },
    );
    // the calls met every kind of decision
    const kinds = [...seen.keys()].join(' ');
    for (const kind of [
      'allow',
      'deny',
      'hold',
      '(hidden)',
      '(unknown tool)',
      '/arguments',
      '/deny_if/',
      '/limits/',
    ])
      expect(kinds).toContain(kind);
  },
);

function count(seen: Map<string, number>, outcome: unknown): void {
  for (const { recorded } of outcome as { recorded: { outcome: string; rule: string } }[]) {
    const key = `${recorded.outcome} ${recorded.rule}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
}
