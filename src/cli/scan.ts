import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import type { Endpoint, ScanAnswer, ScanFailure } from '#catalogue/build';
import { systemClock, ToolgateError } from '#platform';
import { CheckFailed } from './check-failed.ts';
import { readConfiguredServers } from './configured-servers.ts';
import { scannedTools } from './scanned-tools.ts';
import { collect, targetOf } from './target.ts';
import { writePolicyFiles } from './policy-files.ts';
import { tableOf } from './scan-table.ts';

interface ScanFlags {
  readonly url?: string;
  readonly npm?: string;
  readonly config?: string;
  readonly transport?: string;
  readonly header?: readonly string[];
  readonly env?: readonly string[];
  readonly installer: 'npm' | 'pnpm';
  readonly timeout: string;
  readonly json?: true;
  readonly policy?: string;
}

/** What a scan gave, whatever was scanned. */
export interface ScannedServer {
  readonly server: string;
  readonly version?: string;
  readonly outcome: ScanAnswer | ScanFailure;
}

/** `toolgate scan`: connects to servers as a client does, and says what their tools could do. */
export function scanCommand(): Command {
  return new Command('scan')
    .description(
      'Connect to an MCP server, list its tools, and say what each could do and which rule to put on it.',
    )
    .argument('[command...]', 'after --: the command that starts the server')
    .option('--url <url>', 'a server with an address')
    .addOption(
      new Option('--transport <kind>', 'how to speak to the address').choices(['streamable-http', 'sse']),
    )
    .option('--header <header>', 'header for the address, "Name: value"; may be repeated', collect)
    .option('--env <pair>', 'variable for the command, NAME=VALUE; may be repeated', collect)
    .option(
      '--npm <package>',
      'a package that nobody here knows: installed without scripts, started in a sandbox',
    )
    .addOption(
      new Option('--installer <name>', 'what installs the package').choices(['npm', 'pnpm']).default('npm'),
    )
    .option('--config <file>', 'every server of a client configuration (mcpServers)')
    .option('--timeout <seconds>', 'longest wait for a server', '20')
    .option('--json', 'print {server, version, era, tools: […]}; with --config {servers: […]}')
    .option('--policy <file>', 'write the recommended policy there, and the reasons beside it in Markdown')
    .addHelpText(
      'after',
      `
A command and the servers of --config run as you, as they would under your client. A package named with --npm runs without a
network, with a home that is thrown away, and with made-up values for the variables that its documentation names.

Examples:
  $ toolgate scan -- npx -y @modelcontextprotocol/server-filesystem /data
  $ toolgate scan --url https://mcp.example.com/mcp --header "Authorization: Bearer …"
  $ toolgate scan --npm firecrawl-mcp --policy policy.json
  $ toolgate scan --config ~/.cursor/mcp.json --json`,
    )
    .action(async (command: readonly string[], flags: ScanFlags) => {
      const timeoutMs = timeoutOf(flags.timeout);
      const scanned = await scanAll(command, flags, timeoutMs);
      if (flags.json) printJson(scanned, flags.config !== undefined);
      else process.stdout.write(scanned.map(tableOf).join('\n'));
      for (const { server, outcome } of scanned)
        if (!outcome.answered)
          process.stderr.write(
            `toolgate: ${server} gave no list of tools: ${outcome.detail} (${outcome.reason})\n`,
          );
      const answered = scanned.filter(isAnswered);
      if (flags.policy !== undefined)
        await writePolicyFiles(flags.policy, answered, flags.config !== undefined);
      if (answered.length < scanned.length) throw new CheckFailed();
    });
}

/** A server that answered. */
export type AnsweredServer = ScannedServer & { readonly outcome: ScanAnswer };

function isAnswered(scanned: ScannedServer): scanned is AnsweredServer {
  return scanned.outcome.answered;
}

async function scanAll(
  command: readonly string[],
  flags: ScanFlags,
  timeoutMs: number,
): Promise<readonly ScannedServer[]> {
  const ways = [
    command.length > 0,
    flags.url !== undefined,
    flags.npm !== undefined,
    flags.config !== undefined,
  ];
  if (ways.filter(Boolean).length !== 1)
    throw new ToolgateError('usage.scan', 'Name what to scan, once: -- COMMAND, --url, --npm or --config.', {
      hint: 'For example: toolgate scan --npm @playwright/mcp',
    });
  if (flags.npm !== undefined) return [await scanPackage(flags.npm, flags, timeoutMs)];
  if (flags.config !== undefined) return scanConfiguration(flags.config, timeoutMs);
  const target = targetOf({ ...flags, ...(flags.url !== undefined && { upstream: flags.url }) }, command);
  if ('url' in target && !URL.canParse(target.url))
    throw new ToolgateError('usage.scan', `"${target.url}" is no address.`, {
      hint: 'Give it whole: https://host/path',
    });
  const endpoint: Endpoint =
    'url' in target
      ? { url: target.url, headers: target.headers, transport: target.transport ?? 'streamable-http' }
      : target;
  return [
    await scanEndpoint('url' in target ? new URL(target.url).host : command.join(' '), endpoint, timeoutMs),
  ];
}

async function scanEndpoint(name: string, endpoint: Endpoint, timeoutMs: number): Promise<ScannedServer> {
  const { listTools } = await import('#catalogue/build');
  const outcome = await listTools(endpoint, timeoutMs);
  const info = outcome.answered ? outcome.serverInfo : undefined;
  return { server: info?.name ?? name, ...(info && { version: info.version }), outcome };
}

/** One after the other: they are servers of one machine, and some share what they work on. */
async function scanConfiguration(file: string, timeoutMs: number): Promise<readonly ScannedServer[]> {
  const scanned: ScannedServer[] = [];
  for (const { name, endpoint } of await readConfiguredServers(file)) {
    const { outcome, version } = await scanEndpoint(name, endpoint, timeoutMs);
    scanned.push({ server: name, ...(version !== undefined && { version }), outcome });
  }
  return scanned;
}

async function scanPackage(
  spec: string,
  { installer }: ScanFlags,
  timeoutMs: number,
): Promise<ScannedServer> {
  if (spec.startsWith('-')) throw new ToolgateError('usage.scan', `"${spec}" is no package.`);
  const { scanNpmPackage } = await import('#catalogue/build');
  const folder = join(tmpdir(), `toolgate-scan-${randomBytes(6).toString('hex')}`);
  const { version, outcome } = await scanNpmPackage(spec, {
    folder,
    installer,
    timeoutMs,
    now: systemClock.now,
  });
  return { server: nameOf(spec), ...(version !== undefined && { version }), outcome };
}

/** `@scope/name@1.2.3` → `@scope/name`. */
function nameOf(spec: string): string {
  const at = spec.indexOf('@', 1);
  return at < 0 ? spec : spec.slice(0, at);
}

function timeoutOf(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 600) return seconds * 1_000;
  throw new ToolgateError('usage.scan', `--timeout ${text} is no time.`, {
    hint: 'Give seconds, up to 600.',
  });
}

function printJson(scanned: readonly ScannedServer[], isConfiguration: boolean): void {
  const servers = scanned.map(({ server, version, outcome }) => ({
    server,
    ...(version !== undefined && { version }),
    ...(outcome.answered
      ? { era: outcome.era, tools: scannedTools(outcome.tools) }
      : { error: { reason: outcome.reason, detail: outcome.detail } }),
  }));
  process.stdout.write(`${JSON.stringify(isConfiguration ? { servers } : servers[0], null, 2)}\n`);
}
