import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import { formsOf, traces, type Place } from '../support/secret-search.ts';
import type { Diary } from './diary.ts';
import { OneLife } from './one-life.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

/** Kinds of places, by how their names begin, with how many there are at the least. */
const KINDS: Readonly<Record<string, number>> = {
  log: 1,
  'answer to GET': 80,
  'answer to POST': 40,
  'answer: ': 8,
  'agent ': 10,
  webhook: 4,
  forwarded: 1,
  'mail ': 4,
  'command ': 7,
  'backup ': 2,
  'file ledger/': 1,
  'column ': 120,
};

/** Where it all is kept; each with what there is in the data folder because of it. */
const STORES = [
  { store: 'SQLite', files: ['file toolgate.db-wal', 'file toolgate.db'] },
  { store: 'PostgreSQL', files: [] },
] as const;

describe.each(STORES)('a gateway that lived a whole life over $store', ({ store, files }) => {
  const isHere = store === 'SQLite' || postgres !== undefined;
  let life: Diary;
  beforeAll(async () => {
    if (isHere) life = await OneLife.live(store === 'SQLite' ? undefined : await postgres?.createDatabase());
  }, 240_000);

  it.skipIf(!isHere)('was told secrets of every kind, and left every kind of place', () => {
    const names = life.secrets.map(({ name }) => name.replace(/[\s,]+\d+.*$/, ''));
    const told = new Set(names.filter((name) => name !== 'password of the database'));
    expect([...told].toSorted()).toMatchInlineSnapshot(`
      [
        "API key",
        "accounts.key",
        "argument in a pasted block",
        "argument of a command",
        "argument of a held call",
        "argument to a server with a login",
        "backup code",
        "captured argument",
        "changed header of a server",
        "code or token",
        "credential of a server",
        "environment in a pasted block",
        "environment of a command",
        "first password",
        "header in a pasted block",
        "header of a declared server",
        "header of a server",
        "header of the forwarding",
        "password of the mail server",
        "path of a webhook",
        "query in a pasted block",
        "query of a declared server",
        "query of a server",
        "query of a webhook",
        "query of the forwarding",
        "rotated token",
        "second factor",
        "second password",
        "second secret of a webhook",
        "secret of a webhook",
        "secret of an OAuth client",
        "secret of the sign-in provider",
        "session.key",
        "signature of the session of signing in",
        "signature of the session of signing up",
        "signing secret of the forwarding",
        "token of a new password",
        "token of an invitation",
        "token of the grant of the leaky server",
        "token of the grant of the login server",
        "token of the grant of the plain server",
        "token of the session of signing in",
        "token of the session of signing up",
        "toolgate.key",
        "typed into the wrong place",
        "word of a command",
        "wrong password",
      ]
    `);
    for (const [kind, least] of [...Object.entries(KINDS), ...files.map((file) => [file, 1] as const)])
      expect([kind, life.places.filter(({ name }) => name.startsWith(kind)).length >= least]).toEqual([
        kind,
        true,
      ]);
  });

  it.skipIf(!isHere)('logged what it did', () => {
    const log = life.places.find(({ name }) => name === 'log')?.text ?? '';
    // a search in an empty log finds nothing
    for (const part of ['"msg":"request"', 'server wrote to standard error', '[hidden]'])
      expect(log).toContain(part);
  });

  it.skipIf(!isHere)('passes on what a server says, and withholds what it was told', () => {
    for (const whose of ['the server', 'a command']) {
      const place = life.places.find(({ name }) => name.includes(`an error in the words of ${whose}`));
      expect(place?.text).toContain('[withheld by the gateway]');
    }
  });

  it.skipIf(!isHere)('shows a secret where it is meant to be seen, and the search finds it there', () => {
    for (const { name, value, shownIn = {} } of life.secrets) {
      const found = traces({ name, value }, life.places);
      for (const beginning of Object.keys(shownIn))
        expect([name, beginning, found.some((trace) => trace.startsWith(beginning))]).toEqual([
          name,
          beginning,
          true,
        ]);
    }
  });

  it.skipIf(!isHere)('shows no secret anywhere else, in no form, in whole or in part', () => {
    const found = life.secrets.flatMap((secret) =>
      traces(secret, life.places).map((trace) => `${secret.name}: in ${trace}`),
    );
    expect(found).toEqual([]);
  });
});

describe('the search', () => {
  const secret = { name: 'one', value: 'p&ss/8f3kZ0aQ77-xYw2' };
  const place = (text: string): Place => ({ name: 'here', text });
  const encoded = (before: string, how: BufferEncoding): string =>
    Buffer.from(`${before}${secret.value} and more`).toString(how);

  it.each([
    ['as it is', `x${secret.value}y`],
    ['a part of it', 'the key begins with 8f3kZ0aQ77-x …'],
    ['in an address', `?key=${encodeURIComponent(secret.value)}`],
    ['in JSON', JSON.stringify({ key: secret.value })],
    ['in hex', encoded('', 'hex')],
    ['in hex, in capitals', encoded('abc', 'hex').toUpperCase()],
    ['in base64', encoded('', 'base64')],
    ['in base64, behind one character', encoded('a', 'base64')],
    ['in base64, behind two characters', encoded('ab', 'base64')],
    ['in base64url', encoded('abc', 'base64url')],
  ])('finds a secret %s', (_, text) => {
    expect(traces(secret, [place(text)])).toHaveLength(1);
  });

  it.each(['nothing', 'p&ss/', 'ssap', '8f3kZ0aQ'])('finds none in "%s"', (text) => {
    expect(traces(secret, [place(text)])).toEqual([]);
  });

  it('looks for no form that is too short to mean anything', () => {
    expect(formsOf('abc')).toEqual([]);
    expect(formsOf(secret.value).every((form) => form.length >= 8)).toBe(true);
  });
});
