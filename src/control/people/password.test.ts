import { describe, expect, it } from 'vitest';
import { PasswordHasher } from './password-hash.ts';
import { passwordFault } from './password-rules.ts';

describe('the hash of a password', () => {
  it('is made with scrypt at 32 MiB in three passes and a salt of its own, and is right for that password alone', async () => {
    const hasher = new PasswordHasher();
    const hash = await hasher.hash('correct horse battery');
    expect(hash).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hasher.hash('correct horse battery')).not.toBe(hash);
    expect(await hasher.verify({ hash, password: 'correct horse battery' })).toBe(true);
    expect(await hasher.verify({ hash, password: 'correct horse batterz' })).toBe(false);
  });

  it('is the same for one password typed on two keyboards', async () => {
    const hasher = new PasswordHasher();
    const hash = await hasher.hash('grüße an alle');
    expect(await hasher.verify({ hash, password: 'gru\u0308ße an alle' })).toBe(true);
  });

  it.each(['', 'plain', 'scrypt$15$8$3$x$y', '$2b$10$abc', 'scrypt$99$99$99$$'])(
    'is none of ours: %j',
    async (hash) => {
      expect(await new PasswordHasher().verify({ hash, password: '' })).toBe(false);
    },
  );

  it('is made one after the other, and says when too many wait', async () => {
    const hasher = new PasswordHasher();
    // parameters of no cost, so that many can wait in a test
    const hash = `scrypt$1$1$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
    const all = Array.from({ length: 64 }, () => hasher.verify({ hash, password: 'x' }));
    expect(hasher.isBusy).toBe(true);
    await Promise.all(all);
    expect(hasher.isBusy).toBe(false);
  });
});

describe('the rules of passwords', () => {
  it.each(['correct horse battery', 'zażółć gęślą jaźń', '🐴🔋🐎📎🔑🗝️🧲🪫🐎🔌', 'x1!'.repeat(3) + 'q-Z'])(
    'take %j',
    (password) => {
      expect(passwordFault(password, 'ada@example.com')).toBeUndefined();
    },
  );

  it.each([
    'short',
    'a'.repeat(201),
    'aaaaaaaaaa',
    'abababababab',
    '1234567890',
    '0987654321',
    'abcdefghijkl',
    'QWERTYUIOP',
    'Password123',
    'ada.lovelace',
    'Ada.Lovelace@Example.com',
  ])('refuse %j', (password) => {
    expect(passwordFault(password, 'ada.lovelace@example.com')).toBeTypeOf('string');
  });

  it('never repeat the password', () => {
    expect(passwordFault('qwertyuiop')).not.toContain('qwertyuiop');
  });
});
