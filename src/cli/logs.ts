import { Command, Option } from 'commander';
import { resolveDataDir, silentLog, systemClock, ToolgateError } from '#platform';
import { createRecords, formatRecord, safeJson } from '#records';
import { openStore, type RecordedOutcome, type RecordFilter, type StoredRecord } from '#store';
import { databaseUrl } from './database-url.ts';
import { momentOf } from './moment.ts';

interface LogsFlags {
  readonly server?: string;
  readonly grant?: string;
  readonly tool?: string;
  readonly outcome?: RecordedOutcome;
  readonly rule?: string;
  readonly since?: string;
  readonly limit: string;
  readonly follow?: true;
  readonly json?: true;
  readonly data?: string;
}

/** `toolgate logs`: reads the decision log of a data folder, also while a gateway writes to it. */
export function logsCommand(): Command {
  return new Command('logs')
    .description('Show the decision log: who called what, what was decided and by which rule.')
    .option('--server <id>', 'only this server')
    .option('--grant <label>', 'only this grant, by label or id')
    .option('--tool <name>', 'only this tool')
    .addOption(
      new Option('--outcome <outcome>', 'only this outcome').choices(['allow', 'deny', 'hold', 'refused']),
    )
    .option(
      '--rule <rule>',
      'only decisions of this rule, such as "(default deny)" or /tools/create_refund/deny_if/0',
    )
    .option('--since <time>', 'only from then on: 15m, 1h, 7d, or an ISO date or time')
    .option('--limit <n>', 'at most this many, the newest ones', '100')
    .option('-f, --follow', 'go on with each new decision until interrupted')
    .option('--json', 'one JSON object a line')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate logs --outcome deny --since 1h
  $ toolgate logs --grant newsletter --tool fluentcrm_pause_campaign --limit 20
  $ toolgate logs --follow --json | jq 'select(.ending.latencyMs > 1000)'

Arguments are logged by name only, never by value.`,
    )
    .action(showLogs);
}

async function showLogs(flags: LogsFlags): Promise<void> {
  const filter = filterOf(flags);
  const print = (record: StoredRecord): void => {
    process.stdout.write(`${flags.json ? jsonLine(record) : formatRecord(record)}\n`);
  };
  const store = openStore({
    dataDir: resolveDataDir(flags.data),
    databaseUrl: databaseUrl(),
    access: 'read',
  });
  const reader = untilUnwanted();
  try {
    const records = createRecords({ store: store.records, clock: systemClock, log: silentLog });
    if (flags.follow) for await (const record of records.follow(filter, reader.signal)) print(record);
    else for (const record of (await records.query(filter)).toReversed()) print(record);
  } finally {
    reader.release();
    await store.close();
  }
}

function filterOf(flags: LogsFlags): RecordFilter {
  const { server, grant, tool, outcome, rule, since } = flags;
  return {
    ...(server === undefined ? {} : { server }),
    ...(grant === undefined ? {} : { grant }),
    ...(tool === undefined ? {} : { tool }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(rule === undefined ? {} : { rule }),
    ...(since === undefined ? {} : { since: momentOf(since, 'ago', systemClock.now()) }),
    limit: limitOf(flags.limit),
  };
}

function limitOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ToolgateError('usage.limit', `"${text}" is no number of rows.`, {
    hint: 'Give --limit a whole number.',
  });
}

function jsonLine(record: StoredRecord): string {
  return safeJson({ ...record, at: new Date(record.at).toISOString() });
}

/** Aborts when the person interrupts, or when nobody reads standard output any more (`| head`). */
function untilUnwanted(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', stop);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      // A broken pipe is reported after the write, possibly after the last one.
      process.stdout.off('error', ignore).on('error', ignore).off('error', stop);
    },
  };
}

function ignore(): void {}
