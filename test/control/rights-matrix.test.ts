import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SCOPES, type Route, type Scope } from '#control';
import {
  openControlRig,
  withCookie,
  PASSWORD,
  type Client,
  type ControlRig,
} from '../support/control-rig.ts';
import { pathWith, requestTo } from '../support/control-requests.ts';
import { furnish, makeDrift, makeKey, type Furnished } from '../support/furnished-organisation.ts';
import { everythingOf } from './asking.ts';

/**
 * Who may do what, said once more and independently of the routes: the least role of a person, and the scope of a key. What is not
 * here is not served, or this test fails.
 */
const TABLE = {
  everybody: [
    'GET /sign-in-options',
    'POST /sign-up',
    'POST /invitations/open',
    'POST /invitations/accept',
    'GET /oauth/callback',
    'GET /oauth/client-metadata',
  ],
  'any person': [
    'GET /me',
    'GET /me/sessions',
    'DELETE /me/sessions/{session}',
    'POST /me/sessions/end-others',
    'GET /me/sign-ins',
    'DELETE /me/sign-ins/{signIn}',
    'POST /organisations',
  ],

  'viewer servers:read': [
    'GET /servers',
    'GET /servers/{server}',
    'GET /servers/{server}/tools',
    'GET /servers/{server}/drift',
  ],
  'policy_manager servers:write': ['POST /servers/{server}/check'],
  'admin servers:write': [
    'POST /servers',
    'PATCH /servers/{server}',
    'DELETE /servers/{server}',
    'POST /servers/check',
    'POST /servers/import',
    'POST /servers/import/preview',
    'POST /servers/{server}/oauth/start',
    'DELETE /servers/{server}/oauth',
  ],

  'viewer policies:read': [
    'GET /servers/{server}/policies',
    'GET /servers/{server}/policies/{policy}',
    'GET /servers/{server}/policies/{policy}/diff',
    'GET /servers/{server}/policies/{policy}/versions',
    'GET /servers/{server}/policies/{policy}/versions/{version}',
    'POST /servers/{server}/policies/{policy}/diff',
    'POST /servers/{server}/policies/{policy}/lint',
    'POST /servers/{server}/policies/{policy}/try',
  ],
  'policy_manager policies:write': [
    // who asks it often enough learns captured values
    'POST /servers/{server}/policies/{policy}/simulate',
    'PUT /servers/{server}/policies/{policy}/draft',
    'DELETE /servers/{server}/policies/{policy}/draft',
    'POST /servers/{server}/policies/{policy}/publish',
    'POST /servers/{server}/policies/{policy}/restore',
    'DELETE /servers/{server}/policies/{policy}',
    'POST /servers/{server}/drift/{tool}/accept',
    'POST /servers/{server}/drift/accept-all',
    'PUT /servers/{server}/pins',
  ],

  'viewer grants:read': ['GET /grants', 'GET /grants/{grant}'],
  // attaching a policy; what else can be changed of a grant is an admin's, see below
  'policy_manager grants:write': ['PATCH /grants/{grant}'],
  'admin grants:write': [
    'POST /grants',
    'POST /grants/{grant}/rotate',
    'POST /grants/{grant}/revoke',
    'DELETE /grants/{grant}',
  ],

  'viewer approvals:read': ['GET /approvals', 'GET /approvals/{approval}'],
  'approver approvals:decide': ['POST /approvals/{approval}/approve', 'POST /approvals/{approval}/deny'],

  'viewer logs:read': [
    'GET /logs',
    'GET /logs/{record}',
    'GET /logs/follow',
    'GET /logs/export',
    'GET /usage',
    'GET /usage/limits',
  ],
  'admin audit:read': ['GET /audit', 'GET /audit/verify', 'GET /audit/export'],

  'viewer members:read': ['GET /members'],
  'admin members:read': ['GET /invitations', 'GET /api-keys'],
  'admin members:write': [
    'PATCH /organisation',
    'PATCH /members/{user}',
    'DELETE /members/{user}',
    'POST /invitations',
    'DELETE /invitations/{id}',
    'POST /api-keys',
    'DELETE /api-keys/{id}',
  ],

  'admin webhooks:read': ['GET /webhooks', 'GET /webhooks/{webhook}', 'GET /webhooks/{webhook}/deliveries'],
  'admin webhooks:write': [
    'POST /webhooks',
    'PATCH /webhooks/{webhook}',
    'DELETE /webhooks/{webhook}',
    'POST /webhooks/{webhook}/test',
    'POST /webhooks/{webhook}/rotate-secret',
    'POST /webhook-deliveries/{delivery}/redeliver',
  ],
} as const;

const LINES = Object.entries(TABLE).flatMap(([rights, paths]) =>
  paths.map((path) => ({ path, rights: rights as keyof typeof TABLE })),
);

/** Who asks; what everybody of the kind may do follows from these alone. */
interface Asker {
  readonly client: Client;
  readonly is: 'nobody' | 'person' | 'key' | 'refused key';
  readonly role?: 'viewer' | 'policy_manager' | 'admin';
  readonly isApprover?: boolean;
  readonly scopes?: readonly Scope[];
  /** Signs in as an admin and asks a month later. */
  readonly isLate?: boolean;
}

const RANK = { viewer: 0, policy_manager: 1, admin: 2 } as const;

/** The refusal that the table gives an asker, by code; undefined for one who may. */
function refusalOf(
  rights: keyof typeof TABLE,
  { is, role, isApprover, scopes = [] }: Asker,
): string | undefined {
  if (rights === 'everybody') return undefined;
  if (is === 'nobody') return 'unauthenticated';
  if (is === 'refused key') return 'people.key';
  if (rights === 'any person') return is === 'person' ? undefined : 'forbidden.person';
  const [least, scope] = rights.split(' ') as [keyof typeof RANK | 'approver', Scope];
  if (is === 'key') return scopes.includes(scope) ? undefined : 'forbidden.scope';
  if (least === 'approver') return isApprover === true ? undefined : 'forbidden.approver';
  return role !== undefined && RANK[role] >= RANK[least] ? undefined : 'forbidden.role';
}

let rig: ControlRig;
let own: Furnished;
let askers: ReadonlyMap<string, Asker>;
beforeAll(async () => {
  rig = await openControlRig();
  own = await furnish(rig, 'alpha');
  askers = await everyKindOfAsker();
});
afterAll(() => rig.close());

async function everyKindOfAsker(): Promise<Map<string, Asker>> {
  const { admin, viewer, approver, manager } = own;
  const all = new Map<string, Asker>([
    ['nobody', { client: rig.nobody(), is: 'nobody' }],
    ['somebody who signed out', { client: await signedOut(), is: 'nobody' }],
    ['somebody whose session has expired', { client: rig.nobody(), is: 'nobody', isLate: true }],
    ['a viewer', { client: viewer, is: 'person', role: 'viewer' }],
    ['a viewer who approves', { client: approver, is: 'person', role: 'viewer', isApprover: true }],
    ['a policy manager', { client: manager, is: 'person', role: 'policy_manager' }],
    ['an admin who approves', { client: admin, is: 'person', role: 'admin', isApprover: true }],
    ['an admin who does not', { client: await secondAdmin(), is: 'person', role: 'admin' }],
    ['a made-up key', { client: rig.withKey(`tgk_${'a'.repeat(49)}`), is: 'refused key' }],
    ['a cookie as a key', { client: rig.withKey('session'), is: 'refused key' }],
  ]);
  for (const scope of SCOPES) {
    const { token } = await makeKey(admin, `only ${scope}`, [scope]);
    all.set(`a key for ${scope}`, { client: rig.withKey(token), is: 'key', scopes: [scope] });
    const others = SCOPES.filter((other) => other !== scope);
    const { token: other } = await makeKey(admin, `all but ${scope}`, others);
    all.set(`a key for all but ${scope}`, { client: rig.withKey(other), is: 'key', scopes: others });
  }
  const revoked = await makeKey(admin, 'revoked', SCOPES);
  await admin.get('DELETE', `/api-keys/${revoked.id}`);
  all.set('a revoked key', { client: rig.withKey(revoked.token), is: 'refused key' });
  const end = new Date(rig.clock.now() + 1000).toISOString();
  const expired = await makeKey(admin, 'expired', SCOPES, end);
  rig.clock.advance(1000);
  all.set('an expired key', { client: rig.withKey(expired.token), is: 'refused key' });
  return all;
}

async function signIn(email: string): Promise<Client> {
  const body = { email, password: PASSWORD };
  return withCookie(rig.fetch, await rig.nobody().ask('POST', '/api/auth/sign-in/email', { body }));
}

async function signedOut(): Promise<Client> {
  const client = await signIn('viewer@alpha.example');
  await client.get('POST', '/api/auth/sign-out', { body: {} });
  return client;
}

/** The member that has been a viewer so far, and has no place in what is asked for. */
async function secondAdmin(): Promise<Client> {
  const client = await signIn('passer@alpha.example');
  await own.admin.get('PATCH', `/members/${own.ids.user}`, { body: { role: 'admin', isApprover: false } });
  return client;
}

async function askAs({ client, isLate }: Asker, route: Route, isProper: boolean) {
  const { query = '', body, parts } = isProper ? requestTo(route, own) : { query: '?no-such-parameter=1' };
  const path = `${pathWith(route, { ...own.ids, ...parts })}${query}`;
  if (isLate !== true) return client.ask(route.method, path, { body });
  // a session of its own each time: one that has expired is forgotten when it is seen
  const late = await signIn('admin@alpha.example');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * 86_400_000 });
  try {
    return await late.ask(route.method, path, { body });
  } finally {
    vi.useRealTimers();
  }
}

function codeOf(text: string): unknown {
  return (JSON.parse(text) as { readonly code?: unknown }).code;
}

describe('the table of rights', () => {
  it('names every route of the API, and none that there is not', () => {
    const served = rig.routes.map(({ method, path }) => `${method} ${path}`);
    expect(LINES.map(({ path }) => path).toSorted()).toEqual(served.toSorted());
  });

  it('has one line for each', () => {
    expect(new Set(LINES.map(({ path }) => path)).size).toBe(LINES.length);
  });

  it.each(LINES)('is what the API describes: $path', async ({ path: line, rights }) => {
    const [method = '', path = ''] = line.split(' ');
    const { paths } = await rig.nobody().get<{
      readonly paths: Record<string, Record<string, Record<string, unknown>>>;
    }>('GET', '/api/openapi.json');
    const described = paths[path]?.[method.toLowerCase()];
    const [least, scope] = rights.split(' ');
    const isOfMembers = scope !== undefined && rights !== 'any person';
    expect(described?.['x-scope']).toBe(isOfMembers ? scope : undefined);
    if (isOfMembers && least !== 'approver') expect(described?.['x-role']).toBe(least);
  });
});

describe('a proper request', () => {
  let before: readonly string[] | undefined;
  it.each(LINES)('is refused to whoever may not: $path', async ({ path: line, rights }) => {
    rig.clock.advance(60_000);
    const route = routeOf(line);
    before ??= await everything();
    for (const [who, asker] of askers) {
      const code = refusalOf(rights, asker);
      if (code === undefined) continue;
      const { status, text, headers } = await askAs(asker, route, true);
      const expected = ['unauthenticated', 'people.key'].includes(code) ? 401 : 403;
      expect([who, status, codeOf(text)]).toEqual([who, expected, code]);
      expect(headers.getSetCookie(), who).toEqual([]);
    }
    expect(await everything()).toEqual(before);
  });

  it.each(LINES)('gets past the rights of whoever may: $path', async ({ path: line, rights }) => {
    rig.clock.advance(60_000);
    const route = routeOf(line);
    for (const [who, asker] of askers) {
      if (refusalOf(rights, asker) !== undefined) continue;
      const { status, text } = await askAs(asker, route, false);
      // the address that a browser is led back to takes any parameter
      if (route.id === 'finishConsent') expect([who, status]).toEqual([who, 302]);
      else expect([who, status, codeOf(text)]).toEqual([who, 422, 'query.invalid']);
    }
  });
});

/** All that can be read, but for when keys and sessions were last used. */
async function everything(): Promise<readonly string[]> {
  return (await everythingOf(rig, own)).filter((line) => !/^(?:listApiKeys|listMySessions) /.test(line));
}

function routeOf(line: string): Route {
  const route = rig.routes.find(({ method, path }) => `${method} ${path}` === line);
  if (route === undefined) throw new Error(`no route ${line}`);
  return route;
}

describe('what is finer than a route', () => {
  it('a policy manager attaches policies, and changes nothing else of a grant', async () => {
    const path = `/grants/${own.ids.grant}`;
    const { manager, ids } = own;
    expect((await manager.ask('PATCH', path, { body: { policy: ids.policy } })).status).toBe(200);
    for (const body of [
      { label: 'mine' },
      { expiresAt: null },
      { addresses: null },
      { policy: ids.policy, addresses: ['0.0.0.0/0'] },
    ]) {
      const { status, text } = await manager.ask('PATCH', path, { body });
      expect([status, codeOf(text)]).toEqual([403, 'forbidden.role']);
    }
  });

  it('a key gives away no right that it has not', async () => {
    const { token } = await makeKey(own.admin, 'people', ['members:read', 'members:write']);
    const key = rig.withKey(token);
    for (const [path, body] of [
      ['/api-keys', { label: 'more', scopes: ['members:write', 'grants:write'] }],
      ['/invitations', { email: 'friend@else.example', role: 'admin' }],
      ['/invitations', { email: 'friend@else.example', role: 'viewer', isApprover: true }],
    ] as const) {
      const { status, text } = await key.ask('POST', path, { body });
      expect([path, status, codeOf(text)]).toEqual([path, 403, 'people.more_than_own']);
    }
    const { status } = await key.ask('PATCH', `/members/${own.spare.user}`, { body: { role: 'admin' } });
    expect(status).toBe(403);
  });

  it('an admin who may not decide makes no key that may', async () => {
    const { client } = askers.get('an admin who does not') ?? { client: rig.nobody() };
    const body = { label: 'decides', scopes: ['approvals:decide'] };
    const { status, text } = await client.ask('POST', '/api-keys', { body });
    expect([status, codeOf(text)]).toEqual([403, 'people.more_than_own']);
  });
});

describe('the requests of this test', () => {
  it('are proper: the least of those who may has each answered', async () => {
    rig.clock.advance(60_000);
    const leastOf = {
      any: own.admin, // what is a person's own here is the admin's
      viewer: own.viewer,
      approver: own.approver,
      policy_manager: own.manager,
      admin: own.admin,
    };
    const lines = LINES.filter(({ rights }) => rights !== 'everybody').toSorted(
      (a, b) => LAST.indexOf(routeOf(a.path).id) - LAST.indexOf(routeOf(b.path).id),
    );
    for (const { path: line, rights } of lines) {
      const route = routeOf(line);
      const [least] = rights.split(' ');
      if (route.id.startsWith('accept'))
        own = { ...own, drift: await makeDrift(rig, own.admin, own.ids.server) };
      const client = leastOf[least as keyof typeof leastOf];
      const { query = '', body, parts } = requestTo(route, own);
      const leave = new AbortController();
      const response = await client.send(
        route.method,
        `${pathWith(route, { ...own.ids, ...parts })}${query}`,
        {
          body,
          signal: leave.signal,
        },
      );
      const text = route.id === 'followDecisions' ? '' : await response.text();
      leave.abort();
      // the server of this test wants no consent: only the route itself knows
      const expected = route.id === 'startConsent' ? 409 : (route.status ?? (text === '' ? 204 : 200));
      const status = route.id === 'followDecisions' && response.status === 200 ? 204 : response.status;
      expect(`${line} ${String(status)} ${status === expected ? '' : text}`).toBe(`${line} ${expected} `);
    }
  });
});

/** Those that use up what others are asked about, in the order in which they can be asked; all others go before. */
const LAST: readonly string[] = [
  'savePolicyDraft',
  'dropPolicyDraft',
  'acceptAllDefinitions',
  'pinDefinitions',
  'revokeGrant',
  'deleteGrant',
  'removePolicy',
  'redeliverWebhookDelivery',
  'removeWebhook',
  'removeServer',
  'removeMember',
  'foundOrganisation',
];
