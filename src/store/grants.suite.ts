import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '#platform';
import type { GrantStore, Store, StoredGrant } from './ports.ts';

const NOW = 1_700_000_000_000;

function grant(id: string, changes: Partial<StoredGrant> = {}): StoredGrant {
  return {
    id,
    label: `label of ${id}`,
    server: 'fluentcrm',
    policy: 'main',
    createdAt: NOW,
    expiresAt: undefined,
    revokedAt: undefined,
    tokenHash: `hash of ${id}`,
    ...changes,
  };
}

/** What every driver's `GrantStore` must do. `open` gives a new, empty store that goes by the clock. */
export function grantSuite(open: (clock: Clock) => Store): void {
  describe('GrantStore', () => {
    let store: Store;
    let grants: GrantStore;
    beforeEach(() => {
      store = open({ now: () => NOW });
      grants = store.grants;
    });
    afterEach(() => store.close());

    it('gives grants back as they were put in, oldest first', async () => {
      const later = grant('g1', { createdAt: NOW + 1, expiresAt: NOW + 5000 });
      const earlier = grant('g2', { policy: undefined });
      await grants.insert(later);
      await grants.insert(earlier);
      expect(await grants.list()).toEqual([earlier, later]);
    });

    it('refuses a label that a live grant of the same server has', async () => {
      await grants.insert(grant('g1', { label: 'agent' }));
      await expect(grants.insert(grant('g2', { label: 'agent' }))).rejects.toMatchObject({
        code: 'grant.label_taken',
      });
      expect(await grants.list()).toHaveLength(1);
    });

    it('gives one of two that want the same label at once', async () => {
      const settled = await Promise.allSettled([
        grants.insert(grant('g1', { label: 'agent' })),
        grants.insert(grant('g2', { label: 'agent' })),
      ]);
      expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected']);
    });

    it.each<[string, Partial<StoredGrant>]>([
      ['of another server', { server: 'github' }],
      ['that was revoked', { revokedAt: NOW - 1 }],
      ['that expired', { expiresAt: NOW }],
    ])('lets a label be used again that belongs to a grant %s', async (_name, changes) => {
      await grants.insert(grant('g1', { label: 'agent', ...changes }));
      await grants.insert(grant('g2', { label: 'agent' }));
      expect(await grants.list()).toHaveLength(2);
    });

    it('refuses a token that has a grant already, revoked or not', async () => {
      await grants.insert(grant('g1', { tokenHash: 'same' }));
      await grants.revoke('g1', NOW);
      await expect(grants.insert(grant('g2', { tokenHash: 'same' }))).rejects.toMatchObject({
        code: 'grant.token_taken',
      });
    });

    it.each([
      ['id', 'g1'],
      ['label', 'label of g1'],
    ])('revokes by %s, once', async (_name, key) => {
      await grants.insert(grant('g1'));
      await grants.insert(grant('g2'));
      const revoked = await grants.revoke(key, NOW + 10);
      expect(revoked).toMatchObject({ id: 'g1', revokedAt: NOW + 10 });
      expect(revoked).not.toHaveProperty('tokenHash');
      expect(await grants.revoke(key, NOW + 20)).toBeUndefined();
      expect((await grants.list()).map((row) => row.revokedAt)).toEqual([NOW + 10, undefined]);
    });

    it('revokes nothing when there is no such grant', async () => {
      expect(await grants.revoke('nobody', NOW)).toBeUndefined();
    });

    it('takes a text for an id before it takes it for a label', async () => {
      await grants.insert(grant('g1', { label: 'g2' }));
      await grants.insert(grant('g2'));
      expect(await grants.revoke('g2', NOW)).toMatchObject({ id: 'g2' });
    });

    it('revokes the newest of one server, the live one, and leaves the expired one', async () => {
      await grants.insert(grant('g1', { label: 'agent', expiresAt: NOW, createdAt: NOW - 10 }));
      await grants.insert(grant('g2', { label: 'agent' }));
      expect(await grants.revoke('agent', NOW)).toMatchObject({ id: 'g2' });
    });

    it('does not guess between servers', async () => {
      await grants.insert(grant('g1', { label: 'agent' }));
      await grants.insert(grant('g2', { label: 'agent', server: 'github' }));
      await expect(grants.revoke('agent', NOW)).rejects.toMatchObject({ code: 'grant.label_ambiguous' });
      expect((await grants.list()).every((row) => row.revokedAt === undefined)).toBe(true);
    });

    it('raises the revision with every change and with nothing else', async () => {
      const start = await grants.revision();
      await grants.insert(grant('g1'));
      const inserted = await grants.revision();
      expect(inserted).toBeGreaterThan(start);
      await grants.revoke('g1', NOW);
      const revoked = await grants.revision();
      expect(revoked).toBeGreaterThan(inserted);
      await grants.revoke('g1', NOW);
      await grants.insert(grant('g1')).catch(() => undefined);
      await grants.list();
      expect(await grants.revision()).toBe(revoked);
    });
  });
}
