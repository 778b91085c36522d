import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createKeyRing, keyNameOf, newKeyEntry, openKeyRing } from './encryption.ts';
import { editKeyFile, keyFileOf } from './key-file.ts';

const root = mkdtempSync(join(tmpdir(), 'toolgate-keys-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newKey = (): string => randomBytes(32).toString('base64');
const code = (code: string): unknown => expect.objectContaining({ code });
const SECRET = 'geheim – 密 – \u{1f511}';

describe('a key ring', () => {
  const ring = createKeyRing(`a:${newKey()}`, 'here');

  it('opens what it sealed, and shows nothing of it', () => {
    const sealed = ring.seal(SECRET, 'tokens');
    expect(sealed).toMatch(/^tge1\.a\.[\w-]{16}\.[\w-]{22}\.[\w-]+$/);
    expect(sealed).not.toContain('geheim');
    expect(ring.open(sealed, 'tokens')).toBe(SECRET);
    expect(ring.open(ring.seal('', 'tokens'), 'tokens')).toBe('');
  });

  it('seals the same text differently each time', () => {
    expect(ring.seal(SECRET, 'tokens')).not.toBe(ring.seal(SECRET, 'tokens'));
  });

  it('opens nothing for another purpose', () => {
    expect(() => ring.open(ring.seal(SECRET, 'server a'), 'server b')).toThrow(code('key.refused'));
  });

  it('opens nothing that was changed, wherever', () => {
    const parts = ring.seal(SECRET, 'tokens').split('.');
    for (const index of [2, 3, 4]) {
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      const changed = parts.with(index, bytes.toString('base64url')).join('.');
      expect(() => ring.open(changed, 'tokens')).toThrow(code('key.refused'));
    }
  });

  it.each(['', 'plain text', 'tge1.a', 'tge1.a.AAAA.AAAA.AAAA', 'tge2.a.b.c.d', 'tge1.a.b.c.d.e'])(
    'refuses what it never sealed: %j',
    (text) => {
      expect(() => ring.open(text, 'tokens')).toThrow(code('key.refused'));
    },
  );

  it('refuses a shortened tag', () => {
    const [mark, name, iv, tag = '', data] = ring.seal(SECRET, 'tokens').split('.');
    expect(() => ring.open([mark, name, iv, tag.slice(0, 6), data].join('.'), 'tokens')).toThrow(
      code('key.refused'),
    );
  });

  it('does not take another key of the same name for its own', () => {
    const other = createKeyRing(`a:${newKey()}`, 'there');
    expect(() => other.open(ring.seal(SECRET, 'tokens'), 'tokens')).toThrow(code('key.refused'));
  });

  it('names a key that is missing', () => {
    const other = createKeyRing(`b:${newKey()}`, 'TOOLGATE_KEY');
    expect(() => other.open(ring.seal(SECRET, 'tokens'), 'tokens')).toThrow(
      expect.objectContaining({ code: 'key.unknown', message: expect.stringContaining('"a"') as string }),
    );
  });
});

describe('rotation', () => {
  it('encrypts with the new key and still reads what the old one wrote', () => {
    const old = `old:${newKey()}`;
    const before = createKeyRing(old, 'x').seal(SECRET, 'tokens');
    const rotated = createKeyRing(`new:${newKey()}, ${old}`, 'x');
    expect(rotated.open(before, 'tokens')).toBe(SECRET);
    expect(rotated.isOutdated(before)).toBe(true);
    const after = rotated.seal(SECRET, 'tokens');
    expect(after).toMatch(/^tge1\.new\./);
    expect(rotated.isOutdated(after)).toBe(false);
  });
});

describe('a key file that changes while it is used', () => {
  let now = 0;
  const open = (name: string) => {
    const folder = join(root, name);
    return { file: keyFileOf(folder), ring: openKeyRing(folder, {}, { now: () => now }) };
  };

  it('opens at once what a newer key sealed, and seals with it within a second', () => {
    const { file, ring } = open('rotated');
    const before = ring.seal(SECRET, 'p');
    editKeyFile(file, (text) => `${newKeyEntry('k2')}\n${text}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const newer = openKeyRing(join(root, 'rotated'), {}).seal(SECRET, 'p');
    expect(keyNameOf(ring.seal('x', 'p'))).toBe('k1');
    expect(ring.open(newer, 'p')).toBe(SECRET);
    expect(ring.open(before, 'p')).toBe(SECRET);
    now += 1_000;
    expect(keyNameOf(ring.seal('x', 'p'))).toBe('k2');
    expect(ring.names()).toEqual(['k2', 'k1']);
    expect(ring.isOutdated(before)).toBe(true);
  });

  it.each([
    ['cannot be read as keys', 'broken', (file: string) => writeFileSync(file, 'k1:short')],
    ['is gone', 'gone', (file: string) => rmSync(file)],
    ['can be read by others', 'shown', (file: string) => chmodSync(file, 0o644)],
  ])('stays what it was when the file %s', (_, name, spoil) => {
    const { file, ring } = open(name);
    const sealed = ring.seal(SECRET, 'p');
    spoil(file);
    now += 1_000;
    expect(ring.open(sealed, 'p')).toBe(SECRET);
    expect(ring.open(ring.seal('x', 'p'), 'p')).toBe('x');
    expect(() => ring.open(createKeyRing(`k9:${newKey()}`, 'x').seal('x', 'p'), 'p')).toThrow(
      code('key.unknown'),
    );
  });

  it('is changed by one program at a time, and stays as it was when that fails', () => {
    const { file } = open('edited');
    const before = readFileSync(file, 'utf8');
    editKeyFile(file, (text) => {
      expect(() => editKeyFile(file, (inner) => inner)).toThrow(code('key.busy'));
      return text;
    });
    expect(() =>
      editKeyFile(file, () => {
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    expect(readFileSync(file, 'utf8')).toBe(before);
    editKeyFile(file, (text) => text);
  });
});

describe('where keys come from', () => {
  it('the environment comes first, in base64 or hex', () => {
    const hex = randomBytes(32).toString('hex');
    const ring = openKeyRing(join(root, 'unused'), { TOOLGATE_KEY: `e:${hex}` });
    const same = createKeyRing(`e:${Buffer.from(hex, 'hex').toString('base64url')}`, 'x');
    expect(same.open(ring.seal(SECRET, 'p'), 'p')).toBe(SECRET);
    expect(() => statSync(join(root, 'unused'))).toThrow('ENOENT');
  });

  it('else a file of the data folder, made for its owner alone and kept', () => {
    const folder = join(root, 'made');
    const sealed = openKeyRing(folder, {}).seal(SECRET, 'p');
    expect(statSync(join(folder, 'toolgate.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'toolgate.key'), 'utf8')).toMatch(/^k1:[\w+/]{43}=\n$/);
    expect(openKeyRing(folder, { TOOLGATE_KEY: '' }).open(sealed, 'p')).toBe(SECRET);
  });

  it('a key file that others can read is refused', () => {
    const folder = join(root, 'exposed');
    openKeyRing(folder, {});
    chmodSync(join(folder, 'toolgate.key'), 0o644);
    expect(() => openKeyRing(folder, {})).toThrow(code('key.exposed'));
  });

  it.each([
    ['no name', newKey()],
    ['too short', 'a:c2hvcnQ='],
    ['a bad name', `a b:${newKey()}`],
    ['one name twice', `a:${newKey()},a:${newKey()}`],
  ])('%s is refused without showing the key', (_, text) => {
    const show = (): unknown => createKeyRing(text, 'TOOLGATE_KEY');
    expect(show).toThrow(code('key.invalid'));
    expect(show).not.toThrow(text.slice(2, 12));
  });
});
