import { Command } from 'commander';
import { resolveDataDir } from '#platform';
import { escapeControls } from '#records';
import { checkData, openStore } from '#store';
import { databaseUrl } from './database-url.ts';
import { CheckFailed } from './check-failed.ts';

/** `toolgate check`: reads all data and says what is wrong with it. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Check the integrity of the data folder, while the gateway runs or not. Changes nothing.')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText(
      'after',
      `
Example:
  $ toolgate check --data /var/lib/toolgate

Looks through every page of the database and reads every line of the ledger. With TOOLGATE_DATABASE_URL set, it also asks that
database whether its schema is the one of this version. Exit code 1 when something is wrong, with one line a fault.`,
    )
    .action(async (flags: { data?: string }) => {
      const dataDir = resolveDataDir(flags.data);
      const { hasDatabase, segments, records, faults } = checkData(dataDir);
      const url = databaseUrl();
      if (url !== undefined) await checkPostgres(dataDir, url);
      for (const fault of faults) process.stdout.write(`${escapeControls(fault)}\n`);
      if (faults.length > 0) throw new CheckFailed();
      const database = [hasDatabase ? 'toolgate.db' : '', url === undefined ? '' : 'PostgreSQL'].filter(
        Boolean,
      );
      process.stdout.write(
        `All is well: ${[...database, `a ledger of ${segments} ${segments === 1 ? 'segment' : 'segments'} with ${records} decisions`].join(', ')}.\n`,
      );
    });
}

async function checkPostgres(dataDir: string, url: string): Promise<void> {
  const store = openStore({ dataDir, databaseUrl: url, access: 'read' });
  try {
    await store.ready();
  } finally {
    await store.close();
  }
}
