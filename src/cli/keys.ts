import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import {
  editKeyFile,
  keyFileOf,
  keysInEnvironment,
  newKeyEntry,
  openKeyRing,
  resolveDataDir,
  systemClock,
  ToolgateError,
  type NamedKeyRing,
} from '#platform';
import { openStore, type Store } from '#store';
import { databaseUrl } from './database-url.ts';
import { CheckFailed } from './check-failed.ts';
import { countByKey, resealAll, type Resealed, type ResealParts } from './reseal.ts';

interface KeysFlags {
  readonly data?: string;
  readonly json?: true;
  readonly dropOld?: true;
  readonly now?: true;
}

/** Gateways look at the key file once a second: after this they seal with the new key. */
const NOTICE_MS = 2_000;
const DAY_MS = 86_400_000;
const DATA_FLAG = ['--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)'] as const;

/**
 * `toolgate keys`: the keys that secrets are encrypted with in the data folder. `noticeMs` is how long a running gateway may take to
 * see a new key.
 */
export function keysCommand(noticeMs: number = NOTICE_MS): Command {
  return new Command('keys')
    .description('List and rotate the keys with which secrets are encrypted.')
    .addCommand(listCommand())
    .addCommand(rotateCommand(noticeMs));
}

function listCommand(): Command {
  return new Command('list')
    .description('List the keys by name, and how much each of them encrypts. No key is shown.')
    .option('--json', 'print a JSON array')
    .option(...DATA_FLAG)
    .action((flags: KeysFlags) => withKeys(flags, (held) => list(held, flags.json === true)));
}

function rotateCommand(noticeMs: number): Command {
  return new Command('rotate')
    .description('Encrypt everything with a new key. Gateways may go on running.')
    .option(
      '--drop-old',
      'make no new key: finish what is left, and remove keys that nothing is encrypted with any more',
    )
    .option('--now', 'with --drop-old: also give up what is kept for a short time only')
    .option(...DATA_FLAG)
    .addHelpText(
      'after',
      `
Examples:
  $ toolgate keys rotate
  $ toolgate keys rotate --drop-old        some days later

The new key is put in front of the key file of the data folder. Running gateways read it within a second. A rotation that was
interrupted goes on when it is called again. Arguments that are captured for simulations and answers to requests with an
Idempotency-Key stay as they are: they are kept for days, or one day. --drop-old waits for them, unless --now is given.

Where TOOLGATE_KEY holds the keys, nothing can be put there for you: the command says what to do.`,
    )
    .action((flags: KeysFlags) =>
      withKeys(flags, (held) =>
        flags.dropOld === true ? dropOld(held, flags.now === true) : rotate(held, noticeMs),
      ),
    );
}

/** The keys of a data folder, and what is sealed with them. */
interface HeldKeys extends ResealParts {
  readonly store: Store;
  readonly keys: NamedKeyRing;
  readonly dataDir: string;
  /** The keys come from `TOOLGATE_KEY`, which no command can change. */
  readonly isEnvironment: boolean;
}

async function withKeys(flags: KeysFlags, work: (held: HeldKeys) => Promise<void>): Promise<void> {
  const dataDir = resolveDataDir(flags.data);
  const store = openStore({ dataDir, databaseUrl: databaseUrl(), access: 'existing' });
  try {
    await store.ready();
    await work({
      ...(await openKeys(store, dataDir)),
      store,
      clock: systemClock,
      dataDir,
      isEnvironment: keysInEnvironment(process.env) !== undefined,
    });
  } finally {
    await store.close();
  }
}

async function openKeys(store: Store, dataDir: string): Promise<Pick<HeldKeys, 'keys' | 'vault'>> {
  const keys = openKeyRing(dataDir);
  const { createCredentialVault } = await import('#upstream/oauth');
  return { keys, vault: createCredentialVault(store.credentials, keys, systemClock) };
}

async function list(held: HeldKeys, isJson: boolean): Promise<void> {
  const use = await countByKey(held);
  const names = held.keys.names();
  const missing = [...use.keys()].filter((name) => !names.includes(name));
  const rows = [
    ...names.map((name, index) => ({
      name,
      state: index === 0 ? 'encrypts' : 'reads',
      sealed: use.get(name) ?? 0,
    })),
    ...missing.map((name) => ({ name, state: 'missing', sealed: use.get(name) ?? 0 })),
  ];
  if (isJson) return void process.stdout.write(`${JSON.stringify(rows)}\n`);
  const width = Math.max(4, ...rows.map(({ name }) => name.length));
  process.stdout.write(`${'NAME'.padEnd(width)}  STATE     ENCRYPTED WITH IT\n`);
  for (const { name, state, sealed } of rows)
    process.stdout.write(`${name.padEnd(width)}  ${state.padEnd(8)}  ${sealed}\n`);
}

async function rotate(held: HeldKeys, noticeMs: number): Promise<void> {
  const { keys, dataDir, isEnvironment } = held;
  const [current = '', ...older] = keys.names();
  const use = await countByKey(held);
  const isUnfinished = older.some((name) => (use.get(name) ?? 0) > 0);
  if (isUnfinished) say(`A rotation to the key "${current}" is not finished; it goes on.`);
  else if (isEnvironment) return tellEnvironment(keys);
  else {
    const name = newName(keys.names(), held.clock.now());
    editKeyFile(keyFileOf(dataDir), (text) => `${newKeyEntry(name)}\n${text}`);
    say(`The key "${name}" encrypts from now on.`);
    // what a gateway seals meanwhile with the key before would be left behind
    await sleep(noticeMs);
  }
  report(await resealAll({ ...held, ...(await openKeys(held.store, dataDir)) }));
  say('Keys that are no longer needed are removed with: toolgate keys rotate --drop-old');
}

async function dropOld(held: HeldKeys, isNow: boolean): Promise<void> {
  const { keys, dataDir, isEnvironment, store, clock } = held;
  const resealed = await resealAll(held);
  report(resealed);
  const [current, ...older] = keys.names();
  const unused = older.filter((name) => !resealed.use.has(name));
  if (unused.length === 0)
    return say(older.length === 0 ? 'There is no old key.' : 'Every old key is still needed.');
  if (isEnvironment) return say(`Take out of TOOLGATE_KEY, and restart the gateways: ${unused.join(', ')}`);
  const file = keyFileOf(dataDir);
  const waitMs = (await longestKeptDays(store)) * DAY_MS;
  const readyAt = statSync(file).mtimeMs + waitMs;
  if (!isNow && clock.now() < readyAt) {
    throw new ToolgateError(
      'key.young',
      'What is kept for a short time may still be encrypted with the old keys.',
      {
        hint: `Come again after ${new Date(readyAt).toISOString().slice(0, 16)}Z, or give it up with --now.`,
      },
    );
  }
  editKeyFile(file, (text) => withoutKeys(text, unused));
  say(
    `Removed: ${unused.join(', ')}. What is left: ${[current, ...older.filter((name) => !unused.includes(name))].join(', ')}.`,
  );
}

/** Answers to repeated requests are kept for a day, captured arguments for as long as a server says. */
async function longestKeptDays({ control }: Store): Promise<number> {
  const days = (await control.servers.all()).map(({ settings }) => {
    const { capture } = JSON.parse(settings) as { capture?: { days?: number } };
    return capture?.days ?? 1;
  });
  return Math.max(1, ...days);
}

function withoutKeys(text: string, names: readonly string[]): string {
  const kept = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '' && !names.includes(entry.split(':')[0] ?? ''));
  return `${kept.join('\n')}\n`;
}

/** A name that says when the key was made, and no other key has. */
function newName(names: readonly string[], now: number): string {
  const base = `k${new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14)}`;
  let name = base;
  for (let i = 2; names.includes(name); i++) name = `${base}-${i}`;
  return name;
}

function tellEnvironment(keys: NamedKeyRing): void {
  process.stdout.write(`${newKeyEntry(newName(keys.names(), systemClock.now()))}\n`);
  say(`The keys come from TOOLGATE_KEY. Above is a new one; it is shown once.
1. Put it behind the others, with a comma, and restart every gateway: now all of them can read it.
2. Put it in front of the others, and restart every gateway: now all of them encrypt with it.
3. Call this command again, with the same TOOLGATE_KEY: everything is encrypted anew.
4. toolgate keys rotate --drop-old says which keys may be taken out.`);
}

function report({ done, unreadable }: Resealed): void {
  const { servers, credentials, approvals, webhooks } = done;
  say(
    `Encrypted anew: ${servers} servers, ${credentials} credentials, ${approvals} approvals, ${webhooks} webhooks.`,
  );
  if (unreadable.length === 0) return;
  say(`Cannot be decrypted, and stays as it is:\n${unreadable.map((line) => `  ${line}`).join('\n')}`);
  throw new CheckFailed();
}

/** What is told stands on standard error: on standard output is nothing but a key. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
