import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Route } from '#control';
import { createLog, openKeyRing, type Configuration, type Log } from '#platform';
import type { ToolDefinition } from '#policy';
import { createRecords, type Records } from '#records';
import { openStore, type Store } from '#store';
import { createCredentialVault } from '#upstream/oauth';
import { openControlApi } from '../../src/cli/control-api.ts';
import { openControlRooms, type ControlRooms } from '../../src/cli/control-rooms.ts';

export const ORIGIN = 'http://gateway.test';
/** Id of the organisation that the configuration file belongs to, and its one server, policy and grant. */
export const INSTALLATION = 'acme';
export const DECLARED = {
  server: 'from-file',
  policy: 'written',
  grant: 'declared:from-file/from the file',
} as const;
export const PASSWORD = 'correct horse battery';

const CONFIGURATION: Configuration = {
  organisation: INSTALLATION,
  accounts: { signUp: 'open' },
  servers: {},
};

/** Where the headers of a request say it came from, for the throttles. */
const ADDRESS = 'test-address';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface AskOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody who asks, with a cookie or a key, or with neither. */
export class Client {
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #headers: Record<string, string>;

  constructor(fetch: (request: Request) => Promise<Response>, headers: Readonly<Record<string, string>>) {
    this.#fetch = fetch;
    this.#headers = { ...headers };
  }

  /** `path` is below `/api/v1`, unless it begins with `/api/`. */
  async ask(method: string, path: string, { body, headers = {} }: AskOptions = {}): Promise<Answer> {
    const response = await this.send(method, path, { body, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The same, for a body that is read as it comes. */
  send(
    method: string,
    path: string,
    { body, headers = {}, signal }: AskOptions & { readonly signal?: AbortSignal } = {},
  ): Promise<Response> {
    return this.#fetch(
      new Request(`${ORIGIN}${path.startsWith('/api/') ? '' : '/api/v1'}${path}`, {
        method,
        headers: {
          ...this.#headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      }),
    );
  }

  /** The answer to a request that must succeed, as JSON. */
  async get<T>(method: string, path: string, options: AskOptions = {}): Promise<T> {
    const { status, text } = await this.ask(method, path, options);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** The whole API as `serve` puts it together, over a store of its own; only servers are stood in for. */
export interface ControlRig {
  readonly store: Store;
  readonly rooms: ControlRooms;
  readonly records: Records;
  readonly routes: readonly Route[];
  readonly clock: { now(): number; advance(ms: number): void };
  /** The tools that every server lists, made of its id. */
  live: (server: string) => readonly ToolDefinition[];
  readonly log: Log;
  /** Everything that was logged. */
  logged(): string;
  fetch(request: Request): Promise<Response>;
  /** Somebody at a page of ours, without a session. */
  nobody(): Client;
  /** Signs up with an organisation. */
  found(
    name: string,
  ): Promise<{ readonly organisation: string; readonly admin: Client; readonly user: string }>;
  withKey(token: string): Client;
  close(): Promise<void>;
}

function toolsOf(server: string): readonly ToolDefinition[] {
  return [
    { name: 'pause', description: `Pauses a campaign of ${server}.`, inputSchema: { type: 'object' } },
    { name: 'remove', description: `Deletes a campaign of ${server}.`, inputSchema: { type: 'object' } },
  ];
}

export async function openControlRig(databaseUrl?: string): Promise<ControlRig> {
  const dataDir = mkdtempSync(join(tmpdir(), 'toolgate-control-'));
  let now = Date.now();
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  const store = openStore({ dataDir: ':memory:', databaseUrl, clock });
  await store.ready();
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const about = { store, dataDir, configuration: CONFIGURATION, clock, log };
  const rooms = openControlRooms({ ...about, origin: () => ORIGIN });
  const records = createRecords({ store: store.records, clock, log });
  const vault = createCredentialVault(store.credentials, openKeyRing(dataDir), clock);
  const liveTools = (server: string): Promise<readonly ToolDefinition[]> => Promise.resolve(rig.live(server));
  const api = await openControlApi(
    {
      ...about,
      rooms,
      records,
      origin: () => ORIGIN,
      otherOrigins: () => [],
      declaredServers: (organisation) => (organisation === INSTALLATION ? [DECLARED_SERVER] : []),
      declaredPolicies: (organisation) => (organisation === INSTALLATION ? [DECLARED_POLICY] : []),
      declaredGrants: (organisation) => (organisation === INSTALLATION ? [DECLARED_GRANT] : []),
      liveTools,
      probe: async (_, server) => ({
        ok: true,
        era: 'modern',
        revision: '2026-07-28',
        tools: await liveTools(server?.id ?? 'unsaved'),
        latencyMs: 1,
      }),
      vault: () => Promise.resolve(vault),
      addresses: { allow: ['127.0.0.0/8'] },
      setupCode: undefined,
      allowCommands: true,
      catalogue: () => Promise.resolve(undefined),
      addressOf: () => undefined,
    },
    (request) => request.headers.get(ADDRESS) ?? undefined,
  );
  let addresses = 0;
  const nobody = (): Client => new Client(api.fetch, { origin: ORIGIN, [ADDRESS]: addressOf(++addresses) });
  const rig: ControlRig = {
    store,
    rooms,
    records,
    routes: api.routes,
    clock,
    live: toolsOf,
    log,
    logged: () => lines.join(''),
    fetch: api.fetch,
    nobody,
    async found(name) {
      const email = `admin@${name}.example`;
      const body = { name: `Admin of ${name}`, email, password: PASSWORD, organisation: name };
      const made = await nobody().ask('POST', '/sign-up', { body });
      if (made.status !== 201) throw new Error(made.text);
      const { organisation, user } = JSON.parse(made.text) as Record<string, { readonly id: string }>;
      if (organisation === undefined || user === undefined) throw new Error(made.text);
      return { organisation: organisation.id, user: user.id, admin: withCookie(api.fetch, made) };
    },
    withKey: (token) => new Client(api.fetch, { authorization: `Bearer ${token}` }),
    async close() {
      await api.close();
      await rooms.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return rig;
}

function addressOf(number: number): string {
  return `10.0.${Math.floor(number / 256)}.${number % 256}`;
}

/** The person that an answer signed in. */
export function withCookie(fetch: (request: Request) => Promise<Response>, { headers }: Answer): Client {
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  if (cookie === '') throw new Error('nobody was signed in');
  return new Client(fetch, { origin: ORIGIN, cookie });
}

/** Invites somebody, who comes. */
export async function enter(
  rig: ControlRig,
  admin: Client,
  email: string,
  place: { readonly role: string; readonly isApprover: boolean },
): Promise<Client> {
  const { link } = await admin.get<{ link: string }>('POST', '/invitations', { body: { email, ...place } });
  const body = { token: link.split('#')[1], name: `Person ${email}`, password: PASSWORD };
  return withCookie(rig.fetch, await rig.nobody().ask('POST', '/invitations/accept', { body }));
}

const DECLARED_SERVER = {
  id: DECLARED.server,
  name: 'From the file',
  connection: { kind: 'streamable-http', url: 'http://127.0.0.1:9/mcp', headers: {} },
  settings: {},
} as const;
const DECLARED_GRANT = {
  id: DECLARED.grant,
  label: 'from the file',
  server: DECLARED.server,
  policy: DECLARED.policy,
  expiresAt: undefined,
  file: 'toolgate.json',
};
const DECLARED_POLICY = {
  server: DECLARED.server,
  name: DECLARED.policy,
  document: '{ "version": "1", "default": "deny" }',
  version: 'abc123def456',
};
