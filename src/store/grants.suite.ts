import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsEntered } from '../../test/support/entered-contexts.ts';
import type { Clock } from '#platform';
import type { Grant, GrantStore, Store, StoredGrant } from './ports.ts';
import type { Schema } from './sql/schema.ts';

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

/** A grant as everybody may see it. */
function shown(id: string, changes: Partial<StoredGrant> = {}): Grant {
  const { tokenHash: _tokenHash, previous: _previous, ...rest } = grant(id, changes);
  return rest;
}

/** What every driver's `GrantStore` must do. `open` gives a new, empty store that goes by the clock. */
export function grantSuite(open: (clock: Clock) => Store | Promise<Store>): void {
  describe('GrantStore', () => {
    let store: Store;
    let grants: GrantStore;
    beforeEach(async () => {
      store = await open({ now: () => NOW });
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
      expect(settled.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await grants.list()).toHaveLength(1);
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

    it('gives back organisation, addresses, last use and the token before', async () => {
      const full = grant('g1', {
        organisation: 'org_1',
        addresses: ['10.0.0.0/8', '::1/128'],
        lastUsedAt: NOW - 5,
        previous: { tokenHash: 'before', until: NOW + 5 },
      });
      await grants.insert(full);
      expect(await grants.list()).toEqual([full]);
    });

    it('gives the grants of one organisation, and of one server of it', async () => {
      await grants.insert(grant('g1', { organisation: 'org_1', createdAt: NOW + 1 }));
      await grants.insert(grant('g2', { organisation: 'org_1', server: 'github' }));
      await grants.insert(grant('g3', { organisation: 'org_2', server: 'jira' }));
      await grants.insert(grant('g4'));
      const ids = async (organisation: string, server?: string): Promise<readonly string[]> =>
        (await grants.ofOrganisation(organisation, server)).map(({ id }) => id);
      expect(await ids('org_1')).toEqual(['g2', 'g1']);
      expect(await ids('org_1', 'github')).toEqual(['g2']);
      expect(await ids('org_1', 'jira')).toEqual([]);
      expect(await ids('default')).toEqual(['g4']);
      expect(await ids('org_3')).toEqual([]);
    });

    it('changes what is named, and takes away what is null', async () => {
      const given = { organisation: 'org_1', expiresAt: NOW + 9, addresses: ['10.0.0.0/8'] };
      await grants.insert(grant('g1', given));
      const renamed = await grants.change('org_1', 'g1', { label: 'agent', policy: 'strict' });
      expect(renamed).toEqual({ ...shown('g1', given), label: 'agent', policy: 'strict' });
      await grants.change('org_1', 'g1', { policy: null, expiresAt: null, addresses: null });
      const { addresses: _, ...left } = grant('g1', given);
      expect(await grants.list()).toEqual([
        { ...left, label: 'agent', policy: undefined, expiresAt: undefined },
      ]);
      await grants.change('org_1', 'g1', { expiresAt: NOW + 1, addresses: [] });
      expect((await grants.list())[0]).toMatchObject({ expiresAt: NOW + 1, addresses: [] });
      expect(await grants.change('org_1', 'g1', {})).toMatchObject({ label: 'agent' });
    });

    it('refuses a changed label that a live grant of the server has, and one that comes to life again', async () => {
      await grants.insert(grant('g3', { label: 'agent', expiresAt: NOW }));
      await grants.insert(grant('g1', { label: 'agent' }));
      await grants.insert(grant('g2'));
      const taken = { code: 'grant.label_taken' };
      await expect(grants.change('default', 'g2', { label: 'agent' })).rejects.toMatchObject(taken);
      await expect(grants.change('default', 'g3', { expiresAt: NOW + 1 })).rejects.toMatchObject(taken);
      expect((await grants.list()).map(({ label }) => label)).toEqual(['agent', 'label of g2', 'agent']);
      expect(await grants.change('default', 'g1', { label: 'agent' })).toMatchObject({ label: 'agent' });
    });

    it.each<[string, string, string]>([
      ['another organisation has', 'org_2', 'g1'],
      ['nobody has', 'org_1', 'g9'],
      ['is revoked', 'org_1', 'g2'],
    ])('neither changes nor rotates a grant that %s', async (_name, organisation, id) => {
      await grants.insert(grant('g1', { organisation: 'org_1' }));
      await grants.insert(grant('g2', { organisation: 'org_1', revokedAt: NOW }));
      const before = await grants.list();
      const revision = await grants.revision();
      expect(await grants.change(organisation, id, { label: 'x' })).toBeUndefined();
      expect(await grants.rotate(organisation, id, 'new', NOW)).toBeUndefined();
      expect(await grants.list()).toEqual(before);
      expect(await grants.revision()).toBe(revision);
    });

    it('gives a grant a new token and keeps the one before for a while', async () => {
      await grants.insert(grant('g1'));
      expect(await grants.rotate('default', 'g1', 'second', NOW + 60)).toEqual(shown('g1'));
      const rotated = { tokenHash: 'second', previous: { tokenHash: 'hash of g1', until: NOW + 60 } };
      expect(await grants.list()).toEqual([{ ...grant('g1'), ...rotated }]);
      await grants.rotate('default', 'g1', 'third', NOW + 90);
      expect((await grants.list())[0]?.previous).toEqual({ tokenHash: 'second', until: NOW + 90 });
    });

    it.each([
      ['now', 'hash of g2'],
      ['until it is rotated out', 'first of g2'],
    ])('gives no grant a token that another one has %s', async (_name, token) => {
      await grants.insert(grant('g1'));
      const previous = { tokenHash: 'first of g2', until: NOW };
      await grants.insert(grant('g2', { previous }));
      const taken = { code: 'grant.token_taken' };
      await expect(grants.rotate('default', 'g1', token, NOW)).rejects.toMatchObject(taken);
      await expect(grants.insert(grant('g3', { tokenHash: token }))).rejects.toMatchObject(taken);
    });

    it('notes the last use, never an earlier one, and raises no revision for it', async () => {
      await grants.insert(grant('g1'));
      await grants.insert(grant('g2', { lastUsedAt: NOW + 5 }));
      const revision = await grants.revision();
      await grants.touch([
        { id: 'g2', at: NOW + 4 },
        { id: 'g1', at: NOW + 1 },
        { id: 'gone', at: NOW },
      ]);
      await grants.touch([]);
      expect((await grants.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual([NOW + 1, NOW + 5]);
      expect(await grants.revision()).toBe(revision);
    });

    it('notes last uses without an async context', async () => {
      await grants.insert(grant('g1'));
      expect(await contextsEntered(() => grants.touch([{ id: 'g1', at: NOW }]))).toBe(0);
      expect((await grants.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual([NOW]);
    });

    it('undoes a change of grants with the transaction that it is part of', async () => {
      await grants.insert(grant('g1'));
      const revision = await grants.revision();
      const work = store.control.transaction(async () => {
        await grants.insert(grant('g2'));
        await grants.revoke('g1', NOW);
        expect(await grants.list()).toHaveLength(2);
        throw new Error('changed my mind');
      });
      await expect(work).rejects.toThrow('changed my mind');
      expect(await grants.list()).toEqual([grant('g1')]);
      expect(await grants.revision()).toBe(revision);
    });

    it('gives ten thousand grants back at once', async () => {
      const database = store.control.identity.db as Kysely<Schema>;
      for (let from = 0; from < 10_000; from += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, i) => ({
          id: `g${String(from + i).padStart(5, '0')}`,
          label: `label of ${from + i}`,
          server: 'fluentcrm',
          created_at: NOW + from + i,
          token_hash: `hash of ${from + i}`,
          organisation: 'default',
        }));
        await database.insertInto('grants').values(rows).execute();
      }
      const start = performance.now();
      const all = await grants.list();
      expect(performance.now() - start).toBeLessThan(2_000);
      expect(all).toHaveLength(10_000);
      expect(all.at(-1)).toMatchObject({ id: 'g09999', policy: undefined, createdAt: NOW + 9_999 });
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
