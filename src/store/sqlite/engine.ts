import { createRequire } from 'node:module';
import { messageOf, ToolgateError } from '#platform';

/**
 * The only file that knows which SQLite is under us: `node:sqlite` where Node has it (22.13 and later), else
 * the package of the same interface for Node 20. The rest of the driver sees the few methods below.
 */

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  /** Number of rows changed. */
  run(...values: readonly Value[]): number;
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): readonly Row[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

type Bound = string | number | bigint | null;

interface NativeStatement {
  run(...values: readonly Bound[]): { readonly changes: number | bigint };
  get(...values: readonly Bound[]): Row | undefined;
  all(...values: readonly Bound[]): Row[];
}

interface NativeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NativeStatement;
  close(): void;
}

interface Engine {
  readonly DatabaseSync: new (path: string, options: { readOnly: boolean }) => NativeDatabase;
}

/**
 * Opens one SQLite file (or `:memory:`). Throws `ToolgateError` `store.no_engine` when no SQLite can be
 * loaded, and SQLite's own error (see `sqliteCodeOf`) when the file cannot be opened.
 */
export function openDatabase(path: string, readOnly: boolean): Database {
  const { DatabaseSync } = loadEngine();
  const native = new DatabaseSync(path, { readOnly });
  return {
    exec: (sql) => native.exec(sql),
    prepare: (sql) => wrap(native.prepare(sql)),
    close: () => native.close(),
  };
}

function wrap(native: NativeStatement): Statement {
  return {
    run: (...values) => Number(native.run(...values.map(bindable)).changes),
    get: (...values) => native.get(...values.map(bindable)),
    all: (...values) => native.all(...values.map(bindable)),
  };
}

const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** The engines bind numbers as doubles, which SQLite keeps exact only to 2^51: whole numbers go in as integers. */
function bindable(value: Value): Bound {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') assertStorable(value);
  return value;
}

/**
 * Databases cut text at NUL or refuse it, and lone surrogates are merged on the way, so that two names could become one: such
 * text is refused with `store.text`.
 */
export function assertStorable(text: string): void {
  if (UNSTORABLE.test(text)) {
    throw new ToolgateError('store.text', 'Text with a NUL or half a surrogate pair cannot be stored.');
  }
}

function loadEngine(): Engine {
  const builtIn = loadBuiltIn();
  if (builtIn !== undefined) return builtIn;
  try {
    return createRequire(import.meta.url)('@photostructure/sqlite') as Engine;
  } catch (cause) {
    throw new ToolgateError('store.no_engine', `No SQLite for Node ${process.version}: ${firstLine(cause)}`, {
      hint: 'Use Node 22.13 or later, or install the optional package @photostructure/sqlite.',
      cause,
    });
  }
}

/** Node 22 announces `node:sqlite` as experimental; that one warning is kept from the user, all others pass. */
function loadBuiltIn(): Engine | undefined {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).startsWith('SQLite')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule?.('node:sqlite') as Engine | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

/** Text of a column that may be NULL. */
export function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** SQLite's primary result code of a thrown error (https://sqlite.org/rescode.html); undefined for other errors. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const code = extendedCodeOf(error);
  return code === undefined ? undefined : code & 0xff;
}

function extendedCodeOf(error: unknown): number | undefined {
  const { errcode, code } = (error ?? {}) as { readonly errcode?: unknown; readonly code?: unknown };
  if (typeof errcode === 'number') return errcode;
  if (code !== 'ERR_SQLITE_ERROR') return undefined;
  // the engine for Node 20 leaves the code out where it gives all rows; SQLite's words for it are fixed
  const message = messageOf(error);
  return MESSAGES.find(([start]) => message.startsWith(start))?.[1] ?? SQLITE.error;
}

/** https://sqlite.org/src/file/src/main.c, `sqlite3ErrStr`; the last one is of the constraint itself. */
const MESSAGES: readonly (readonly [start: string, code: number])[] = [
  ['database is locked', 5],
  ['database table is locked', 6],
  ['database schema is locked', 6],
  ['attempt to write a readonly database', 8],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['file is not a database', 26],
  ['UNIQUE constraint failed', 2067],
];

/** SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE and _ROWID. */
const CONFLICTS = new Set([1555, 2067, 2579]);

/** Whether a unique or primary key was violated. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(extendedCodeOf(error) ?? 0);
}

export const SQLITE = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** Whether another connection holds the lock, so that trying again may help. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === SQLITE.busy || code === SQLITE.locked;
}

/** What the callers of a store see of an error of SQLite; anything else is passed on as it is. */
export function asStoreError(error: unknown): unknown {
  if (sqliteCodeOf(error) === undefined) return error;
  if (isBusy(error)) {
    return new ToolgateError('store.busy', 'The data folder stayed locked by another process.', {
      hint: 'Look for a backup or a tool that holds toolgate.db open in a transaction.',
      cause: error,
    });
  }
  return new ToolgateError('store.failed', `The data folder failed: ${messageOf(error)}`, {
    hint: 'Check free space and permissions of the data folder.',
    cause: error,
  });
}
