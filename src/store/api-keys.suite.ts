import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiKey, ApiKeyStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;

function apiKey(id: string, changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id,
    label: `label of ${id}`,
    scopes: ['servers:read', 'policies:write'],
    createdBy: 'user:ada',
    createdAt: NOW,
    expiresAt: undefined,
    revokedAt: undefined,
    lastUsedAt: undefined,
    ...changes,
  };
}

/** What every driver's `ApiKeyStore` must do; `open` as for `organisationSuite`. */
export function apiKeySuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('ApiKeyStore', () => {
    let stores: readonly [Store, Store];
    let keys: ApiKeyStore;
    let elsewhere: ApiKeyStore;
    beforeEach(async () => {
      stores = await open();
      [keys, elsewhere] = [stores[0].control.apiKeys, stores[1].control.apiKeys];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    it('gives keys back as they were put in, oldest first', async () => {
      const later = apiKey('k1', { createdAt: NOW + 1, expiresAt: NOW + 5, lastUsedAt: NOW + 2 });
      const earlier = apiKey('k2', { scopes: [], label: 'zażółć "\\\' 🐘' });
      await keys.insert('acme', later, 'hash 1');
      await keys.insert('acme', earlier, 'hash 2');
      expect(await elsewhere.list('acme')).toEqual([earlier, later]);
    });

    it('finds the key behind a token, whatever became of it', async () => {
      const revoked = apiKey('k1', { revokedAt: NOW, expiresAt: NOW - 1 });
      await keys.insert('acme', revoked, 'hash 1');
      expect(await elsewhere.behind('hash 1')).toEqual({ organisation: 'acme', key: revoked });
      for (const hash of ['hash', 'hash 2', '', 'k1', "' OR '1'='1"]) {
        expect(await elsewhere.behind(hash)).toBeUndefined();
      }
    });

    it('lets one token belong to one key', async () => {
      await keys.insert('acme', apiKey('k1'), 'hash');
      await expect(elsewhere.insert('other', apiKey('k2'), 'hash')).rejects.toThrow();
      expect((await keys.behind('hash'))?.key.id).toBe('k1');
    });

    it('revokes once, at the first time it was asked to', async () => {
      await keys.insert('acme', apiKey('k1'), 'hash');
      const revoked = await Promise.all([
        keys.revoke('acme', 'k1', NOW),
        elsewhere.revoke('acme', 'k1', NOW),
      ]);
      expect(revoked.toSorted()).toEqual([false, true]);
      expect(await keys.revoke('acme', 'k1', NOW + 5)).toBe(false);
      expect(await keys.list('acme')).toEqual([apiKey('k1', { revokedAt: NOW })]);
    });

    it('remembers the latest use, in whatever order uses are noted', async () => {
      await keys.insert('acme', apiKey('k1'), 'hash');
      await keys.touch('k1', NOW + 2);
      await elsewhere.touch('k1', NOW + 1);
      expect((await keys.behind('hash'))?.key.lastUsedAt).toBe(NOW + 2);
      await keys.touch('nothing', NOW);
    });

    it('shows and revokes nothing of another organisation', async () => {
      await keys.insert('acme', apiKey('k1'), 'hash');
      expect(await keys.list('other')).toEqual([]);
      expect(await keys.revoke('other', 'k1', NOW)).toBe(false);
      expect(await keys.list('acme')).toEqual([apiKey('k1')]);
    });

    it('refuses text that a store would cut', async () => {
      for (const changes of [{ label: 'a\0b' }, { createdBy: '\udc00' }]) {
        const odd = keys.insert('acme', apiKey('k1', changes), 'hash');
        await expect(odd).rejects.toMatchObject({ code: 'store.text' });
      }
      expect(await keys.list('acme')).toEqual([]);
    });
  });
}
