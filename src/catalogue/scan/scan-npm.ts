import { rm } from 'node:fs/promises';
import { watchMemory } from './memory-watch.ts';
import { dummyArgument, dummyValue } from './dummy-environment.ts';
import { listTools, type ListFailure } from './list-tools.ts';
import { addDemands, type Demands } from './start-demands.ts';
import { installPackage, type InstalledPackage, type Installer } from './npm-package.ts';
import { findSandbox, sandboxed, type SandboxKind } from './sandbox.ts';
import type { CatalogueMethod } from '#store';
import type { Scan, ScanAnswer, ScanFailure } from './scan.ts';

export interface NpmScanOptions {
  /** Empty folder for the installation; gone afterwards. */
  readonly folder: string;
  readonly installer?: Installer;
  readonly sandbox?: SandboxKind;
  /** Node.js that runs the server; this one unless given. */
  readonly runtime?: Runtime;
  /** What is known of its start besides its own documentation. */
  readonly hints?: { readonly environment: readonly string[]; readonly arguments: readonly string[] };
  /** Longest wait for an answer. */
  readonly timeoutMs?: number;
  readonly now: () => number;
}

/** What a scan of a package gave, and where its source lies. */
export interface NpmScan extends Scan {
  readonly repository?: string;
}

/** A Node.js. */
export interface Runtime {
  readonly command: string;
  readonly version: string;
}

const TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 6;

/**
 * Reads the tools of a package that nobody here knows: installed without its scripts, started in a sandbox without a network.
 * First as it is, then with made-up values for the variables that its documentation names, then with documented arguments.
 * Throws `scan.no_sandbox` only.
 */
export async function scanNpmPackage(spec: string, options: NpmScanOptions): Promise<NpmScan> {
  const kind = options.sandbox ?? findSandbox();
  const scannedAt = new Date(options.now()).toISOString();
  try {
    const installed = await installPackage(spec, options.folder, options.installer);
    if ('answered' in installed) return { scannedAt, how: { by: 'npm' }, outcome: installed };
    const { how, outcome } = await tryToStart(installed, kind, options);
    return {
      scannedAt,
      how,
      version: installed.version,
      ...(installed.repository !== undefined && { repository: installed.repository }),
      outcome,
    };
  } finally {
    await rm(options.folder, { recursive: true, force: true });
  }
}

interface Start {
  readonly args: readonly string[];
  readonly dummyEnvironment: readonly string[];
}

interface Attempt {
  readonly how: CatalogueMethod;
  readonly outcome: ScanAnswer | ListFailure;
}

async function tryToStart(
  installed: InstalledPackage,
  kind: SandboxKind,
  options: NpmScanOptions,
): Promise<{ readonly how: CatalogueMethod; readonly outcome: ScanAnswer | ScanFailure }> {
  const bin = chooseBin(installed);
  if (bin === undefined)
    return {
      how: { by: 'npm' },
      outcome: { answered: false, reason: 'no_command', detail: 'the package has no command to start' },
    };
  let best: Attempt | undefined;
  const tried = new Set<string>();
  const demands: Demands = { environment: new Set(), flags: new Set() };
  for (let round = 0; round < MAX_ATTEMPTS; round++) {
    const start = startsOf(installed, options, demands).find((one) => !tried.has(JSON.stringify(one)));
    if (start === undefined) break;
    tried.add(JSON.stringify(start));
    const attempt = await startOnce(installed, bin, start, kind, options);
    if (attempt.outcome.answered && attempt.outcome.tools.length > 0) return attempt;
    // an empty list may fill once the variables are there; a later failure tells more than an earlier one
    if (best === undefined || !best.outcome.answered) best = attempt;
    if (attempt.outcome.answered) continue;
    // it runs, and waits for something that it will not get here
    if (attempt.outcome.reason === 'no_answer' && start.dummyEnvironment.length > 0) break;
    addDemands(attempt.outcome.complaint, demands);
  }
  if (best === undefined) throw new Error('a package without a start');
  return { how: best.how, outcome: withoutComplaint(best.outcome) };
}

function withoutComplaint(outcome: ScanAnswer | ListFailure): ScanAnswer | ScanFailure {
  if (outcome.answered) return outcome;
  const { reason, detail } = outcome;
  return { answered: false, reason, detail };
}

async function startOnce(
  installed: InstalledPackage,
  bin: { readonly name: string; readonly file: string },
  start: Start,
  kind: SandboxKind,
  options: NpmScanOptions,
): Promise<Attempt> {
  const runtime = options.runtime ?? { command: process.execPath, version: process.versions.node };
  const { command, args, env } = sandboxed(
    {
      folder: installed.folder,
      command: runtime.command,
      args: [bin.file, ...start.args],
      env: Object.fromEntries(start.dummyEnvironment.map((name) => [name, dummyValue(name)])),
    },
    kind,
  );
  const watch = watchMemory(installed.folder);
  const outcome = await listTools({ command, args, env }, options.timeoutMs ?? TIMEOUT_MS);
  watch.stop();
  return {
    how: {
      by: 'npm',
      sandbox: kind,
      bin: bin.name,
      ...(start.args.length > 0 && { args: start.args }),
      ...(start.dummyEnvironment.length > 0 && { dummyEnvironment: start.dummyEnvironment }),
      node: runtime.version,
    },
    outcome: watch.exceeded()
      ? {
          answered: false,
          reason: 'too_large',
          detail: 'the server took more memory than a scan allows',
          complaint: '',
        }
      : outcome,
  };
}

/** The command that starts the server: the one named like the package, one that speaks of MCP, or the only one. */
function chooseBin({
  name,
  bins,
}: InstalledPackage): { readonly name: string; readonly file: string } | undefined {
  const short = name.split('/').at(-1) ?? name;
  const names = [...bins.keys()];
  const chosen =
    names.find((bin) => bin === short) ??
    names.find((bin) => /mcp/i.test(bin) && !/(?:setup|install|init|config|cli|auth|login)/i.test(bin)) ??
    names.find((bin) => /mcp/i.test(bin)) ??
    names[0];
  const file = chosen === undefined ? undefined : bins.get(chosen);
  return chosen === undefined || file === undefined ? undefined : { name: chosen, file };
}

/**
 * The ways to start it that are known so far, the plainest first: as it is, with the variables of documented start blocks,
 * with what the server itself asked for, with all variables that are mentioned, with documented arguments.
 */
function startsOf(
  { documentation }: InstalledPackage,
  { hints }: NpmScanOptions,
  demands: Demands,
): readonly Start[] {
  const named = (...lists: readonly Iterable<string>[]): readonly string[] =>
    [...new Set(lists.flatMap((list) => [...list]))].filter(isHarmless);
  const documented = named(hints?.environment ?? [], documentation.environment);
  const asked = named(documented, demands.environment);
  const lists = [...(hints?.arguments.length ? [hints.arguments] : []), ...documentation.arguments];
  const flags = [...demands.flags].flatMap((flag) => [flag, dummyValue(flag.replaceAll('-', '_').slice(2))]);
  return [
    { args: [], dummyEnvironment: [] },
    { args: [], dummyEnvironment: documented },
    { args: [], dummyEnvironment: asked },
    ...(flags.length > 0 ? [{ args: flags, dummyEnvironment: documented }] : []),
    ...lists.slice(0, 2).map((list) => ({ args: list.map(dummyArgument), dummyEnvironment: documented })),
    { args: [], dummyEnvironment: named(asked, documentation.mentioned) },
    { args: ['--stdio'], dummyEnvironment: documented },
  ];
}

/** Variables that steer the runtime or the sandbox instead of the server. */
function isHarmless(name: string): boolean {
  return !/^(?:PATH|HOME|NODE_OPTIONS|NODE_PATH|LD_.*|TMPDIR|SHELL|USER|APPDATA|PORT|HTTPS?_PROXY|MCP_TRANSPORT|TRANSPORT)$/i.test(
    name,
  );
}
