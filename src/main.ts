/**
 * The composition root: the only file that knows every concrete class. It says how one installation is put together
 * over a data folder, and lends that to the commands.
 */
import cluster from 'node:cluster';
import { join } from 'node:path';
import {
  createProgram,
  packageVersion,
  runProgram,
  type AssembleOptions,
  type Assembly,
  type Compose,
  type Observers,
  type Target,
  type UpstreamParts,
} from '#cli';
import {
  createRequestLog,
  Directory,
  Gateway,
  PolicySource,
  readOrMakeKey,
  Telemetry,
  type TelemetryParts,
} from '#gateway';
import { knowListedTool } from '#policy';
import {
  createLog,
  createMetricsPage,
  hideInLogs,
  Metrics,
  openTracing,
  openKeyRing,
  systemClock,
  ToolgateError,
  type LimitConfiguration,
  type Log,
} from '#platform';
import { createQuota } from '#quota';
import { createRecords } from '#records';
import { openStore, type Store } from '#store';
import {
  createAddressGuard,
  createHttpUpstream,
  createLegacySseUpstream,
  createStdioUpstream,
  protectUpstream,
  secretsAmong,
  withholdSecrets,
  type CredentialVault,
  type NamedValue,
  type Upstream,
} from '#upstream';

const DEFAULT_LIMITS: Required<LimitConfiguration> = {
  connectMs: 5_000,
  firstByteMs: 60_000,
  callMs: 60_000,
  startMs: 15_000,
  answerBytes: 16 * 1024 * 1024,
  concurrentCalls: 256,
  openStreams: 1_024,
  breakAfter: 5,
};
const STOP_MS = 3_000;
const PRUNE_MS = 3_600_000;

function compose(log: Log): Compose {
  const clock = systemClock;
  return {
    log,

    assemble(dataDir: string, { anonymous, attend, databaseUrl }: AssembleOptions = {}): Assembly {
      const store = openStore({ dataDir, clock, databaseUrl });
      // counters of past windows are of no use; a store that is closed meanwhile has none to forget
      setInterval(() => store.counters.prune(clock.now()).catch(() => {}), PRUNE_MS).unref();
      const directory = new Directory(anonymous);
      const { telemetry, metrics, started, stop } = observe(log);
      const records = createRecords({ store: store.records, clock, log });
      const gateway = new Gateway({
        telemetry,
        directory,
        quota: createQuota({ counters: store.counters, clock }),
        records,
        clock,
        log,
        ...attend?.(store),
        sessionKey: readOrMakeKey(join(dataDir, 'session.key')),
      });
      const policies = new PolicySource(directory, log, telemetry);
      let vault: Promise<CredentialVault> | undefined;
      return {
        store,
        records,
        directory,
        policies,
        gateway,
        log,
        observers: { metrics, started, stop },
        vault: () => (vault ??= openVault(store, dataDir)),
      };
    },

    async createUpstream(
      serverId: string,
      target: Target,
      given: LimitConfiguration,
      parts: UpstreamParts = {},
    ): Promise<Upstream> {
      const limits = { ...DEFAULT_LIMITS, ...given };
      const { concurrentCalls, openStreams, breakAfter } = limits;
      for (const secret of secretsOf(target)) hideInLogs(secret);
      const inner = await createBareUpstream(serverId, target, limits, parts);
      // a child has pauses of its own between its starts
      const breaker = 'url' in target ? { failures: breakAfter } : undefined;
      return protectUpstream(inner, { limits: { concurrentCalls, openStreams, breaker }, clock, log });
    },
  };

  async function openVault(store: Store, dataDir: string): Promise<CredentialVault> {
    const { createCredentialVault } = await import('#upstream/oauth');
    return createCredentialVault(store.credentials, openKeyRing(dataDir), clock);
  }

  async function createBareUpstream(
    serverId: string,
    target: Target,
    limits: Required<LimitConfiguration>,
    { vault, addresses: rules, consent }: UpstreamParts,
  ): Promise<Upstream> {
    const shared = { serverId, log, clock, knowTool: knowListedTool };
    const version = packageVersion();
    if (!('url' in target)) {
      const { startMs, callMs, answerBytes } = limits;
      const child = createStdioUpstream({
        ...shared,
        ...target,
        version,
        limits: { startMs, callMs, lineBytes: answerBytes, stopMs: STOP_MS },
      });
      return withholding(child, target);
    }
    const { url, headers, oauth } = target;
    const addresses = createAddressGuard(rules ?? 'any');
    if (target.transport === 'sse') {
      // among several workers a session can turn up in any of them
      const sessions = cluster.isWorker ? 0 : limits.openStreams;
      const server = createLegacySseUpstream({
        ...shared,
        url,
        headers,
        addresses,
        version,
        limits: { ...limits, sessions },
      });
      return withholding(server, target);
    }
    const http = { ...shared, url, headers, addresses, limits };
    if (!oauth || !vault) return withholding(createHttpUpstream(http), target);
    const settings = { serverId, serverUrl: url, headers, settings: oauth, addresses: rules, clock, log };
    const { createOAuthCredential } = await import('#upstream/oauth');
    const credential = createOAuthCredential({ ...settings, vault: await vault(), consent });
    return withholding(createHttpUpstream({ ...http, credential }), target, () => credential.headers() ?? []);
  }
}

/** The upstream, whose answers do not say again what the server was told: at its start, and, as flat header lines, since. */
function withholding(upstream: Upstream, target: Target, linesNow?: () => readonly string[]): Upstream {
  const told = secretsAmong(toldTo(target));
  if (linesNow === undefined) return told.length === 0 ? upstream : withholdSecrets(upstream, () => told);
  return withholdSecrets(upstream, () => [...told, ...secretsAmong(pairsOf(linesNow()))]);
}

function toldTo(target: Target): readonly NamedValue[] {
  if ('url' in target) {
    const query = URL.canParse(target.url) ? [...new URL(target.url).searchParams] : [];
    return [...Object.entries(target.headers), ...query];
  }
  const options = target.args.flatMap((arg, at): readonly NamedValue[] => {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const next = target.args[at + 1] ?? '';
    return name === undefined ? [] : [[name, value ?? (next.startsWith('-') ? '' : next)]];
  });
  return [...Object.entries(target.env), ...options];
}

function pairsOf(lines: readonly string[]): readonly NamedValue[] {
  return lines.flatMap((line, at) => (at % 2 === 0 ? [[line, lines[at + 1] ?? ''] as const] : []));
}

/** Metrics, traces and the log of requests, as the environment wants them. */
function observe(log: Log): Observers & { readonly telemetry: Telemetry } {
  const metrics = new Metrics();
  const parts: TelemetryParts = { meter: metrics, log: createRequestLog(log, logSample()) };
  const opening = openTracing(process.env, packageVersion(), log);
  return {
    telemetry: new Telemetry(parts),
    metrics: createMetricsPage(metrics, packageVersion()),
    started: opening.then((tracing) => void (parts.tracer = tracing?.tracer)),
    stop: async () => (await opening)?.stop(),
  };
}

/** What a server is given to prove who we are: nobody else may read it, not even in an error that quotes it. */
function secretsOf(target: Target): readonly string[] {
  if ('url' in target) {
    const query = URL.canParse(target.url) ? [...new URL(target.url).searchParams.values()] : [];
    const { clientSecret, privateKey } = target.oauth ?? {};
    const login = [clientSecret, privateKey].filter((secret) => secret !== undefined);
    return [...Object.values(target.headers), ...query, ...login];
  }
  const { args, env } = target;
  const values = args.filter((arg) => !PLAIN_ARGUMENT.test(arg)).map((arg) => arg.replace(/^--?[\w-]+=/, ''));
  return [...Object.values(env), ...values];
}

/** Flags, words, packages and files: what else is given to a command may be a key. */
const PLAIN_ARGUMENT = /^--?[\w-]+$|^[a-z][a-z.-]*$|^(?:[.~]?[\\/]|@|[A-Za-z]:\\)|^[\w./-]+\.\w{1,5}$/;

/** The share of allowed requests that is logged at `info`. */
function logSample(): number {
  const wanted = process.env['TOOLGATE_LOG_SAMPLE'];
  if (wanted === undefined || wanted === '') return 0;
  const share = Number(wanted);
  if (share >= 0 && share <= 1) return share;
  throw new ToolgateError('config.log_sample', `TOOLGATE_LOG_SAMPLE is "${wanted}".`, {
    hint: 'Use a share between 0 (only what was not allowed) and 1 (every request).',
  });
}

function logLevel(): 'debug' | 'info' | 'warn' | 'error' | 'silent' {
  const wanted = process.env['TOOLGATE_LOG'] ?? 'warn';
  if (
    wanted === 'debug' ||
    wanted === 'info' ||
    wanted === 'warn' ||
    wanted === 'error' ||
    wanted === 'silent'
  ) {
    return wanted;
  }
  throw new ToolgateError('config.log_level', `TOOLGATE_LOG is "${wanted}".`, {
    hint: 'Use debug, info, warn, error or silent.',
  });
}

/** Runs one command line; the process ends with its exit code when nothing is left to do. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runProgram(() => createProgram(compose(createLog(logLevel()))), argv);
  cluster.worker?.disconnect(); // the channel to the first process would keep a worker alive
}
