import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashGrantToken, isGrantToken } from '#platform';
import { openStore, type StoredGrant } from '#store';
import { grantsCommand } from './grants.ts';

describe('toolgate grants', () => {
  let dataDir: string;
  let out: string;
  let err: string;
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-grants-')), 'data');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  async function run(...words: string[]): Promise<string> {
    out = '';
    err = '';
    await grantsCommand()
      .exitOverride()
      .parseAsync([...words, '--data', dataDir], { from: 'user' });
    return out;
  }

  async function stored(): Promise<readonly StoredGrant[]> {
    const store = openStore({ dataDir, access: 'read' });
    const all = await store.grants.list();
    await store.close();
    return all;
  }

  it('mints a grant, and prints nothing but its token on standard output', async () => {
    const token = (
      await run('mint', '--server', 'fluentcrm', '--label', 'newsletter', '--policy', 'main')
    ).trimEnd();
    expect(isGrantToken(token)).toBe(true);
    expect(await stored()).toMatchObject([
      {
        server: 'fluentcrm',
        label: 'newsletter',
        policy: 'main',
        tokenHash: hashGrantToken(token),
        revokedAt: undefined,
      },
    ]);
    expect(err).toContain('newsletter');
    expect(err).not.toContain(token);
  });

  it('keeps the token nowhere', async () => {
    const token = (await run('mint', '--server', 'fluentcrm', '--label', 'newsletter')).trimEnd();
    await run('list', '--json');
    for (const file of readdirSync(dataDir))
      expect(readFileSync(join(dataDir, file)).includes(token.slice(3))).toBe(false);
    expect(out).not.toContain(token);
    expect(out).not.toContain(hashGrantToken(token));
  });

  it('warns that a grant without a policy can do nothing', async () => {
    await run('mint', '--server', 'fluentcrm', '--label', 'newsletter');
    expect(err).toMatch(/no policy.*denied/);
    expect((await stored())[0]?.policy).toBeUndefined();
  });

  it('ends a grant when it is told to', async () => {
    const before = Date.now();
    await run('mint', '--server', 's', '--label', 'a', '--expires', '30d');
    const [grant] = await stored();
    expect((grant?.expiresAt ?? 0) - (grant?.createdAt ?? 0)).toBe(30 * 86_400_000);
    expect(grant?.createdAt).toBeGreaterThanOrEqual(before);
  });

  it('prints JSON for scripts', async () => {
    const minted = JSON.parse(await run('mint', '--server', 's', '--label', 'a', '--policy', 'p', '--json'));
    expect(minted).toEqual({
      id: expect.stringMatching(/^grant_/),
      label: 'a',
      server: 's',
      policy: 'p',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      token: expect.stringMatching(/^tg_/),
    });
    const { token: _token, ...shown } = minted;
    expect(JSON.parse(await run('list', '--json'))).toEqual([{ ...shown, state: 'live' }]);
  });

  it('lists grants with their state', async () => {
    await run(
      'mint',
      '--server',
      'fluentcrm',
      '--label',
      'my agent',
      '--policy',
      'main',
      '--expires',
      '2999-01-01',
    );
    await run('mint', '--server', 's', '--label', 'old');
    await run('revoke', 'old');
    const lines = (await run('list')).split('\n');
    expect(lines[0]).toMatch(/^ID +SERVER +LABEL +POLICY +STATE +EXPIRES \(UTC\)$/);
    expect(lines[1]).toMatch(/^grant_\w+ +fluentcrm +my agent +main +live +2999-01-01T00:00$/);
    expect(lines[2]).toMatch(/^grant_\w+ +s +old +\(none\) +revoked +never$/);
  });

  it.each(['id', 'label'] as const)('revokes by %s', async (key) => {
    await run('mint', '--server', 's', '--label', 'a');
    await run('mint', '--server', 's', '--label', 'b');
    const [first] = await stored();
    expect(await run('revoke', first?.[key] ?? '')).toMatch(/^Revoked grant_\w+ \(a\) of s\.\n$/);
    expect((await stored()).map((grant) => grant.revokedAt !== undefined)).toEqual([true, false]);
  });

  it('asks which server is meant where several have the label, and takes the answer', async () => {
    await run('mint', '--server', 's1', '--label', 'a');
    await run('mint', '--server', 's2', '--label', 'a');
    await expect(run('revoke', 'a')).rejects.toMatchObject({ code: 'grant.label_ambiguous' });
    await run('revoke', 'a', '--server', 's2');
    expect((await stored()).map((grant) => grant.revokedAt !== undefined)).toEqual([false, true]);
    await expect(run('revoke', 'a', '--server', 's2')).rejects.toMatchObject({ code: 'grant.unknown' });
  });

  it.each([
    ['a label that is taken', ['mint', '--server', 's', '--label', 'taken'], 'grant.label_taken'],
    ['an empty label', ['mint', '--server', 's', '--label', ' '], 'usage.label'],
    [
      'a label that would colour a terminal',
      ['mint', '--server', 's', '--label', '\u001b[31m'],
      'usage.label',
    ],
    [
      'an end in the past',
      ['mint', '--server', 's', '--label', 'a', '--expires', '2020-01-01'],
      'usage.expires',
    ],
    [
      'an end that is no time',
      ['mint', '--server', 's', '--label', 'a', '--expires', 'soon'],
      'usage.moment',
    ],
    ['to revoke what is not there', ['revoke', 'nobody'], 'grant.unknown'],
  ])('refuses %s, and changes nothing', async (_name, words, code) => {
    await run('mint', '--server', 's', '--label', 'taken');
    await expect(run(...words)).rejects.toMatchObject({ code });
    expect(out).toBe('');
    expect(await stored()).toHaveLength(1);
  });

  it.each([['list'], ['revoke', 'a']])('makes no data folder to %s', async (...words) => {
    await expect(run(...words)).rejects.toMatchObject({ code: 'store.missing' });
    expect(readdirSync(join(dataDir, '..'))).toEqual([]);
  });
});
