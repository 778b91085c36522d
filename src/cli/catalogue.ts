import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { Candidate, Installer, KeptScan, Runtime } from '#catalogue/build';
import { messageOf, resolveDataDir, systemClock, ToolgateError } from '#platform';
import { recordBundledServer } from './bundled-server.ts';
import { CheckFailed } from './check-failed.ts';
import { untilSignal } from './serving.ts';
import { writeLines } from './write-lines.ts';

/** The records that this package ships. */
export const SHIPPED_RECORDS = fileURLToPath(new URL('../../catalogue', import.meta.url));
/** Their index, as the build of this package makes it. */
export const SHIPPED_INDEX = fileURLToPath(new URL('../../dist/catalogue.db', import.meta.url));
const MOST_AT_ONCE = 16;

interface CommonFlags {
  readonly records: string;
  readonly data?: string;
}

interface IndexFlags extends CommonFlags {
  readonly out: string;
  readonly unlessCurrent?: true;
}

interface BuildFlags extends CommonFlags {
  readonly candidates?: string;
  readonly concurrency: string;
  readonly limit?: string;
  readonly installer: Installer;
  readonly node?: string;
}

/** `toolgate catalogue`: makes, renews and gives out the records of the catalogue. */
export function catalogueCommand(): Command {
  return new Command('catalogue')
    .description('Build, renew and export the catalogue of MCP servers and their tools.')
    .addCommand(buildCommand())
    .addCommand(refreshCommand())
    .addCommand(exportCommand())
    .addCommand(indexCommand());
}

function recordsOption(): Option {
  return new Option('--records <dir>', 'folder of the records').default(SHIPPED_RECORDS, 'the shipped ones');
}

function withScanOptions(command: Command): Command {
  return command
    .addOption(recordsOption())
    .option(
      '--data <dir>',
      'data folder, where whole definitions are kept (default: TOOLGATE_DATA, else ./data)',
    )
    .addOption(
      new Option('--installer <name>', 'what installs a package').choices(['npm', 'pnpm']).default('npm'),
    )
    .option('--node <path>', 'Node.js that runs the servers (default: this one)');
}

function buildCommand(): Command {
  return withScanOptions(new Command('build'))
    .description('Read the tools of many packages, each in a sandbox, and make the records.')
    .option(
      '--candidates <file>',
      'tab-separated list with columns name and version; without it, only the records are made anew',
    )
    .option('--concurrency <count>', 'packages at once', '3')
    .option('--limit <count>', 'stop after so many packages')
    .addHelpText(
      'after',
      `
Answers that are there already are not asked for again, so a build that was ended goes on where it stopped. Servers that did
not answer are listed with the reason. Whole definitions stay in the data folder; the records hold facts.

Example:
  $ toolgate catalogue build --candidates servers.tsv --records ./catalogue --concurrency 4`,
    )
    .action(async (flags: BuildFlags) => {
      const room = await import('#catalogue/build');
      const scansDir = scansDirOf(flags);
      if (flags.candidates !== undefined) {
        const candidates = room.readCandidates(await textOf(flags.candidates));
        const limit = flags.limit === undefined ? undefined : countOf('--limit', flags.limit, 1_000_000);
        await scanInTurn(candidates, limit, flags, scansDir);
      }
      const { recordFiles } = await import('#catalogue');
      const records = recordFiles(flags.records);
      const bundled = await recordBundledServer(flags.records, records);
      await records.addChanges(bundled);
      const report = await room.recordsFromScans(scansDir, records);
      const changes = report.changes + bundled.length;
      process.stdout.write(
        `${counted(report.servers, 'server')} with ${counted(report.tools, 'tool')}, ${report.unanswered} without an answer, ${counted(changes, 'change')}.\n`,
      );
    });
}

async function scanInTurn(
  candidates: readonly Candidate[],
  limit: number | undefined,
  flags: BuildFlags,
  scansDir: string,
): Promise<void> {
  const { scanCandidates } = await import('#catalogue/build');
  let done = 0;
  let isStopping = false;
  void untilSignal().then(() => {
    isStopping = true;
    process.stderr.write('Stopping after the packages under way; run the same command again to go on.\n');
  });
  await scanCandidates(candidates, {
    scansDir,
    workDir: join(resolveDataDir(flags.data), 'catalogue', 'work'),
    concurrency: countOf('--concurrency', flags.concurrency, MOST_AT_ONCE),
    installer: flags.installer,
    ...runtimeOf(flags.node),
    now: systemClock.now,
    onScan: ({ name }, { outcome }) => {
      done++;
      const said = outcome.answered
        ? `${outcome.tools.length} tools`
        : `${outcome.reason}: ${outcome.detail}`;
      process.stderr.write(`${done} ${name}: ${said}\n`);
    },
    isStopping: () => isStopping || (limit !== undefined && done >= limit),
  });
}

function refreshCommand(): Command {
  return withScanOptions(new Command('refresh'))
    .description('Read one server again, at its newest version, and note what changed.')
    .argument('<server>', 'package, or slug of a server in the catalogue')
    .action(async (server: string, flags: BuildFlags) => {
      const room = await import('#catalogue/build');
      const { recordFiles } = await import('#catalogue');
      const records = recordFiles(flags.records);
      const known = await records.read(server);
      if (known !== undefined && known.package === undefined)
        throw new ToolgateError('catalogue.refresh', `${server} is no package.`, {
          hint: 'Only packages can be read again by name.',
        });
      const name = known?.package ?? server;
      const scan = await room.scanNpmPackage(name, {
        folder: join(resolveDataDir(flags.data), 'catalogue', 'work', 'refresh'),
        installer: flags.installer,
        ...runtimeOf(flags.node),
        now: systemClock.now,
      });
      if (!scan.outcome.answered) {
        process.stderr.write(`${name} did not answer (${scan.outcome.reason}): ${scan.outcome.detail}\n`);
        throw new CheckFailed();
      }
      const kept: KeptScan = { name, ...(known?.repository && { repository: known.repository }), ...scan };
      await room.keepScan(scansDirOf(flags), kept);
      const changes = await room.recordScan(kept, records, await room.slugsInUse(records));
      await records.addChanges(changes);
      for (const { kind, tool } of changes)
        process.stdout.write(`${kind}${tool === undefined ? '' : ` ${tool}`}\n`);
      if (changes.length === 0) process.stdout.write('Nothing changed.\n');
    });
}

function exportCommand(): Command {
  return new Command('export')
    .description('Write all records as lines of JSON, one a server.')
    .addOption(recordsOption())
    .action(async ({ records }: CommonFlags) => {
      const { recordFiles } = await import('#catalogue');
      await writeLines(jsonLines(recordFiles(records).servers()));
    });
}

async function* jsonLines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield JSON.stringify(value);
}

function indexCommand(): Command {
  return new Command('index')
    .description('Build the index that the pages and the registry read; `serve` does this by itself.')
    .addOption(recordsOption())
    .requiredOption('--out <file>', 'file of the index')
    .option('--unless-current', 'do nothing where the file is the index of these very records')
    .action(async ({ records, out, unlessCurrent }: IndexFlags) => {
      const { indexRecords, openCurrentIndex } = await import('#catalogue');
      if (unlessCurrent) {
        const current = await openCurrentIndex(records, [out]);
        await current?.close();
        if (current !== undefined) return;
      }
      const totals = await indexRecords(records, out);
      process.stdout.write(
        `${counted(totals.servers, 'server')} with ${counted(totals.tools, 'tool')}: ${out}\n`,
      );
    });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function scansDirOf(flags: CommonFlags): string {
  return join(resolveDataDir(flags.data), 'catalogue', 'scans');
}

function runtimeOf(command: string | undefined): { readonly runtime?: Runtime } {
  if (command === undefined) return {};
  try {
    const version = execFileSync(command, ['--version'], { encoding: 'utf8', timeout: 10_000 }).trim();
    return { runtime: { command, version: version.replace(/^v/, '') } };
  } catch (error) {
    throw new ToolgateError('usage.node', `${command} is no Node.js: ${messageOf(error).split('\n')[0]}`, {
      hint: 'Name the path of a node program.',
    });
  }
}

function countOf(flag: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new ToolgateError('usage.count', `${flag} ${text} is no number from 1 to ${most}.`);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ToolgateError('usage.unreadable', `Cannot read ${file}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
