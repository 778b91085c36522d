/** The API of the control plane under `/api/`, loaded when somebody asks for it: a gateway that nobody administers carries none of it. */
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import type { Catalogue } from '#catalogue';
import type {
  Caller,
  CatalogueTemplate,
  DeclaredGrant,
  DeclaredPolicy,
  DeclaredServer,
  LiveTools,
  Probe,
  Route,
  ServerParts,
} from '#control';
import { messageOf, type Clock, type Configuration, type Log } from '#platform';
import type { Records } from '#records';
import type { Store } from '#store';
import { pinPublished, type AddressRules, type CredentialVault } from '#upstream';
import { accountsKey } from './accounts-key.ts';
import type { ControlRooms } from './control-rooms.ts';
import { packageVersion } from './package-version.ts';
import { countClasses, noteLook } from './server-looks.ts';

const RECENT_CALLS = 20;

export interface ControlApiOptions {
  readonly store: Store;
  readonly dataDir: string;
  readonly configuration: Configuration;
  readonly rooms: ControlRooms;
  readonly records: Records;
  /** Where people reach the gateway, without a slash at its end. */
  readonly origin: () => string;
  /** Further origins under which the same pages are reached: `localhost` beside `127.0.0.1`. */
  readonly otherOrigins: () => readonly string[];
  readonly declaredServers: (organisation: string) => readonly DeclaredServer[];
  readonly declaredPolicies: (organisation: string) => readonly DeclaredPolicy[];
  readonly declaredGrants: (organisation: string) => readonly DeclaredGrant[];
  readonly liveTools: (server: string) => Promise<LiveTools>;
  /** Brings what was changed through the API into force in this process. */
  readonly bringIntoForce?: () => Promise<void>;
  readonly probe: Probe;
  readonly vault: () => Promise<CredentialVault>;
  readonly addresses: AddressRules;
  readonly allowCommands: boolean;
  /** What the founder of the first organisation must know; undefined where only this machine reaches the gateway. */
  readonly setupCode: string | undefined;
  readonly catalogue: () => Promise<Catalogue | undefined>;
  /** The client's address, as far as it can be believed. */
  readonly addressOf: (request: IncomingMessage) => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the gateway wants to stop. */
  readonly closing?: AbortSignal;
}

export interface ControlListener {
  readonly serve: RequestListener;
  /** Ends what would never end by itself; everything else is answered on. */
  endStreams(): void;
  close(): Promise<void>;
}

/** The API in this process, without a port. */
export interface ControlApiInProcess {
  /** Every path that it serves. */
  readonly routes: readonly Route[];
  /** Answers what is below `/api/`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

export function createControlListener(options: ControlApiOptions): ControlListener {
  const closing = new AbortController();
  let opening: Promise<ControlApiInProcess> | undefined;
  const addresses = new WeakMap<Request, string>();
  const answer = async (request: Request, env: object): Promise<Response> => {
    const { incoming } = env as { readonly incoming: IncomingMessage };
    const address = options.addressOf(incoming);
    if (address !== undefined) addresses.set(request, address);
    // one that failed is tried again: the store may be there by then
    opening ??= openControlApi({ ...options, closing: closing.signal }, (asked) =>
      addresses.get(asked),
    ).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return (await opening).fetch(request);
  };
  const load = async (): Promise<RequestListener> => {
    const { getRequestListener } = await import('@hono/node-server');
    const errorHandler = (error: unknown): Response => {
      options.log.error({ err: messageOf(error) }, 'the control API cannot be served');
      return new Response('The control API cannot be served.\n', { status: 503 });
    };
    return getRequestListener(answer, { overrideGlobalObjects: false, errorHandler });
  };
  let listener: Promise<RequestListener> | undefined;
  return {
    serve: (request, response) => {
      listener ??= load();
      listener.then(
        (serve) => serve(request, response),
        (error: unknown) => {
          options.log.error({ err: messageOf(error) }, 'the control API cannot be loaded');
          response.writeHead(503).end();
        },
      );
    },
    endStreams: () => closing.abort(),
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

/** Puts the whole API together over what `options` give; `addressOf` says where a request came from. */
export async function openControlApi(
  options: ControlApiOptions,
  addressOf: (request: Request) => string | undefined,
): Promise<ControlApiInProcess> {
  const { store, dataDir, configuration, rooms, clock, log, origin } = options;
  const { control } = store;
  const controlRoom = await import('#control');
  const { accounts = {} } = configuration;
  const origins = [origin(), ...options.otherOrigins()];
  const identity = await controlRoom.openIdentity({
    database: control.identity,
    secret: accountsKey(dataDir),
    origin: origin(),
    trustedOrigins: origins,
    secureCookies: origin().startsWith('https:'),
    oidc: (accounts.oidc ?? []).map((one) => ({ ...one, name: one.name ?? one.id })),
    mail: rooms.mail,
    // there is nobody else to hand it to; a log might be read by others
    onResetLink: (email, url) =>
      process.stderr.write(`A new password for ${email} is chosen, within an hour, at ${url}\n`),
    addressOf,
    clock,
    log,
  });
  const parts = { organisations: control.organisations, apiKeys: control.apiKeys, identity };
  const routes = routesOf(controlRoom, options, {
    ...parts,
    signUp: accounts.signUp ?? 'first',
    setupCode: options.setupCode,
    installationOrganisation: configuration.organisation ?? 'default',
    origin: origin(),
    mail: rooms.mail,
  });
  const api = controlRoom.createControlApi({
    routes,
    callerOf: controlRoom.createCallers({ ...parts, clock }),
    audit: (organisation, line) => rooms.audit.append(organisation, line),
    store: control,
    keys: rooms.keys,
    clock,
    log,
    version: packageVersion(),
    ...(options.bringIntoForce && { bringIntoForce: options.bringIntoForce }),
    sameSite: (request) => controlRoom.checkSameSite(request, origins),
  });
  return {
    routes,
    fetch: (request) =>
      new URL(request.url).pathname.startsWith('/api/auth/') ? identity.handler(request) : api.fetch(request),
    close: () => identity.settled(),
  };
}

type ControlRoom = typeof import('#control');
type PeopleParts = Parameters<ControlRoom['peopleRoutes']>[0];

/** Every path of the API. */
function routesOf(room: ControlRoom, options: ControlApiOptions, people: PeopleParts): readonly Route[] {
  const { store, rooms, records, declaredPolicies } = options;
  const { control } = store;
  const notify: ControlRooms['notifier']['notify'] = (event) => rooms.notifier.notify(event);
  const servers = serverParts(room, options, people);
  const serverOf = room.createServerOf(servers);
  const { liveTools } = servers;
  const serverIds = async (organisation: string): Promise<readonly string[]> => [
    ...options.declaredServers(organisation).map(({ id }) => id),
    ...(await control.servers.everRegistered(organisation)),
  ];
  const stillAllowed = (caller: Caller, request: Request): Promise<boolean> =>
    isStillAllowed(people, options.clock, caller, request);
  return [
    ...room.peopleRoutes(people),
    ...room.memberRoutes(people),
    ...room.invitationRoutes(people),
    ...room.apiKeyRoutes(people),
    ...room.serverRoutes(servers),
    ...room.policyRoutes({
      policies: control.policies,
      serverOf,
      declared: declaredPolicies,
      liveTools,
      onPublished: ({ organisation, server, tools, by, at }) =>
        pinPublished(control, organisation, server, tools, by, at),
      notify,
    }),
    ...room.simulationRoutes({
      records,
      serverOf,
      liveTools,
      captureOf: async (organisation, id) => {
        const server = await control.servers.find(organisation, id);
        return server && room.readSettings(server.settings).capture ? rooms.capture : undefined;
      },
    }),
    ...room.grantRoutes({
      grants: store.grants,
      policies: control.policies,
      serverOf,
      declared: declaredPolicies,
      declaredGrants: options.declaredGrants,
      notify,
    }),
    ...room.approvalRoutes({
      approvals: rooms.approvals,
      describeTool: room.createToolDescriptions(liveTools),
      recentCalls: async (organisation, grant) =>
        records.query({ servers: await serverIds(organisation), grant, limit: RECENT_CALLS }),
    }),
    ...room.webhookRoutes({
      store: control.webhooks,
      keys: rooms.keys,
      refusalOf: (url) => rooms.webhookGuard.refusalOf(url),
    }),
    ...room.logRoutes({
      records,
      serverIds,
      stillAllowed,
      ...(options.closing && { closing: options.closing }),
    }),
    ...room.auditRoutes({ audit: rooms.audit, stillAllowed }),
  ];
}

function serverParts(room: ControlRoom, options: ControlApiOptions, { identity }: PeopleParts): ServerParts {
  const { store, rooms, declaredServers, liveTools, catalogue, log, origin } = options;
  return {
    control: store.control,
    keys: rooms.keys,
    vault: options.vault,
    clock: options.clock,
    log,
    declared: declaredServers,
    allowCommands: options.allowCommands,
    addresses: options.addresses,
    origin,
    probe: options.probe,
    liveTools: (_organisation, server) => liveTools(server),
    fromCatalogue: async (slug) => templateOf(await catalogue(), slug),
    readStack: async (document) => ({ servers: (await (await catalogue())?.readStack(document)) ?? [] }),
    driftWatch: rooms.driftWatch,
    lastUse: (organisation, servers) => room.lastUseOf(store, organisation, servers),
    async noteCheck(organisation, server, outcome) {
      const asked = { at: options.clock.now(), failure: outcome.ok ? undefined : outcome.reason };
      const counts = outcome.ok ? await countClasses(outcome.tools) : undefined;
      await noteLook(store.control.looks, { organisation, server }, asked, counts);
    },
    sessionOf: (request) => identity.session(request.headers),
  };
}

async function templateOf(
  catalogue: Catalogue | undefined,
  slug: string,
): Promise<CatalogueTemplate | undefined> {
  const start = await catalogue?.startTemplate(slug);
  if (start === undefined) return undefined;
  const { name, command, args, environment } = start;
  return {
    name,
    connection: { kind: 'stdio', ...bundledProgram(command, args), env: {} },
    needed: { env: environment, headers: [] },
  };
}

/** A server that comes with Toolgate is started from where Toolgate is: it need not be in the PATH. */
function bundledProgram(
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  if (command !== 'fluentcrm-mcp') return { command, args };
  return { command: process.execPath, args: [join(import.meta.dirname, '../../bin/fluentcrm-mcp'), ...args] };
}

/**
 * Whether a caller still has the rights that it came with: a stream ends when the session does, and when somebody is sent away or has
 * another role.
 */
async function isStillAllowed(
  { identity, organisations, apiKeys }: PeopleParts,
  clock: Clock,
  { kind, id, organisation, role, isApprover }: Caller,
  request: Request,
): Promise<boolean> {
  if (organisation === undefined) return false;
  if (kind === 'user') {
    if ((await identity.session(request.headers)) === undefined) return false;
    const member = await organisations.member(organisation, id);
    return member?.role === role && member?.isApprover === isApprover;
  }
  const key = (await apiKeys.list(organisation)).find((one) => one.id === id);
  const isOver = key?.expiresAt !== undefined && key.expiresAt <= clock.now();
  return key !== undefined && key.revokedAt === undefined && !isOver;
}
