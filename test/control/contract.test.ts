import { afterAll, describe } from 'vitest';
import { createControlApi, type Caller, type Route } from '#control';
import { callerIn } from '../../src/control/api.suite.ts';
import { contractSuite } from '../../src/control/contract.suite.ts';
import { DECLARED, openControlRig, ORIGIN, type ControlRig } from '../support/control-rig.ts';
import { pathWith, requestTo } from '../support/control-requests.ts';
import { documentOf, furnish, type Furnished } from '../support/furnished-organisation.ts';
import { startPostgres } from '../support/postgres.ts';
import { isHarmless } from './asking.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

const unasked = await openControlRig();
// what leads the browser on is no answer of the API
const routes = unasked.routes.filter(({ id }) => id !== 'finishConsent');
await unasked.close();

describe.each([
  ['SQLite', undefined, 40] as const,
  ...(postgres === undefined ? [] : [['PostgreSQL', postgres, 15] as const]),
])('the whole API, on %s', (_, server, numRuns) => {
  const known: Record<string, readonly unknown[]> = {};
  let rig: ControlRig | undefined;
  let furnished = 0;
  let own: Furnished | undefined;
  afterAll(() => rig?.close());

  contractSuite({
    routes,
    numRuns,
    known,
    async open(route) {
      rig ??= await openWithAnother(await server?.createDatabase());
      const { store, logged, clock, rooms } = rig;
      const of = (own ??= await furnish(rig, `acme${String(furnished++)}`));
      if (usesUp(route)) own = undefined;
      Object.assign(known, knownOf(of));
      const api = createControlApi({
        routes: rig.routes,
        callerOf: (request) => Promise.resolve(inside(of, callerIn(request))),
        audit: (organisation, line) => rooms.audit.append(organisation, line),
        store: store.control,
        keys: rooms.keys,
        clock,
        log: rig.log,
        version: '1.0.0',
        sameSite: () => undefined,
        callsPerMinute: 1_000_000,
      });
      const isPossible = !NEVER_SUCCEED.includes(route.id);
      return { api, logged, proper: isPossible ? properRequest(route, of) : undefined };
    },
    neverSucceed: NEVER_SUCCEED,
  });
});

/** A gateway with the other organisation that the contract asks for, in which there is nothing. */
async function openWithAnother(databaseUrl?: string): Promise<ControlRig> {
  const rig = await openControlRig(databaseUrl);
  const founder = { user: 'eve', role: 'admin', isApprover: true, createdAt: 0 } as const;
  await rig.store.control.organisations.create({ id: 'other', name: 'Other', createdAt: 0 }, founder);
  return rig;
}

/** They ask for a session, which the askers of the contract have none of, or for a token that was sent to one person. */
const NEVER_SUCCEED = [
  'getMe',
  'endMySession',
  'endMyOtherSessions',
  'unlinkMySignIn',
  'startConsent',
  'openInvitation',
  'acceptInvitation',
];

/** What a route is for, asked by an admin who may decide. */
function properRequest(route: Route, of: Furnished): Request {
  const { query = '', body, parts } = requestTo(route, of);
  return new Request(`${ORIGIN}/api/v1${pathWith(route, { ...of.ids, ...parts })}${query}`, {
    method: route.method,
    headers: {
      'test-caller': JSON.stringify({ role: 'admin', isApprover: true }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Whether there may be nothing left to ask about, once it has been asked. */
function usesUp(route: Route): boolean {
  return route.method !== 'GET' && route.path.includes('{') && !isHarmless(route);
}

/** The askers of the contract belong to `acme`, or to another organisation. */
function inside({ organisation }: Furnished, caller: Caller | undefined): Caller | undefined {
  return caller?.organisation === 'acme' ? { ...caller, organisation } : caller;
}

function knownOf({ ids, spare, drift }: Furnished): Record<string, readonly unknown[]> {
  const document = documentOf('anybody');
  const connection = { kind: 'streamable-http', url: 'http://127.0.0.1:9/x' };
  return {
    ...Object.fromEntries(Object.entries(ids).map(([name, id]: [string, string]) => [name, [id]])),
    server: [ids.server, ids.server, ids.server, DECLARED.server],
    policy: [ids.policy, ids.policy, spare.policy],
    grant: [ids.grant, spare.grant],
    approval: [ids.approval, spare.approval],
    user: [ids.user, spare.user],
    id: [ids.invitation, ids.key],
    version: [1, 2],
    from: ['1', 'draft'],
    to: ['2', 'draft'],
    after: [2, null],
    hash: [drift.hash],
    seen: [drift.seen],
    document: [document, document, JSON.stringify({ mcpServers: { a: { url: connection.url } } }), '{'],
    choose: [['a']],
    connection: [connection],
    url: [connection.url],
    label: ['agent'],
    email: ['somebody@else.example'],
    password: ['correct horse battery'],
    scopes: [['logs:read']],
    since: [new Date(Date.now() - 86_400_000).toISOString()],
    until: [new Date().toISOString()],
  };
}
