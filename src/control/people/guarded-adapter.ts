import { hash, hkdfSync } from 'node:crypto';
import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/types';
import { createKeyRing, type KeyRing } from '#platform';

type Row = Record<string, unknown>;
type Methods = Omit<DBTransactionAdapter, 'id' | 'options' | 'createSchema'>;

const PURPOSE = 'verification';
/** What a provider gave at a sign-in. Nobody needs it afterwards, so it is not kept. */
const PROVIDER_TOKENS = ['accessToken', 'refreshToken', 'idToken'] as const;

/**
 * The library's adapter with what could be used taken out of the database: session tokens are stored as their SHA-256, what stands
 * behind a link or a login under way is encrypted, tokens of sign-in providers are left out. The library itself sees plain values.
 */
export function guardAdapter(inner: DBAdapter, secret: string): DBAdapter {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'toolgate people: verifications', 32));
  const keys = createKeyRing(`v1:${key.toString('base64')}`, 'the secret of the accounts');
  return {
    ...inner,
    ...guarded(inner, keys),
    transaction: (work) => inner.transaction((within) => work({ ...within, ...guarded(within, keys) })),
  };
}

function guarded(inner: DBTransactionAdapter, keys: KeyRing): Methods {
  const withPlain = <T>(model: string, row: T, where: readonly Where[] = []): T =>
    row === null ? row : (plainRow(model, row as Row, where, keys) as T);
  return {
    async create<T extends Row, R = T>(data: {
      model: string;
      data: Omit<T, 'id'>;
      select?: string[] | undefined;
      forceAllowId?: boolean | undefined;
    }): Promise<R> {
      const row = await inner.create<T, R>({
        ...data,
        data: storedRow(data.model, data.data, keys) as Omit<T, 'id'>,
      });
      const { token } = data.data as Row;
      return data.model === 'session' ? { ...row, token } : withPlain(data.model, row);
    },
    async findOne<T>(query: Parameters<DBAdapter['findOne']>[0]) {
      const row = await inner.findOne<T>({ ...query, where: storedWhere(query.model, query.where) });
      return withPlain(query.model, row, query.where);
    },
    async findMany<T>(query: Parameters<DBAdapter['findMany']>[0]) {
      const where = query.where === undefined ? undefined : storedWhere(query.model, query.where);
      const rows = await inner.findMany<T>({ ...query, where });
      return rows.map((row) => withPlain(query.model, row, query.where));
    },
    count: (query) => inner.count({ ...query, where: query.where && storedWhere(query.model, query.where) }),
    async update<T>(edit: Parameters<DBAdapter['update']>[0]) {
      const row = await inner.update<T>({
        ...edit,
        where: storedWhere(edit.model, edit.where),
        update: storedRow(edit.model, edit.update, keys),
      });
      return withPlain(edit.model, row, edit.where);
    },
    updateMany: (edit) =>
      inner.updateMany({
        ...edit,
        where: storedWhere(edit.model, edit.where),
        update: storedRow(edit.model, edit.update, keys),
      }),
    delete: (query) => inner.delete({ ...query, where: storedWhere(query.model, query.where) }),
    deleteMany: (query) => inner.deleteMany({ ...query, where: storedWhere(query.model, query.where) }),
    async consumeOne<T>(query: Parameters<DBAdapter['consumeOne']>[0]) {
      const row = await inner.consumeOne<T>({ ...query, where: storedWhere(query.model, query.where) });
      return withPlain(query.model, row, query.where);
    },
    async incrementOne<T>(edit: Parameters<DBAdapter['incrementOne']>[0]) {
      const row = await inner.incrementOne<T>({
        ...edit,
        where: storedWhere(edit.model, edit.where),
        set: edit.set && storedRow(edit.model, edit.set, keys),
      });
      return withPlain(edit.model, row, edit.where);
    },
  };
}

/** A row as it goes into the database. */
function storedRow(model: string, row: Row, keys: KeyRing): Row {
  if (model === 'session' && typeof row['token'] === 'string')
    return { ...row, token: hashToken(row['token']) };
  if (model === 'verification' && typeof row['value'] === 'string')
    return { ...row, value: keys.seal(row['value'], PURPOSE) };
  if (model === 'account')
    return Object.fromEntries(
      Object.entries(row).filter(([name]) => !PROVIDER_TOKENS.some((token) => token === name)),
    );
  return row;
}

/** A row as the library may see it. The token of a session is known to whoever asked by it, and to nobody else. */
function plainRow(model: string, row: Row, where: readonly Where[], keys: KeyRing): Row {
  if (model === 'session') {
    const token = tokensIn(where).find((asked) => hashToken(asked) === row['token']);
    return token === undefined ? row : { ...row, token };
  }
  if (model === 'verification' && typeof row['value'] === 'string')
    return { ...row, value: opened(row['value'], keys) };
  return row;
}

function storedWhere(model: string, where: readonly Where[]): Where[] {
  return where.map((condition) => {
    if (model !== 'session' || condition.field !== 'token') return condition;
    const { value } = condition;
    if (typeof value === 'string') return { ...condition, value: hashToken(value) };
    return Array.isArray(value)
      ? { ...condition, value: value.map((one) => hashToken(String(one))) }
      : condition;
  });
}

function tokensIn(where: readonly Where[]): readonly string[] {
  return where
    .filter(({ field }) => field === 'token')
    .flatMap(({ value }) => (Array.isArray(value) ? value : [value]))
    .filter((value) => typeof value === 'string');
}

/** Nothing, for what was encrypted under another secret: it then belongs to nobody. */
function opened(sealed: string, keys: KeyRing): string {
  try {
    return keys.open(sealed, PURPOSE);
  } catch {
    return '';
  }
}

function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}
