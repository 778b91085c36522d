import { createKeyRing, createLog, type KeyRing } from '#platform';
import type { ToolDefinition } from '#policy';
import type { Store } from '#store';
import { createDriftWatch, type DriftEvent } from '#upstream';
import { createCredentialVault } from '#upstream/oauth';
import { openTestApi, START, type TestApi } from '../api.suite.ts';
import type { Connection } from './connection.ts';
import { lastUseOf } from './last-use.ts';
import type { DeclaredServer, ProbedServer, ProbeOutcome, ServerParts } from './server-parts.ts';
import { serverRoutes } from './server-routes.ts';

const ENV = 'CANARY-env-1';
const HEADER = 'CANARY-header-2';
const QUERY = 'CANARY-query-3';
const ARG = 'CANARY-arg-4';
const OAUTH = 'CANARY-oauth-5';
/** In no answer, log line or column may any of these be found. */
export const CANARIES = [ENV, HEADER, QUERY, ARG, OAUTH] as const;

export const STDIO = {
  kind: 'stdio',
  command: '/usr/bin/npx',
  args: ['-y', '@acme/mcp-crm@1.2.0', `--api-key=${ARG}`, '--tenant', ARG],
  env: { CRM_TOKEN: ENV },
} as const;
export const HTTP = {
  kind: 'streamable-http',
  url: `https://mcp.example.com/mcp?key=${QUERY}`,
  headers: { 'X-Api-Key': HEADER },
} as const;
export const OAUTH_HTTP = {
  kind: 'streamable-http',
  url: 'https://mcp.example.com/mcp',
  oauth: { issuer: 'https://login.example.com', clientId: 'toolgate', clientSecret: OAUTH },
} as const;

export const TOOLS: readonly ToolDefinition[] = [
  { name: 'list_tickets', description: 'Lists tickets.', inputSchema: { type: 'object' } },
  { name: 'delete_ticket', description: 'Deletes a ticket for ever.', inputSchema: { type: 'object' } },
];

export interface ServerRig extends TestApi {
  readonly keys: KeyRing;
  /** What the live list of every server is; a text is why there is none. */
  live: readonly ToolDefinition[] | string;
  /** What every check finds. */
  outcome: ProbeOutcome;
  readonly probed: { readonly connection: Connection; readonly server: ProbedServer | undefined }[];
  readonly drifts: DriftEvent[];
  /** Registers a server as an admin and gives its id. */
  register(connection?: object, more?: object): Promise<string>;
}

export const DECLARED: DeclaredServer = {
  id: 'from-file',
  name: 'From the file',
  connection: {
    kind: 'streamable-http',
    url: 'http://10.0.0.5/mcp',
    headers: { authorization: `Bearer ${HEADER}` },
  },
  settings: {},
};

/** The routes of servers over a real store in memory; servers themselves are stood in for. */
export function openServerRig(changes: Partial<ServerParts> = {}): ServerRig {
  const state = emptyState();
  const { keys } = state;
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const api = openTestApi(({ store }) => serverRoutes(partsOver(store, state, { log, ...changes })), {
    keys,
    callsPerMinute: 1_000_000,
  });
  const logged = api.logged;
  const register: ServerRig['register'] = async (connection = STDIO, more = {}) => {
    const made = await api.ask('POST', '/servers', { body: { name: 'Tickets', connection, ...more } });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return (made.body as { id: string }).id;
  };
  return Object.assign(state, api, { register, logged: () => logged() + lines.join('') });
}

function emptyState(): State {
  return {
    keys: createKeyRing(`k1:${Buffer.alloc(32, 7).toString('base64')}`, 'the test'),
    live: TOOLS,
    outcome: { ok: true, era: 'modern', revision: '2026-07-28', tools: TOOLS, latencyMs: 12.6 },
    probed: [],
    drifts: [],
  };
}

type State = Pick<ServerRig, 'keys' | 'live' | 'outcome' | 'probed' | 'drifts'>;

function partsOver(
  store: Store,
  state: State,
  changes: Partial<ServerParts> & Pick<ServerParts, 'log'>,
): ServerParts {
  const clock = changes.clock ?? { now: () => START };
  const vault = createCredentialVault(store.credentials, state.keys, clock);
  return {
    control: store.control,
    keys: state.keys,
    vault: () => Promise.resolve(vault),
    clock,
    declared: (organisation) => (organisation === 'acme' ? [DECLARED] : []),
    allowCommands: true,
    addresses: 'public',
    origin: () => 'https://gateway.example.com',
    probe: (connection, server) => {
      state.probed.push({ connection, server });
      return Promise.resolve(state.outcome);
    },
    liveTools: () => {
      const { live } = state;
      return Promise.resolve(typeof live === 'string' ? { unavailable: live } : live);
    },
    fromCatalogue: (slug) =>
      Promise.resolve(
        slug === 'crm'
          ? {
              name: 'CRM',
              connection: { kind: 'stdio', command: 'npx', args: ['-y', 'mcp-crm'], env: {} },
              needed: { env: ['CRM_TOKEN'], headers: [] },
            }
          : undefined,
      ),
    readStack: () => Promise.resolve({ servers: [] }),
    driftWatch: createDriftWatch({
      control: store.control,
      clock,
      notify: (event) => Promise.resolve(void state.drifts.push(event)),
    }),
    lastUse: (organisation, servers) => lastUseOf(store, organisation, servers),
    noteCheck: (organisation, server, outcome) =>
      store.control.looks.note(organisation, server, {
        at: START + state.probed.length,
        ...(outcome.ok ? { counts: { write: outcome.tools.length } } : { failure: outcome.reason }),
      }),
    sessionOf: () => Promise.resolve(undefined),
    ...changes,
  };
}

/** Parts for routes that are looked at and not asked. */
export function partsForDocument(): ServerParts {
  const unused = { control: { pins: {} } } as unknown as Store;
  const state = { ...emptyState(), live: [] };
  return partsOver(unused, state, { log: createLog('silent') });
}

/** Every text in every row of the store. */
export async function everythingStored(store: Store): Promise<string> {
  const { control } = store;
  const servers = await control.servers.all();
  const credentials = await Promise.all(servers.map(({ id }) => store.credentials.find(id)));
  const audit = await control.audit.list('acme', { limit: 1000 });
  return JSON.stringify([servers, credentials, audit]);
}
