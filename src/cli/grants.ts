import { Command } from 'commander';
import { hashGrantToken, newGrantToken, newId, resolveDataDir, systemClock, ToolgateError } from '#platform';
import { escapeControls, safeJson } from '#records';
import { openStore, type Grant, type GrantStore, type StoreOptions } from '#store';
import { databaseUrl } from './database-url.ts';
import { momentOf } from './moment.ts';

interface MintFlags {
  readonly server: string;
  readonly label: string;
  readonly policy?: string;
  readonly expires?: string;
  readonly json?: true;
  readonly data?: string;
}

const MAX_LABEL_CHARS = 100;
const DATA_FLAG = ['--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)'] as const;

/** `toolgate grants`: mint, list and revoke the credentials of agents. A running gateway follows within a second. */
export function grantsCommand(): Command {
  return new Command('grants')
    .description(
      'Mint, list and revoke grants: the tokens with which agents call one server under one policy.',
    )
    .addCommand(mintCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function mintCommand(): Command {
  return new Command('mint')
    .description('Make a grant and print its token, once.')
    .requiredOption('--server <id>', 'server that the grant is for')
    .requiredOption('--label <name>', 'name of the agent or automation that will use it')
    .option(
      '--policy <name>',
      'policy of that server that the grant carries; without one every call is denied',
    )
    .option('--expires <time>', 'when it ends: 12h, 30d, or an ISO date or time (default: never)')
    .option('--json', 'print a JSON object with the token')
    .option(...DATA_FLAG)
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate grants mint --server fluentcrm --label newsletter --policy main --expires 30d
  $ TOKEN=$(toolgate grants mint --server fluentcrm --label ci --policy main)

Only the token goes to standard output. It is not stored and cannot be shown again.`,
    )
    .action((flags: MintFlags) =>
      withGrants({ dataDir: resolveDataDir(flags.data) }, (grants) => mint(grants, flags)),
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('List the grants of a data folder, oldest first.')
    .option('--json', 'print a JSON array')
    .option(...DATA_FLAG)
    .action((flags: { json?: true; data?: string }) =>
      withGrants({ dataDir: resolveDataDir(flags.data), access: 'read' }, async (grants) => {
        const all = await grants.list();
        process.stdout.write(flags.json ? `${safeJson(all.map(toJson))}\n` : tableOf(all));
      }),
    );
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('Revoke a grant: its token is refused from the next request on.')
    .argument('<grant>', 'id or label')
    .option('--server <id>', 'server of the grant, where several have the label')
    .option('--json', 'print the revoked grant as a JSON object')
    .option(...DATA_FLAG)
    .addHelpText('after', '\nExample:\n  $ toolgate grants revoke newsletter --server fluentcrm')
    .action((wanted: string, flags: { server?: string; json?: true; data?: string }) =>
      withGrants({ dataDir: resolveDataDir(flags.data), access: 'existing' }, async (grants) => {
        const revoked = await revoke(grants, wanted, flags.server);
        const { id, label, server } = revoked;
        process.stdout.write(
          flags.json
            ? `${safeJson(toJson(revoked))}\n`
            : `Revoked ${id} (${escapeControls(label)}) of ${server}.\n`,
        );
      }),
    );
}

async function mint(grants: GrantStore, flags: MintFlags): Promise<void> {
  const now = systemClock.now();
  const token = newGrantToken();
  const grant: Grant = {
    id: newId('grant', now),
    label: labelOf(flags.label),
    server: flags.server,
    policy: flags.policy,
    createdAt: now,
    expiresAt: flags.expires === undefined ? undefined : expiryOf(flags.expires, now),
    revokedAt: undefined,
  };
  await grants.insert({ ...grant, tokenHash: hashGrantToken(token) });
  const { state: _state, ...shown } = toJson(grant);
  process.stdout.write(flags.json ? `${safeJson({ ...shown, token })}\n` : `${token}\n`);
  process.stderr.write(
    `Grant ${grant.id} (${grant.label}) for ${grant.server}. Keep the token now: it is not shown again.\n`,
  );
  if (grant.policy === undefined)
    process.stderr.write('It carries no policy, so every call is denied; --policy gives it one.\n');
}

async function revoke(grants: GrantStore, wanted: string, server: string | undefined): Promise<Grant> {
  const now = systemClock.now();
  const named = (await grants.list()).findLast(
    (grant) =>
      grant.server === server && grant.revokedAt === undefined && [grant.id, grant.label].includes(wanted),
  );
  const revoked = await (server === undefined
    ? grants.revoke(wanted, now)
    : named && grants.revoke(named.id, now));
  if (revoked !== undefined) return revoked;
  const place = server === undefined ? '' : ` of the server "${server}"`;
  throw new ToolgateError(
    'grant.unknown',
    `No grant${place} has the id or label "${wanted}", or it is revoked already.`,
    {
      hint: 'See `toolgate grants list`.',
    },
  );
}

function labelOf(text: string): string {
  const label = text.trim();
  if (label.length > 0 && label.length <= MAX_LABEL_CHARS && escapeControls(label) === label) return label;
  throw new ToolgateError(
    'usage.label',
    `A label has 1 to ${MAX_LABEL_CHARS} characters, none of them a control character.`,
  );
}

function expiryOf(text: string, now: number): number {
  const moment = momentOf(text, 'ahead', now);
  if (moment > now) return moment;
  throw new ToolgateError('usage.expires', `"${text}" is in the past.`, {
    hint: 'Give --expires a later time.',
  });
}

type State = 'live' | 'expired' | 'revoked';

function stateOf(grant: Grant): State {
  if (grant.revokedAt !== undefined) return 'revoked';
  return grant.expiresAt !== undefined && grant.expiresAt <= systemClock.now() ? 'expired' : 'live';
}

/** What is shown of a grant: never its token's hash. */
function toJson(grant: Grant): Record<string, string> & { readonly state: State } {
  const optional = (name: string, at: number | undefined): Record<string, string> =>
    at === undefined ? {} : { [name]: new Date(at).toISOString() };
  return {
    id: grant.id,
    label: grant.label,
    server: grant.server,
    ...(grant.policy === undefined ? {} : { policy: grant.policy }),
    createdAt: new Date(grant.createdAt).toISOString(),
    ...optional('expiresAt', grant.expiresAt),
    ...optional('revokedAt', grant.revokedAt),
    state: stateOf(grant),
  };
}

function tableOf(grants: readonly Grant[]): string {
  if (grants.length === 0) return 'No grants yet. `toolgate grants mint` makes one.\n';
  const day = (at: number | undefined): string =>
    at === undefined ? 'never' : new Date(at).toISOString().slice(0, 16);
  const rows = grants.map((grant) => [
    grant.id,
    grant.server,
    grant.label,
    grant.policy ?? '(none)',
    stateOf(grant),
    day(grant.expiresAt),
  ]);
  const table = [['ID', 'SERVER', 'LABEL', 'POLICY', 'STATE', 'EXPIRES (UTC)'], ...rows].map((row) =>
    row.map(escapeControls),
  );
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

async function withGrants(options: StoreOptions, work: (grants: GrantStore) => Promise<void>): Promise<void> {
  const store = openStore({ ...options, databaseUrl: databaseUrl() });
  try {
    await work(store.grants);
  } finally {
    await store.close();
  }
}
