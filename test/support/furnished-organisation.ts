import type { Kysely } from 'kysely';
import { newId } from '#platform';
import type { ToolDefinition } from '#policy';
import type { CounterEntry, DecisionRecord, Delivery } from '#store';
import { enter, PASSWORD, type Client, type ControlRig } from './control-rig.ts';

/** An organisation with one of everything that a route can be asked about, and some to spare. */
export interface Furnished {
  readonly organisation: string;
  /** Id of the admin, who signed up with it. */
  readonly founder: string;
  readonly admin: Client;
  readonly viewer: Client;
  readonly approver: Client;
  readonly manager: Client;
  /** The parts of paths by their names; `id` stands for keys and invitations, each by its own name here. */
  readonly ids: Ids;
  /** Objects for requests that use theirs up. */
  readonly spare: Pick<Ids, 'policy' | 'grant' | 'approval' | 'user'>;
  /** Texts that nobody else may be shown: every id, and a word that stands in every name. */
  readonly marks: readonly string[];
  /** What `acceptDefinition` and `acceptAllDefinitions` are told of the drift that there is. */
  readonly drift: { readonly hash: string; readonly seen: string };
}

export interface Ids {
  readonly server: string;
  readonly policy: string;
  readonly version: string;
  readonly grant: string;
  readonly approval: string;
  readonly webhook: string;
  readonly delivery: string;
  readonly invitation: string;
  readonly key: string;
  readonly user: string;
  readonly record: string;
  readonly tool: string;
  /** Of the admin: in another browser, and at a sign-in provider. */
  readonly session: string;
  readonly signIn: string;
}

/** Makes it, through the API where there is one; `name` is a word of lower-case letters. */
export async function furnish(rig: ControlRig, name: string): Promise<Furnished> {
  const { organisation, admin, user: founder } = await rig.found(name);
  const people = await fillWithPeople(rig, admin, name);
  const policy = `${name}-policy`;
  const server = await makeServer(admin, name, policy);
  const grants = await Promise.all(
    ['one', 'two'].map(async (label) => {
      const body = { server, policy, label: `${name}-${label}` };
      return (await admin.get<{ id: string }>('POST', '/grants', { body })).id;
    }),
  );
  const [grant = '', spareGrant = ''] = grants;
  const [approval, spareApproval] = await Promise.all(
    ['one', 'two'].map((what) =>
      holdCall(rig, { organisation, server, policy, grant, what: `${name}-${what}` }),
    ),
  );
  const { webhook, delivery } = await makeWebhook(rig, organisation, admin, name);
  const body = { email: `invited@${name}.example`, role: 'viewer' };
  const invited = await admin.get<{ invitation: { id: string } }>('POST', '/invitations', { body });
  const key = await makeKey(admin, `${name}-key`, ['logs:read']);
  const record = await recordCall(rig, { server, grant, label: `${name}-one`, policy });
  const drift = await makeDrift(rig, admin, server);
  const ids: Ids = {
    server,
    policy,
    version: '1',
    grant,
    approval: approval ?? '',
    webhook,
    delivery,
    invitation: invited.invitation.id,
    key: key.id,
    user: people.user,
    record,
    tool: drift.tool,
    ...(await comeInTwice(rig, admin, name)),
  };
  const spare = {
    policy: `${policy}-free`,
    grant: spareGrant,
    approval: spareApproval ?? '',
    user: people.spareUser,
  };
  const { version: _version, tool: _tool, ...own } = ids;
  return {
    organisation,
    founder,
    admin,
    ...people.clients,
    ids,
    spare,
    drift,
    marks: [name, founder, ...Object.values(own), ...Object.values(spare)],
  };
}

/** A key of whoever asks, with these scopes. */
export async function makeKey(
  admin: Client,
  label: string,
  scopes: readonly string[],
  expiresAt?: string,
): Promise<{ readonly id: string; readonly token: string }> {
  const body = { label, scopes, ...(expiresAt !== undefined && { expiresAt }) };
  const made = await admin.get<{ key: { id: string }; token: string }>('POST', '/api-keys', { body });
  return { id: made.key.id, token: made.token };
}

async function fillWithPeople(
  rig: ControlRig,
  admin: Client,
  name: string,
): Promise<{
  readonly clients: Pick<Furnished, 'viewer' | 'approver' | 'manager'>;
  readonly user: string;
  readonly spareUser: string;
}> {
  const come = (who: string, role: string, isApprover = false): Promise<Client> =>
    enter(rig, admin, `${who}@${name}.example`, { role, isApprover });
  const viewer = await come('viewer', 'viewer');
  const approver = await come('approver', 'viewer', true);
  const manager = await come('manager', 'policy_manager');
  await come('passer', 'viewer');
  await come('leaver', 'viewer');
  const { items } = await admin.get<{ items: { user: string; email: string }[] }>('GET', '/members');
  const idOf = (who: string): string =>
    items.find(({ email }) => email === `${who}@${name}.example`)?.user ?? '';
  return { clients: { viewer, approver, manager }, user: idOf('passer'), spareUser: idOf('leaver') };
}

/** The admin signs in once more, and has an account at a sign-in provider joined to its own. */
async function comeInTwice(
  rig: ControlRig,
  admin: Client,
  name: string,
): Promise<Pick<Ids, 'session' | 'signIn'>> {
  const body = { email: `admin@${name}.example`, password: PASSWORD };
  await rig.nobody().get('POST', '/api/auth/sign-in/email', { body });
  const { items } = await admin.get<{ items: { id: string; isCurrent: boolean }[] }>('GET', '/me/sessions');
  const { user } = await admin.get<{ user: { id: string } }>('GET', '/me');
  const signIn = newId('account', rig.clock.now());
  const at = new Date(rig.clock.now()).toISOString();
  const db = rig.store.control.identity.db as Kysely<{ accounts: Record<string, string> }>;
  await db
    .insertInto('accounts')
    .values({
      id: signIn,
      accountId: name,
      providerId: 'corp',
      userId: user.id,
      createdAt: at,
      updatedAt: at,
    })
    .execute();
  return { session: items.find(({ isCurrent }) => !isCurrent)?.id ?? '', signIn };
}

async function makeServer(admin: Client, name: string, policy: string): Promise<string> {
  const connection = { kind: 'streamable-http', url: `http://127.0.0.1:9/${name}` };
  const body = { name, connection, settings: { capture: { days: 3 } } };
  const { id } = await admin.get<{ id: string }>('POST', '/servers', { body });
  const path = `/servers/${id}/policies/${policy}`;
  for (const note of ['first', 'second'])
    await admin.get('POST', `${path}/publish`, { body: { document: documentOf(name), note } });
  await admin.get('POST', `${path}-free/publish`, { body: { document: documentOf(name) } });
  await admin.get('PUT', `${path}/draft`, { body: { document: documentOf(name) } });
  return id;
}

/** A policy that says whose it is. */
export function documentOf(name: string): string {
  return JSON.stringify({ version: '1', default: 'deny', description: `Of ${name}`, tools: { pause: {} } });
}

async function holdCall(
  rig: ControlRig,
  {
    organisation,
    server,
    policy,
    grant,
    what,
  }: Record<'organisation' | 'server' | 'policy' | 'grant' | 'what', string>,
): Promise<string> {
  const { approval } = await rig.rooms.approvals.ask({
    organisation,
    server,
    grantId: grant,
    grantLabel: what,
    tool: 'pause',
    arguments: { campaign: what },
    policy,
    policyVersion: '2',
    rule: '/tools/pause/action',
    reason: `Somebody of ${what} must know.`,
    lifeMs: 24 * 3_600_000,
  });
  return approval.id;
}

async function makeWebhook(
  rig: ControlRig,
  organisation: string,
  admin: Client,
  name: string,
): Promise<{ readonly webhook: string; readonly delivery: string }> {
  // it listens to what does not happen here, so that nothing is sent meanwhile
  const body = { label: name, url: `http://127.0.0.1:9/${name}`, events: ['server.consent_needed'] };
  const { id: webhook } = await admin.get<{ id: string }>('POST', '/webhooks', { body });
  const delivery: Delivery = {
    id: newId('msg', rig.clock.now()),
    webhook,
    event: 'server.consent_needed',
    payload: JSON.stringify({ text: name }),
    status: 'failed',
    attempts: 7,
    nextAttemptAt: 0,
    lastStatus: 500,
    lastError: undefined,
    createdAt: rig.clock.now(),
    deliveredAt: undefined,
  };
  await rig.store.control.webhooks.enqueue(organisation, [delivery]);
  return { webhook, delivery: delivery.id };
}

async function recordCall(
  rig: ControlRig,
  { server, grant, label, policy }: Record<'server' | 'grant' | 'label' | 'policy', string>,
): Promise<string> {
  const at = rig.clock.now();
  const id = newId('dec', at);
  const record: DecisionRecord = {
    id,
    at,
    requestId: label,
    server,
    grantId: grant,
    grantLabel: label,
    method: 'tools/call',
    tool: 'pause',
    revision: '2025-11-25',
    transport: 'http',
    policy,
    policyVersion: '2',
    outcome: 'allow',
    enforced: true,
    rule: '/tools/pause',
    message: '',
    argumentKeys: ['campaign'],
  };
  await rig.records.begin(record, [chargeOf(record)]);
  await rig.records.finish(id, {
    result: 'ok',
    upstreamStatus: 200,
    latencyMicros: 5_000,
    quotaReturned: false,
  });
  rig.rooms.capture.keep(id, server, { campaign: label });
  await rig.rooms.capture.settled();
  return id;
}

/** What a limit counted the call as. */
function chargeOf({ at, server, grantId, grantLabel }: DecisionRecord): CounterEntry {
  const counter = JSON.stringify(['grant', 'organisation', server, grantId, `${grantLabel}-rate`, 60]);
  const windowStart = at - (at % 60_000);
  const expiresAt = windowStart + 60_000;
  return { counter, windowStart, expiresAt, amountMicros: 1_000_000, maxMicros: 30_000_000 };
}

/** The server lists other tools than it ever did, which nobody has accepted. */
export async function makeDrift(
  rig: ControlRig,
  admin: Client,
  server: string,
): Promise<{ readonly tool: string; readonly hash: string; readonly seen: string }> {
  const listed = rig.live;
  rig.live = (id) => (id === server ? changed(listed(id)) : listed(id));
  await admin.get('GET', `/servers/${server}/tools`);
  const { items, seen } = await admin.get<{ items: { tool: string; hash: string }[]; seen: string }>(
    'GET',
    `/servers/${server}/drift`,
  );
  const [first] = items;
  if (first === undefined) throw new Error('nothing has changed');
  return { ...first, seen };
}

function changed(tools: readonly ToolDefinition[]): readonly ToolDefinition[] {
  return tools.map((tool) => ({ ...tool, description: `${String(tool['description'])} At once.` }));
}
