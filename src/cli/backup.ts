import { Command } from 'commander';
import { resolveDataDir, systemClock } from '#platform';
import { escapeControls } from '#records';
import { backUp, checkBackup, type BackupManifest } from '#store';
import { databaseUrl } from './database-url.ts';
import { packageVersion } from './package-version.ts';

interface BackupFlags {
  readonly check?: true;
  readonly withKey?: true;
  readonly data?: string;
}

/** `toolgate backup`: a checked copy of the data folder, made while gateways run. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Copy the data folder into a new folder, while the gateway runs, and check the copy.')
    .argument('<folder>', 'folder of the backup; must not be there yet, or be empty')
    .option('--check', 'only check a backup that is there: every file against its hash, and the database')
    .option(
      '--with-key',
      'put keys and tokens in too: whoever has the backup can then read all secrets in it',
    )
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate backup /backups/toolgate-2026-12-01
  $ toolgate backup --check /backups/toolgate-2026-12-01
  $ toolgate restore /backups/toolgate-2026-12-01 --data /var/lib/toolgate

A backup is a folder: toolgate.db as one consistent file, the ledger with counters and decisions, what else lies in the data
folder, and manifest.json with the size and SHA-256 of each, written last. Without manifest.json it is no backup.

Keys (toolgate.key, session.key) stay out unless --with-key is given: keep them apart from the backup, but keep them. What
toolgate.key encrypted (credentials of servers, approvals, webhooks) cannot be read without it. A key in TOOLGATE_KEY is never part of it.

With TOOLGATE_DATABASE_URL set, the control plane is in PostgreSQL: back that up with pg_dump. This command then copies the
data folder, in which counters and decisions are.`,
    )
    .action((folder: string, flags: BackupFlags) => {
      if (flags.check) return check(folder);
      const dataDir = resolveDataDir(flags.data);
      const manifest = backUp({
        dataDir,
        target: folder,
        withKeys: flags.withKey === true,
        version: packageVersion(),
        now: systemClock.now(),
      });
      process.stdout.write(
        `Backed up ${sizeOf(manifest)} to ${escapeControls(folder)}, and checked the copy.\n`,
      );
      if (!manifest.hasKeys)
        process.stderr.write('Keys are not in it: keep toolgate.key in a safe place of its own.\n');
      if (usesPostgres())
        process.stderr.write(
          'The control plane is in PostgreSQL and not in this backup: back it up with pg_dump "$TOOLGATE_DATABASE_URL".\n',
        );
    });
}

function check(folder: string): void {
  const manifest = checkBackup(folder);
  process.stdout.write(
    `The backup in ${escapeControls(folder)} is whole: ${sizeOf(manifest)}, made ${escapeControls(manifest.createdAt)} by Toolgate ${escapeControls(manifest.toolgate)}, ${manifest.hasKeys ? 'with' : 'without'} keys.\n`,
  );
}

/** Files and bytes of a backup, in words. */
export function sizeOf({ files }: BackupManifest): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const size = bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${files.length} ${files.length === 1 ? 'file' : 'files'} (${size})`;
}

/** Whether the control plane of this environment is in PostgreSQL instead of the data folder. */
export function usesPostgres(): boolean {
  return databaseUrl() !== undefined;
}
