import { Command } from 'commander';
import { resolveDataDir, systemClock, ToolgateError } from '#platform';
import {
  createAudit,
  escapeControls,
  formatAuditHead,
  readAuditHead,
  safeJson,
  type Audit,
  type AuditHead,
} from '#records';
import { openStore } from '#store';
import { databaseUrl } from './database-url.ts';
import { CheckFailed } from './check-failed.ts';
import { writeLines } from './write-lines.ts';

interface AuditFlags {
  readonly organisation?: string;
  readonly head?: string;
  readonly json?: true;
  readonly data?: string;
}

/** `toolgate audit`: proves and writes out the admin audit log, also while a gateway writes to it. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('Check the admin audit log, or write it out.')
    .addCommand(verifyCommand())
    .addCommand(exportCommand());
}

function verifyCommand(): Command {
  return withPlace(new Command('verify'))
    .description('Go along the chain of events and report the first that was changed, moved or taken out.')
    .option(
      '--head <seq:hash>',
      'a head that an earlier run printed: finds a log that was cut short, or written anew',
    )
    .option('--json', 'print one object for each organisation')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate audit verify
  $ toolgate audit verify --organisation org_… --head 17:9f2c…

Note the head that it prints somewhere else: only a head from outside proves that nothing was cut off at the end, and that
the chain was not made anew as a whole. Exits 1 when something is wrong.`,
    )
    .action((flags: AuditFlags) =>
      withAudit(flags, async (audit, organisations) => {
        const noted = notedHead(flags, organisations);
        let isWhole = true;
        for (const organisation of organisations) {
          const check = await audit.verify(organisation, noted);
          isWhole &&= check.ok;
          const name = escapeControls(organisation);
          const line = check.ok
            ? `${name}: ${check.head.seq} events, all as they were written. Head: ${formatAuditHead(check.head)}`
            : `${name}: ${check.fault.message} (${check.fault.kind})`;
          const head = check.ok ? { head: formatAuditHead(check.head) } : {};
          process.stdout.write(`${flags.json ? safeJson({ organisation, ...check, ...head }) : line}\n`);
        }
        if (!isWhole) throw new CheckFailed();
      }),
    );
}

function exportCommand(): Command {
  return withPlace(new Command('export'))
    .description('Write out all events, oldest first, a line of JSON each.')
    .addHelpText('after', '\nExample:\n  $ toolgate audit export --organisation org_… > audit.ndjson')
    .action((flags: AuditFlags) =>
      withAudit(flags, (audit, organisations) => writeLines(eventLines(audit, organisations))),
    );
}

function withPlace(command: Command): Command {
  return command
    .option('--organisation <id>', 'only this organisation (default: each of them)')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)');
}

async function withAudit(
  flags: AuditFlags,
  work: (audit: Audit, organisations: readonly string[]) => Promise<void>,
): Promise<void> {
  const store = openStore({
    dataDir: resolveDataDir(flags.data),
    databaseUrl: databaseUrl(),
    access: 'read',
  });
  try {
    await store.ready();
    const all = await store.control.audit.organisations();
    const organisations = flags.organisation === undefined ? all : [flags.organisation];
    await work(createAudit({ store: store.control.audit, clock: systemClock }), organisations);
  } finally {
    await store.close();
  }
}

async function* eventLines(
  audit: Audit,
  organisations: readonly string[],
): AsyncGenerator<string, void, undefined> {
  for (const organisation of organisations) {
    for await (const page of audit.events(organisation)) {
      for (const event of page)
        yield safeJson({ organisation, ...event, at: new Date(event.at).toISOString() });
    }
  }
}

function notedHead(
  { head, organisation }: AuditFlags,
  organisations: readonly string[],
): AuditHead | undefined {
  if (head === undefined) return undefined;
  const noted = readAuditHead(head);
  if (noted === undefined)
    throw new ToolgateError('usage.head', '--head is no head of an audit log.', {
      hint: 'Give what `toolgate audit verify` printed behind "Head:".',
    });
  if (organisation === undefined && organisations.length !== 1)
    throw new ToolgateError('usage.head', 'A head belongs to the log of one organisation.', {
      hint: 'Name it with --organisation.',
    });
  return noted;
}
