import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsEntered } from '../../test/support/entered-contexts.ts';
import type { CredentialStore, Store, StoredCredential } from './ports.ts';

const NOW = 1_700_000_000_000;
const CREDENTIAL: Omit<StoredCredential, 'version'> = {
  server: 'tickets',
  issuer: 'https://as.example.com',
  clientId: 'client-1',
  sealed: 'tge1.k.first',
  updatedAt: NOW,
};

/** What every driver's `CredentialStore` must do. `open` gives a new, empty store. */
export function credentialSuite(open: () => Store | Promise<Store>): void {
  describe('CredentialStore', () => {
    let store: Store;
    let credentials: CredentialStore;
    beforeEach(async () => {
      store = await open();
      credentials = store.credentials;
    });
    afterEach(() => store.close());

    async function put(changes: Partial<StoredCredential> = {}): Promise<StoredCredential> {
      const credential = { ...CREDENTIAL, ...changes };
      return { ...credential, version: await credentials.replace(credential) };
    }

    it('gives back what was put in, for its server alone', async () => {
      const put1 = await put();
      await put({ server: 'other', sealed: 'x' });
      expect(await credentials.find('tickets')).toEqual(put1);
      expect(await credentials.find('nobody')).toBeUndefined();
    });

    it('keeps one credential a server, also when the authorization server changes', async () => {
      await put();
      const next = await put({ issuer: 'https://new.example.com', clientId: 'client-2' });
      expect(await credentials.find('tickets')).toEqual(next);
      expect(await credentials.remove('tickets')).toBe(true);
      expect(await credentials.find('tickets')).toBeUndefined();
      expect(await credentials.remove('tickets')).toBe(false);
    });

    it('renews the state that was read and no other', async () => {
      const first = await put();
      const version = await credentials.renew(first, 'a', 'second', NOW + 1);
      expect(await credentials.find('tickets')).toEqual({
        ...first,
        sealed: 'second',
        updatedAt: NOW + 1,
        version,
      });
      expect(await credentials.renew(first, 'a', 'too late', NOW + 2)).toBeUndefined();
      expect((await credentials.find('tickets'))?.sealed).toBe('second');
    });

    it('renews without an async context', async () => {
      const first = await put();
      const entered = await contextsEntered(() => credentials.renew(first, 'a', 'second', NOW + 1));
      expect(entered).toBe(0);
      expect((await credentials.find('tickets'))?.sealed).toBe('second');
    });

    it('does not renew what was replaced or removed meanwhile, even by the same', async () => {
      const first = await put();
      await put();
      expect(await credentials.renew(first, 'a', 'stale', NOW)).toBeUndefined();
      const again = await put();
      await credentials.remove('tickets');
      expect(await credentials.renew(again, 'a', 'stale', NOW)).toBeUndefined();
      expect(await credentials.find('tickets')).toBeUndefined();
    });

    it('lets one holder at a time renew', async () => {
      const first = await put();
      const holders = ['a', 'b', 'c'];
      const claims = await Promise.all(
        holders.map((holder) => credentials.claim(first, holder, NOW, NOW + 1000)),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      const holder = holders[claims.indexOf(true)] ?? '';
      const [other = ''] = holders.filter((one) => one !== holder);
      await credentials.release(first, other);
      expect(await credentials.claim(first, other, NOW, NOW + 1000)).toBe(false);
      await credentials.release(first, holder);
      expect(await credentials.claim(first, other, NOW, NOW + 1000)).toBe(true);
    });

    it('lets the right to renew run out, and ends it with the renewal', async () => {
      const first = await put();
      await credentials.claim(first, 'a', NOW, NOW + 1000);
      expect(await credentials.claim(first, 'b', NOW + 999, NOW + 2000)).toBe(false);
      expect(await credentials.claim(first, 'b', NOW + 1000, NOW + 2000)).toBe(true);
      expect(await credentials.renew(first, 'a', 'not yours', NOW + 1001)).toBeUndefined();
      expect(await credentials.renew(first, 'b', 'second', NOW + 1001)).toBeDefined();
      expect(await credentials.claim(first, 'a', NOW + 1001, NOW + 3000)).toBe(false);
      const second = await credentials.find('tickets');
      expect(second && (await credentials.claim(second, 'a', NOW + 1001, NOW + 3000))).toBe(true);
    });

    it('raises the revision with every change', async () => {
      const start = await credentials.revision();
      const first = await put();
      const afterPut = await credentials.revision();
      await credentials.claim(first, 'a', NOW, NOW + 1);
      expect(await credentials.revision()).toBe(afterPut);
      await credentials.renew(first, 'a', 'second', NOW);
      const afterRenewal = await credentials.revision();
      await credentials.remove('tickets');
      const afterRemoval = await credentials.revision();
      expect([start, afterPut, afterRenewal, afterRemoval]).toEqual(
        [start, afterPut, afterRenewal, afterRemoval].toSorted((a, b) => a - b),
      );
      expect(new Set([start, afterPut, afterRenewal, afterRemoval]).size).toBe(4);
    });
  });
}
