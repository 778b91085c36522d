/** `toolgate serve`: everything a configuration declares, kept up to date while it runs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createHttpListener,
  GrantSource,
  readOrMakeToken,
  type MetricsAccess,
  type PolicyOrigin,
} from '#gateway';
import {
  hashGrantToken,
  isGrantToken,
  loadConfiguration,
  messageOf,
  resolveFrom,
  systemClock,
  ToolgateError,
  type Configuration,
  type LoadedConfiguration,
  type ServerConfiguration,
} from '#platform';
import type { StoredGrant } from '#store';
import type { Assembly, Compose, Observers, Target } from './assembly.ts';
import { readyText, type ReadyCommands, type ReadyServer } from './ready-text.ts';
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

/** Runs until a signal ends it. Throws every fault of configuration and policies at once, before it listens. */
export async function serveConfiguration(compose: Compose, options: ServeOptions): Promise<void> {
  const file = options.config ?? (existsSync('toolgate.json') ? 'toolgate.json' : EXAMPLE);
  const loaded = loadConfiguration(file, process.env);
  const { configuration, folder } = loaded;
  const assembly = compose.assemble(options.dataDir);
  assembly.policies.loadAll(policyOriginsOf(loaded));
  for (const [id, server] of Object.entries(configuration.servers)) {
    assembly.directory.addServer({
      id,
      organisation: configuration.organisation ?? 'default',
      upstream: await compose.createUpstream(id, targetOf(server, folder), server.limits ?? {}, {
        vault: assembly.vault,
        addresses: configuration.upstreamAddresses,
      }),
      methods: server.methods ?? {},
    });
  }
  const grants = new GrantSource(assembly.directory, assembly.store.grants, assembly.log);
  await grants.declare(declaredGrants(configuration, options.dataDir));
  let refresh: NodeJS.Timeout | undefined;
  const { observers } = assembly;
  const close = async (): Promise<void> => {
    clearInterval(refresh);
    await Promise.all(assembly.directory.servers().map((server) => server.upstream.close()));
    await site?.close();
    await assembly.store.close();
    await observers.stop();
  };
  await observers.started;

  const site = createSite({
    loaded,
    dataDir: options.dataDir,
    store: assembly.store,
    version: packageVersion(),
    log: assembly.log,
  });
  const listener = createHttpListener({
    gateway: assembly.gateway,
    directory: assembly.directory,
    clock: systemClock,
    log: assembly.log,
    allowedHosts: configuration.allowedHosts ?? [],
    allowedOrigins: configuration.allowedOrigins ?? [],
    isReady: () => true,
    ...metricsOf(configuration, observers),
    ...(site && { site: site.serve }),
    welcome: 'Toolgate is running. MCP servers are served at /mcp/<server-id>/ with a grant token.\n',
  });
  const host = options.host ?? configuration.host ?? '127.0.0.1';
  const { port } = await listen(listener, options.port ?? configuration.port ?? 8750, host, close);
  for (const server of assembly.directory.servers()) server.upstream.tools().catch(() => {}); // warm up

  refresh = setInterval(createRefresh(loaded, assembly, grants, options.dataDir), REFRESH_MS);
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const servers = readyServers(configuration, base, options.dataDir);
  site?.open(base);
  announceReady(
    readyText(base, servers, {
      ...commandsFor(base, options.dataDir, file === EXAMPLE),
      pages: site && `${base}/`,
    }),
  );
  await untilStopped({ listener, gateway: assembly.gateway, log: assembly.log, close });
}

function metricsOf(
  { metrics: audience = 'loopback' }: Configuration,
  { metrics: page }: Observers,
): { metrics?: MetricsAccess } {
  if (audience === 'off') return {};
  void page.read().catch(() => {}); // begins to watch the process itself
  return { metrics: { page: pageOfAll(page), audience } };
}

/** A command runs in the folder of the configuration unless it names another. */
function targetOf(server: ServerConfiguration, folder: string): Target {
  if ('url' in server) {
    const { url, headers = {}, oauth, transport } = server;
    return { url, headers, transport, ...(oauth && { oauth }) };
  }
  const { command, args = [], env = {}, cwd = '.' } = server;
  return { command, args, env, cwd: resolveFrom(folder, cwd) };
}

function policyOriginsOf(
  loaded: LoadedConfiguration,
): Map<string, { server: string; name: string; origin: PolicyOrigin }> {
  const origins = new Map<string, { server: string; name: string; origin: PolicyOrigin }>();
  for (const [server, entry] of Object.entries(loaded.configuration.servers)) {
    for (const [name, policy] of Object.entries(entry.policies ?? {})) {
      const origin =
        typeof policy === 'string'
          ? { file: resolveFrom(loaded.folder, policy) }
          : { text: JSON.stringify(policy, null, 2) };
      origins.set(`${server}/${name}`, { server, name, origin });
    }
  }
  return origins;
}

/** Grants of the configuration keep their id over restarts, so that their counters go on. */
function declaredGrants(configuration: Configuration, dataDir: string): StoredGrant[] {
  return (configuration.grants ?? []).map((grant) => ({
    id: `declared:${grant.server}/${grant.label}`,
    label: grant.label,
    server: grant.server,
    policy: grant.policy,
    createdAt: 0,
    expiresAt: grant.expires === undefined ? undefined : Date.parse(grant.expires),
    revokedAt: undefined,
    tokenHash: 'sha256' in grant.token ? grant.token.sha256 : hashGrantToken(tokenOf(grant, dataDir)),
  }));
}

type DeclaredGrant = NonNullable<Configuration['grants']>[number];

function tokenOf(grant: DeclaredGrant, dataDir: string): string {
  if ('file' in grant.token) return readOrMakeToken(resolveFrom(dataDir, grant.token.file));
  const name = 'env' in grant.token ? grant.token.env : '';
  const token = process.env[name];
  if (token !== undefined && isGrantToken(token)) return token;
  throw new ToolgateError(
    'grant.bad_token',
    `The environment variable ${name} holds no grant token for "${grant.label}".`,
    {
      hint: 'Set it to a token of the form tg_…; `toolgate grants mint` makes one.',
    },
  );
}

/**
 * Looks at policies, grants and the configuration a few times a second. A faulty edit changes nothing and is told once.
 */
function createRefresh(
  loaded: LoadedConfiguration,
  assembly: Assembly,
  grants: GrantSource,
  dataDir: string,
): () => void {
  let stamp = stampOf(loaded.file);
  let servers = serversOf(loaded.configuration);
  return () => {
    assembly.policies.refresh();
    grants
      .refresh()
      .catch((error: unknown) =>
        assembly.log.error({ err: messageOf(error) }, 'grants could not be read again'),
      );
    const current = stampOf(loaded.file);
    if (current === stamp) return;
    stamp = current;
    try {
      const edited = loadConfiguration(loaded.file, process.env);
      const declared = declaredGrants(edited.configuration, dataDir);
      assembly.policies.replaceAll(policyOriginsOf(edited));
      void grants.declare(declared);
      if (serversOf(edited.configuration) !== servers) {
        servers = serversOf(edited.configuration);
        assembly.log.warn('servers changed in the configuration: they take effect at the next start');
      }
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

function readyServers(configuration: Configuration, base: string, dataDir: string): ReadyServer[] {
  return Object.keys(configuration.servers).map((id) => ({
    id,
    url: `${base}/mcp/${id}/`,
    grants: (configuration.grants ?? [])
      .filter((grant) => grant.server === id)
      .map((grant) => {
        const path = 'file' in grant.token ? resolveFrom(dataDir, grant.token.file) : undefined;
        return {
          label: grant.label,
          token: path === undefined ? undefined : readFileSync(path, 'utf8').trim(),
        };
      }),
  }));
}

/** The ways to try the gateway and to watch it, as this installation is called. */
function commandsFor(base: string, dataDir: string, isExample: boolean): Omit<ReadyCommands, 'pages'> {
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
