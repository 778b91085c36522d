import { onTestFinished } from 'vitest';
import type { NotifiedEvent } from '#notifications';
import { createKeyRing, createLog } from '#platform';
import type { ToolDefinition } from '#policy';
import { createAudit } from '#records';
import { openStore, type Role, type Store } from '#store';
import { createControlApi, type ControlApi, type ControlApiParts } from './api.ts';
import type { Caller } from './caller.ts';
import type { LiveTools } from './policies/policy-parts.ts';
import type { Route, Scope } from './route.ts';

export const START = 1_700_000_000_000;
const KEY = `k1:${'ab'.repeat(32)}`;

/** Who asks, in a test: a person of `acme` with a role, or whoever is described. */
export type Asker = Role | 'nobody' | Partial<Caller>;

export interface AskOptions {
  readonly as?: Asker;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON, else as text; undefined when there is none. */
  readonly body: unknown;
}

/** An API over a real, empty store in memory, whose time and callers a test chooses. */
export interface TestApi {
  readonly store: Store;
  readonly api: ControlApi;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly notified: NotifiedEvent[];
  /** Everything that was logged. */
  readonly logged: () => string;
  ask(method: string, path: string, options?: AskOptions): Promise<Answered>;
}

/** Opens it; it is closed after the test. */
export function openTestApi(
  routesOf: (parts: Pick<TestApi, 'store' | 'notified'>) => readonly Route[],
  changes: Partial<ControlApiParts> = {},
): TestApi {
  let now = START;
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  const store = openStore({ dataDir: ':memory:', clock });
  onTestFinished(() => store.close());
  const lines: string[] = [];
  const notified: NotifiedEvent[] = [];
  const audit = createAudit({ store: store.control.audit, clock });
  const api = createControlApi({
    routes: routesOf({ store, notified }),
    callerOf: (request) => Promise.resolve(callerIn(request)),
    audit: (organisation, line) => audit.append(organisation, line),
    store: store.control,
    keys: createKeyRing(KEY, 'the test'),
    clock,
    log: createLog('info', { write: (line: string) => void lines.push(line) }),
    version: '1.0.0',
    sameSite: (request) =>
      request.headers.get('origin') === 'https://elsewhere.example'
        ? { status: 403, code: 'forbidden.origin', detail: 'From elsewhere.' }
        : undefined,
    ...changes,
  });
  return {
    store,
    api,
    clock,
    notified,
    logged: () => lines.join(''),
    async ask(method, path, { as = 'admin', body, text, headers = {} } = {}) {
      const sent = body === undefined ? text : JSON.stringify(body);
      const response = await api.fetch(
        new Request(`http://gateway.test/api/v1${path}`, {
          method,
          headers: {
            'test-caller': JSON.stringify(as, (_, value: unknown) => value ?? null),
            ...(sent !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(sent !== undefined && { body: sent }),
        }),
      );
      return answered(response);
    },
  };
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

/** A key with scopes. */
export function keyWith(...scopes: readonly Scope[]): Partial<Caller> {
  return { kind: 'key', id: 'key_1', label: 'script', role: undefined, scopes };
}

/** Who a request of a test says that it comes from. */
export function callerIn(request: Request): Caller | undefined {
  const written = request.headers.get('test-caller');
  const asker = written === null ? 'nobody' : (JSON.parse(written) as Asker);
  if (asker === 'nobody') return undefined;
  const person: Caller = {
    kind: 'user',
    id: 'ada',
    label: 'Ada',
    organisation: 'acme',
    role: 'viewer',
    isApprover: false,
    scopes: undefined,
  };
  if (typeof asker === 'string') return { ...person, id: asker, role: asker };
  const described = Object.entries(asker).map(([name, value]) => [name, value ?? undefined]);
  return { ...person, ...Object.fromEntries(described) };
}

/** Tools of the server `crm`, which organisation `acme` has. */
export const TOOLS: readonly ToolDefinition[] = [
  {
    name: 'pause_campaign',
    description: 'Pauses a campaign.',
    inputSchema: {
      type: 'object',
      properties: { campaign: { type: 'integer' }, reason: { type: 'string' } },
      required: ['campaign'],
    },
  },
  { name: 'delete_campaign', description: 'Deletes a campaign.', inputSchema: { type: 'object' } },
];

/** The servers of a test: `crm` and `declared` of acme, `theirs` of another organisation. */
export const SERVERS = {
  serverOf: (organisation: string, id: string) =>
    Promise.resolve(
      { acme: ['crm', 'declared'], other: ['theirs'] }[organisation]?.includes(id) === true
        ? { id, name: `Server ${id}`, managed: id !== 'declared' }
        : undefined,
    ),
  declared: (organisation: string) =>
    organisation === 'acme'
      ? [
          {
            server: 'declared',
            name: 'from-file',
            document: '{ "version": "1", "default": "deny" }',
            version: 'abc123def456',
          },
        ]
      : [],
  declaredGrants: (organisation: string) =>
    organisation === 'acme'
      ? [
          {
            id: 'declared:declared/from-file',
            label: 'from-file',
            server: 'declared',
            policy: 'from-file',
            expiresAt: undefined,
            file: 'toolgate.json',
          },
        ]
      : [],
  liveTools: (): Promise<LiveTools> => Promise.resolve(TOOLS),
};
