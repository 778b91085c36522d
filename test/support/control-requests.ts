import type { Route } from '#control';
import { documentOf, type Furnished, type Ids } from './furnished-organisation.ts';

/** What is sent to a route so that it does what it is for. */
export interface ProperRequest {
  readonly query?: string;
  readonly body?: unknown;
  /** Parts of the path that are others than those of `Furnished.ids`. */
  readonly parts?: Partial<Ids>;
}

const NEW_SERVER = { name: 'Another', connection: { kind: 'streamable-http', url: 'http://127.0.0.1:9/x' } };
const MCP_SERVERS = JSON.stringify({ mcpServers: { imported: { url: 'http://127.0.0.1:9/y' } } });
const SPAN = '?since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z';
const document = documentOf('anybody');

/** By the id of the operation; a route that is missing here wants neither query nor body. */
const REQUESTS: Readonly<Record<string, (of: Furnished) => ProperRequest>> = {
  diffPolicy: () => ({ query: '?from=1&to=draft' }),
  readUsage: () => ({ query: SPAN }),
  readLimitUsage: () => ({ query: SPAN }),
  exportDecisions: () => ({ query: '?format=csv' }),

  renameOrganisation: ({ ids }) => ({ body: { name: `${ids.policy} renamed` } }),
  foundOrganisation: () => ({ body: { name: 'Another' } }),
  invite: () => ({ body: { email: 'somebody@else.example' } }),
  changeMember: () => ({ body: { role: 'policy_manager' } }),
  removeMember: ({ spare }) => ({ parts: { user: spare.user } }),
  createApiKey: () => ({ body: { label: 'another', scopes: ['logs:read'] } }),

  createServer: () => ({ body: NEW_SERVER }),
  changeServer: () => ({ body: { onChange: 'block' } }),
  checkConnection: () => ({ body: { connection: NEW_SERVER.connection } }),
  previewImport: () => ({ body: { document: MCP_SERVERS } }),
  importServers: () => ({ body: { document: MCP_SERVERS, choose: ['imported'] } }),
  acceptDefinition: ({ drift }) => ({ body: { hash: drift.hash } }),
  acceptAllDefinitions: ({ drift }) => ({ body: { seen: drift.seen } }),

  savePolicyDraft: () => ({ body: { document } }),
  publishPolicy: () => ({ body: { document } }),
  removePolicy: ({ spare }) => ({ parts: { policy: spare.policy } }),
  restorePolicy: () => ({ body: { version: 1 } }),
  diffPolicyText: () => ({ body: { from: '1', document } }),
  lintPolicy: () => ({ body: { document } }),
  tryPolicy: () => ({ body: { document, tool: 'pause' } }),
  simulatePolicy: () => ({ body: { document } }),

  mintGrant: ({ ids }) => ({ body: { server: ids.server, label: 'another' } }),
  changeGrant: ({ ids }) => ({ body: { policy: ids.policy } }),
  rotateGrant: () => ({ body: {} }),
  deleteGrant: ({ spare }) => ({ parts: { grant: spare.grant } }),

  approveCall: () => ({ body: { note: 'yes' } }),
  denyCall: ({ spare }) => ({ body: { note: 'no' }, parts: { approval: spare.approval } }),

  createWebhook: () => ({
    body: { label: 'another', url: 'http://127.0.0.1:9/z', events: ['grant.minted'] },
  }),
  changeWebhook: () => ({ body: { label: 'renamed' } }),

  signUp: () => ({
    body: { name: 'New', email: 'new@new.example', password: 'correct horse battery', organisation: 'New' },
  }),
  openInvitation: () => ({ body: { token: 'tgi_none' } }),
  acceptInvitation: () => ({ body: { token: 'tgi_none' } }),
};

/** The proper request to a route. Throws for one that wants a body and has none here. */
export function requestTo(route: Route, of: Furnished): ProperRequest {
  const made = Object.hasOwn(REQUESTS, route.id) ? REQUESTS[route.id]?.(of) : undefined;
  const wantsBody = route.body !== undefined && !route.body.safeParse(undefined).success;
  if (wantsBody && made?.body === undefined) throw new Error(`say in REQUESTS what ${route.id} is sent`);
  return made ?? {};
}

/** Names of the parts of a path: `id` is that of a key or an invitation, as the path says. */
export function partsOf({ path }: Route): readonly (keyof Ids)[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => partOf(path, name));
}

/** The path of a route with these ids in it, as it stands in an address. */
export function pathWith({ path }: Route, ids: Ids): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[partOf(path, name)]));
}

const PARTS: ReadonlySet<string> = new Set<keyof Ids>([
  'server',
  'policy',
  'version',
  'grant',
  'approval',
  'webhook',
  'delivery',
  'invitation',
  'key',
  'user',
  'record',
  'tool',
  'session',
  'signIn',
]);

function partOf(path: string, name: string): keyof Ids {
  const part = name !== 'id' ? name : path.startsWith('/invitations/') ? 'invitation' : 'key';
  if (!isPart(part) || (name === 'id' && !/^\/(?:invitations|api-keys)\//.test(path)))
    throw new Error(`a furnished organisation has nothing for {${name}} of ${path}`);
  return part;
}

function isPart(name: string): name is keyof Ids {
  return PARTS.has(name);
}
