/** `toolgate serve`: everything a configuration declares, kept up to date while it runs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHttpListener, GrantSource, LastUse, type MetricsAccess } from '#gateway';
import { isLoopbackHost } from '#mcp';
import {
  loadConfiguration,
  messageOf,
  resolveFrom,
  systemClock,
  ToolgateError,
  type Configuration,
  type LoadedConfiguration,
} from '#platform';
import type { Store } from '#store';
import { accountsKey, setupCodeOf } from './accounts-key.ts';
import type { Assembly, Compose, Observers } from './assembly.ts';
import { openControlPlane, type ControlPlane } from './control-plane.ts';
import { openControlRooms, type ControlRooms } from './control-rooms.ts';
import { createDashboard } from './dashboard.ts';
import { databaseUrl } from './database-url.ts';
import { declaredGrants, installationOf, policyOriginsOf, targetOf } from './declared.ts';
import { createFront } from './front.ts';
import { readyText, type ReadyCommands, type ReadyGrant, type ReadyServer } from './ready-text.ts';
import { listen, untilStopped } from './serving.ts';
import { packageVersion } from './package-version.ts';
import { createSite } from './site.ts';
import { pageOfAll } from './worker-metrics.ts';
import { announceReady } from './workers.ts';

const REFRESH_MS = 250;
const EXAMPLE = fileURLToPath(new URL('../../examples/toolgate.json', import.meta.url));
const DEMO_AGENT = fileURLToPath(new URL('../../examples/demo-agent.mjs', import.meta.url));

export interface ServeOptions {
  readonly config: string | undefined;
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly dataDir: string;
}

/** One `toolgate serve`, put together but for its port. */
interface Serving {
  readonly assembly: Assembly;
  readonly rooms: ControlRooms;
  /** The configuration, as it was last read without a fault. */
  loaded: LoadedConfiguration;
  /** Where the gateway listens, once it does. */
  base: string;
}

/** Runs until a signal ends it. Throws every fault of configuration and policies at once, before it listens. */
export async function serveConfiguration(compose: Compose, options: ServeOptions): Promise<void> {
  const file = options.config ?? (existsSync('toolgate.json') ? 'toolgate.json' : EXAMPLE);
  const loaded = loadConfiguration(file, process.env);
  const { configuration } = loaded;
  const host = options.host ?? configuration.host ?? '127.0.0.1';
  const serving = assemble(compose, loaded, options.dataDir);
  const { assembly, rooms } = serving;
  await declareServers(compose, serving);
  const grants = new GrantSource(assembly.directory, assembly.store.grants, assembly.log);
  const site = createSite({
    loaded,
    dataDir: options.dataDir,
    store: assembly.store,
    version: packageVersion(),
    log: assembly.log,
  });
  const setupCode = isExposed(configuration, host) ? setupCodeOf(accountsKey(options.dataDir)) : undefined;
  const plane = openControlPlane({
    compose,
    assembly,
    rooms,
    loaded: () => serving.loaded,
    dataDir: options.dataDir,
    origin: () => originOf(serving),
    otherOrigins: () => otherOriginsOf(serving.base),
    isOnLoopback: isLoopback(host),
    setupCode,
    site,
    catchUpGrants: () => grants.catchUp(),
  });
  await assembly.store.ready();
  await plane.source.load();
  await grants.declare(declaredGrants(configuration, options.dataDir));
  const lastUse = new LastUse(assembly.store.grants, systemClock, assembly.log);
  let refresh: NodeJS.Timeout | undefined;
  const close = async (): Promise<void> => {
    clearInterval(refresh);
    await Promise.all([site?.close(), plane.close(), lastUse.close()]);
    await Promise.all(assembly.directory.servers().map((server) => server.upstream.close()));
    await rooms.capture.settled();
    await rooms.close();
    await assembly.store.close();
    await assembly.observers.stop();
  };
  await assembly.observers.started;

  const front = createFront({
    control: plane.serve,
    dashboard: plane.serve && createDashboard(),
    site: site?.serve,
  });
  const listener = createHttpListener({
    gateway: assembly.gateway,
    directory: assembly.directory,
    clock: systemClock,
    log: assembly.log,
    allowedHosts: configuration.allowedHosts ?? [],
    allowedOrigins: configuration.allowedOrigins ?? [],
    trustedProxies: configuration.trustedProxies,
    lastUse,
    isReady: () => true,
    ...metricsOf(configuration, assembly.observers),
    ...(front && { site: front }),
    welcome: 'Toolgate is running. MCP servers are served at /mcp/<server-id>/ with a grant token.\n',
  });
  const { port } = await listen(listener, options.port ?? configuration.port ?? 8750, host, close);
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  serving.base = base;
  site?.open(base);
  for (const server of assembly.directory.servers()) server.upstream.tools().catch(() => {}); // warm up

  refresh = setInterval(createRefresh(serving, plane, grants, lastUse, options.dataDir), REFRESH_MS);
  announceReady(
    readyText(base, readyServers(configuration, base, options.dataDir), {
      ...commandsFor(base, options.dataDir, file === EXAMPLE),
      pages: site && `${base}/`,
      dashboard: plane.serve && `${originOf(serving)}/app/`,
      setupCode: (await assembly.store.control.organisations.count()) === 0 ? setupCode : undefined,
    }),
  );
  const { gateway, log } = assembly;
  await untilStopped({ listener, gateway, log, endStreams: plane.endStreams, close });
}

function assemble(compose: Compose, loaded: LoadedConfiguration, dataDir: string): Serving {
  const made: { rooms?: ControlRooms } = {};
  const attend = (store: Store): ReturnType<typeof attending> => {
    made.rooms = openControlRooms({
      store,
      dataDir,
      configuration: loaded.configuration,
      origin: () => originOf(serving),
      clock: systemClock,
      log: compose.log,
    });
    return attending(made.rooms);
  };
  const assembly = compose.assemble(dataDir, { databaseUrl: databaseUrl(), attend });
  if (made.rooms === undefined) throw new Error('the gateway was assembled without its rooms');
  const serving: Serving = { assembly, rooms: made.rooms, loaded, base: '' };
  return serving;
}

/** What the gateway asks of the control plane's rooms while it judges. */
function attending({ approvals, approvalUrl, capture }: ControlRooms): {
  approvals: ControlRooms['approvals'];
  approvalUrl: ControlRooms['approvalUrl'];
  capture: (record: { readonly id: string; readonly server: string }, args: unknown) => void;
} {
  return { approvals, approvalUrl, capture: ({ id, server }, args) => capture.keep(id, server, args) };
}

async function declareServers(compose: Compose, { assembly, rooms, loaded }: Serving): Promise<void> {
  const { configuration, folder } = loaded;
  assembly.policies.loadAll(policyOriginsOf(loaded));
  for (const [id, server] of Object.entries(configuration.servers)) {
    assembly.directory.addServer({
      id,
      organisation: installationOf(configuration),
      upstream: await compose.createUpstream(id, targetOf(server, folder), server.limits ?? {}, {
        vault: assembly.vault,
        addresses: configuration.upstreamAddresses,
      }),
      methods: server.methods ?? {},
      approvals: rooms.approvalSettings,
    });
  }
}

/** Where people reach the gateway. */
function originOf({ loaded: { configuration }, base }: Serving): string {
  return configuration.publicUrl === undefined ? base : new URL(configuration.publicUrl).origin;
}

/** Whether others than the people at this machine reach the gateway, by its own address or through a proxy. */
function isExposed({ publicUrl, trustedProxies = [] }: Configuration, host: string): boolean {
  const isPublic = publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname);
  return !isLoopback(host) || isPublic || trustedProxies.length > 0;
}

function isLoopback(host: string): boolean {
  return isLoopbackHost(host) || isLoopbackHost(`[${host}]`);
}

/** A browser on this machine may call it by any of its names. */
function otherOriginsOf(base: string): readonly string[] {
  const url = new URL(base);
  if (!isLoopback(url.hostname)) return [base];
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => `http://${name}:${url.port}`);
}

function metricsOf(
  { metrics: audience = 'loopback' }: Configuration,
  { metrics: page }: Observers,
): { metrics?: MetricsAccess } {
  if (audience === 'off') return {};
  return { metrics: { page: pageOfAll(page), audience } };
}

/**
 * Looks at policies, grants, the control plane and the configuration a few times a second. A faulty edit changes nothing and is told once.
 */
function createRefresh(
  serving: Serving,
  plane: ControlPlane,
  grants: GrantSource,
  lastUse: LastUse,
  dataDir: string,
): () => void {
  const { assembly } = serving;
  let stamp = stampOf(serving.loaded.file);
  let servers = serversOf(serving.loaded.configuration);
  return () => {
    assembly.policies.refresh();
    void plane.source.refresh();
    void lastUse.refresh();
    grants
      .refresh()
      .catch((error: unknown) =>
        assembly.log.error({ err: messageOf(error) }, 'grants could not be read again'),
      );
    const current = stampOf(serving.loaded.file);
    if (current === stamp) return;
    stamp = current;
    try {
      const edited = loadConfiguration(serving.loaded.file, process.env);
      const declared = declaredGrants(edited.configuration, dataDir);
      assembly.policies.replaceAll(policyOriginsOf(edited));
      void grants.declare(declared);
      if (serversOf(edited.configuration) !== servers) {
        servers = serversOf(edited.configuration);
        assembly.log.warn('servers changed in the configuration: they take effect at the next start');
      }
      serving.loaded = edited;
      assembly.log.info('configuration reloaded');
      assembly.gateway.telemetry.configurationReloaded(true);
    } catch (error) {
      const details = error instanceof ToolgateError ? error.details : [];
      assembly.log.error(
        { err: messageOf(error), faults: details },
        'configuration not reloaded: the one before stays in force',
      );
      assembly.gateway.telemetry.configurationReloaded(false);
    }
  };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}/${stat.size}` : 'missing';
}

function serversOf({ servers, upstreamAddresses }: Configuration): string {
  return JSON.stringify([servers, upstreamAddresses], (key, value: unknown) =>
    key === 'policies' ? undefined : value,
  );
}

function readyServers({ servers, grants = [] }: Configuration, base: string, dataDir: string): ReadyServer[] {
  const ready = new Map<string, ReadyGrant[]>(Object.keys(servers).map((id) => [id, []]));
  for (const { label, server, token } of grants) {
    const path = 'file' in token ? resolveFrom(dataDir, token.file) : undefined;
    ready.get(server)?.push({
      label,
      token: path === undefined ? undefined : readFileSync(path, 'utf8').trim(),
    });
  }
  return [...ready].map(([id, all]) => ({ id, url: `${base}/mcp/${id}/`, grants: all }));
}

/** The ways to try the gateway and to watch it, as this installation is called. */
function commandsFor(
  base: string,
  dataDir: string,
  isExample: boolean,
): Pick<ReadyCommands, 'demo' | 'logs'> {
  const [, script = 'toolgate'] = process.argv;
  const own = fromHere(script);
  const self = own === script ? 'toolgate' : `./${own}`;
  return {
    demo: isExample ? `node ${fromHere(DEMO_AGENT)} ${base} ${fromHere(dataDir)}` : undefined,
    logs: `${self} logs --follow --data ${fromHere(dataDir)}`,
  };
}

/** The path from here for what lies below, else the whole one. */
function fromHere(path: string): string {
  const here = relative(process.cwd(), path) || '.';
  return here.startsWith('..') ? path : here;
}
