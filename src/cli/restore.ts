import { Command } from 'commander';
import { resolveDataDir, systemClock } from '#platform';
import { escapeControls } from '#records';
import { restore } from '#store';
import { sizeOf, usesPostgres } from './backup.ts';

/** `toolgate restore`: makes a data folder of a backup. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Make a data folder of a backup, after the whole backup was checked.')
    .argument('<folder>', 'folder of the backup')
    .option('--data <dir>', 'data folder to make (default: TOOLGATE_DATA, else ./data)')
    .option('--force', 'also where data is: what is there is kept in a folder beside')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate restore /backups/toolgate-2026-12-01 --data /var/lib/toolgate
  $ toolgate restore /backups/toolgate-2026-12-01 --data /var/lib/toolgate --force

Stop the gateway first. A backup that is damaged or not whole changes nothing. A backup of an earlier version is brought up
to date when the gateway starts. Without keys in the backup, put toolgate.key into the data folder (mode 600) before that; with
--force, keys that are there stay.`,
    )
    .action((folder: string, flags: { force?: true; data?: string }) => {
      const dataDir = resolveDataDir(flags.data);
      const { manifest, setAside } = restore({
        backup: folder,
        dataDir,
        force: flags.force === true,
        now: systemClock.now(),
      });
      process.stdout.write(
        `Restored ${sizeOf(manifest)} of ${escapeControls(manifest.createdAt)} into ${escapeControls(dataDir)}.\n`,
      );
      if (setAside !== undefined)
        process.stderr.write(
          `What was there is in ${escapeControls(setAside)}; remove it when all is well.\n`,
        );
      if (usesPostgres())
        process.stderr.write('The control plane is in PostgreSQL: restore that with pg_restore or psql.\n');
    });
}
