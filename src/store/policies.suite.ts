import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlStore, PolicyStore, PolicyVersion } from './control-ports.ts';
import type { Store, StoredGrant } from './ports.ts';

const NOW = 1_700_000_000_000;
const DOCUMENT = '{ "version": "1", "default": "deny" }\n';

function toPublish(changes: Partial<PolicyVersion> = {}): Omit<PolicyVersion, 'version'> {
  const version = { document: DOCUMENT, note: 'first', createdAt: NOW, createdBy: 'user:ada' };
  return { server: 'crm', name: 'main', ...version, ...changes };
}

function toSave(
  changes: { server?: string; name?: string; document?: string; at?: number; by?: string } = {},
) {
  return { server: 'crm', name: 'main', document: '{"draft":1}', at: NOW, by: 'user:ada', ...changes };
}

function toDrop(name: string, at = NOW, by = 'user:ada', after?: number | null) {
  return { server: 'crm', name, at, by, ...(after !== undefined && { after }) };
}

/** What every driver's `PolicyStore` must do; `open` as for `organisationSuite`. */
export function policySuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('PolicyStore', () => {
    let stores: readonly [Store, Store];
    let control: ControlStore;
    let policies: PolicyStore;
    let elsewhere: PolicyStore;
    beforeEach(async () => {
      stores = await open();
      control = stores[0].control;
      [policies, elsewhere] = [control.policies, stores[1].control.policies];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    const numbers = async (name = 'main'): Promise<readonly number[]> =>
      (await policies.versions('acme', 'crm', name)).map((one) => one.version);

    it('keeps a draft, which is in force nowhere', async () => {
      const made = { server: 'crm', name: 'main', published: undefined, createdAt: NOW };
      expect(await policies.saveDraft('acme', toSave())).toEqual({
        ...made,
        draft: '{"draft":1}',
        draftRevision: expect.any(Number),
        updatedAt: NOW,
        updatedBy: 'user:ada',
      });
      const again = toSave({ document: '{"draft":2}', at: NOW + 1, by: 'user:bea' });
      const saved = await policies.saveDraft('acme', again);
      expect(saved).toMatchObject({
        ...made,
        draft: '{"draft":2}',
        updatedAt: NOW + 1,
        updatedBy: 'user:bea',
      });
      expect(await elsewhere.find('acme', 'crm', 'main')).toEqual(saved);
      expect(await elsewhere.published()).toEqual([]);
    });

    it('keeps a draft only for who saw the one before, and says who was quicker', async () => {
      const first = await policies.saveDraft('acme', { ...toSave(), after: null });
      const second = await policies.saveDraft('acme', { ...toSave(), after: first.draftRevision });
      expect(second.draftRevision).toBeGreaterThan(first.draftRevision);
      for (const after of [null, first.draftRevision]) {
        const late = { ...toSave({ document: '{"late":1}', at: NOW + 1, by: 'user:bea' }), after };
        await expect(elsewhere.saveDraft('acme', late)).rejects.toMatchObject({
          code: 'policy.draft_conflict',
          message: expect.stringMatching(/saved by user:ada at 2023-11-14T22:13:20.000Z/),
        });
        const drop = elsewhere.dropDraft('acme', toDrop('main', NOW, 'user:bea', after));
        await expect(drop).rejects.toMatchObject({ code: 'policy.draft_conflict' });
        const publish = elsewhere.publish('acme', toPublish(), undefined, after);
        await expect(publish).rejects.toMatchObject({ code: 'policy.draft_conflict' });
      }
      expect(await policies.find('acme', 'crm', 'main')).toEqual(second);
    });

    it('says that a draft went, to who goes on from it; its number does not come back', async () => {
      const { draftRevision: after } = await policies.saveDraft('acme', toSave());
      await policies.publish('acme', toPublish(), undefined, after);
      await expect(elsewhere.saveDraft('acme', { ...toSave(), after })).rejects.toMatchObject({
        code: 'policy.draft_conflict',
        message: expect.stringContaining('was published or discarded by user:ada'),
      });
      expect((await elsewhere.saveDraft('acme', { ...toSave(), after: null })).draftRevision).not.toBe(after);
      const gone = elsewhere.saveDraft('acme', { ...toSave({ name: 'never' }), after });
      await expect(gone).rejects.toMatchObject({ code: 'policy.draft_conflict' });
      expect(await policies.find('acme', 'crm', 'never')).toBeUndefined();
    });

    it('keeps the draft of one of many who began with the same', async () => {
      const { draftRevision: after } = await policies.saveDraft('acme', toSave());
      const settled = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? policies : elsewhere).saveDraft('acme', { ...toSave({ document: `${i}` }), after }),
        ),
      );
      expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    });

    it('leaves the draft where a publication is not of it', async () => {
      const draft = await policies.saveDraft('acme', toSave());
      await policies.publish('acme', toPublish(), undefined, 'kept');
      const { draftRevision } = draft;
      expect(await elsewhere.find('acme', 'crm', 'main')).toMatchObject({
        draft: '{"draft":1}',
        draftRevision,
        published: 1,
      });
    });

    it('publishes the exact text, and drops the draft', async () => {
      await policies.saveDraft('acme', toSave());
      const published = await policies.publish('acme', toPublish({ createdAt: NOW + 1 }), undefined);
      expect(published).toEqual({ ...toPublish({ createdAt: NOW + 1 }), version: 1 });
      expect(await elsewhere.find('acme', 'crm', 'main')).toMatchObject({
        draft: undefined,
        published: 1,
        createdAt: NOW,
        updatedAt: NOW + 1,
      });
      expect(await elsewhere.version('acme', 'crm', 'main', 1)).toEqual(published);
      expect(await elsewhere.version('acme', 'crm', 'main', 2)).toBeUndefined();
      expect(await elsewhere.published()).toEqual([{ ...published, organisation: 'acme' }]);
    });

    it('adds versions and changes none', async () => {
      const first = await policies.publish('acme', toPublish(), undefined);
      const second = await policies.publish('acme', toPublish({ document: '{}', note: 'second' }), 1);
      await policies.saveDraft('acme', toSave());
      expect(await elsewhere.versions('acme', 'crm', 'main')).toEqual([first, second]);
      expect((await elsewhere.published()).map((one) => one.version)).toEqual([2]);
      expect(await elsewhere.find('acme', 'crm', 'main')).toMatchObject({
        draft: '{"draft":1}',
        published: 2,
      });
    });

    it.each<[string, number | undefined]>([
      ['none', undefined],
      ['one that is over', 1],
      ['one that never was', 3],
    ])('refuses to publish for who saw %s in force', async (_name, after) => {
      await policies.publish('acme', toPublish(), undefined);
      await policies.publish('acme', toPublish(), 1);
      await policies.saveDraft('acme', toSave());
      const late = policies.publish('acme', toPublish(), after);
      await expect(late).rejects.toMatchObject({ code: 'policy.conflict' });
      expect(await numbers()).toEqual([1, 2]);
      expect(await policies.find('acme', 'crm', 'main')).toMatchObject({
        draft: '{"draft":1}',
        published: 2,
      });
    });

    it('publishes for one of many who saw the same version', async () => {
      const settled = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? policies : elsewhere).publish('acme', toPublish({ note: `${i}` }), undefined),
        ),
      );
      expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      for (const one of settled) {
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'policy.conflict' });
      }
      expect(await numbers()).toEqual([1]);
    });

    it('drops a draft, and with it a policy that never was more', async () => {
      await policies.saveDraft('acme', toSave());
      await policies.publish('acme', toPublish({ name: 'other' }), undefined);
      await policies.saveDraft('acme', toSave({ name: 'other' }));
      expect(await policies.dropDraft('acme', toDrop('main', NOW + 1, 'user:bea'))).toBe(true);
      expect(await policies.dropDraft('acme', toDrop('main', NOW + 1, 'user:bea'))).toBe(false);
      expect(await policies.dropDraft('acme', toDrop('other', NOW + 1, 'user:bea'))).toBe(true);
      expect(await policies.list('acme', 'crm')).toEqual([
        {
          server: 'crm',
          name: 'other',
          draft: undefined,
          draftRevision: undefined,
          published: 1,
          createdAt: NOW,
          updatedAt: NOW + 1,
          updatedBy: 'user:bea',
        },
      ]);
    });

    it('lists the policies of a server by name, the same on every store', async () => {
      for (const name of ['main', 'Zeta', '__proto__', 'éclair', 'a-b', 'ab']) {
        await policies.saveDraft('acme', toSave({ name }));
      }
      await policies.saveDraft('acme', toSave({ server: 'shop', name: 'shop' }));
      const names = (await elsewhere.list('acme', 'crm')).map((policy) => policy.name);
      expect(names).toEqual(['Zeta', '__proto__', 'a-b', 'ab', 'main', 'éclair']);
    });

    it('removes a policy, keeps its versions, and goes on counting', async () => {
      const first = await policies.publish('acme', toPublish(), undefined);
      expect(await policies.remove('acme', 'crm', 'main', NOW)).toBe(true);
      expect(await policies.remove('acme', 'crm', 'main', NOW)).toBe(false);
      expect(await policies.find('acme', 'crm', 'main')).toBeUndefined();
      expect(await elsewhere.published()).toEqual([]);
      expect(await elsewhere.version('acme', 'crm', 'main', 1)).toEqual(first);
      const again = await policies.publish('acme', toPublish({ createdAt: NOW + 9 }), undefined);
      expect(again.version).toBe(2);
      expect(await policies.find('acme', 'crm', 'main')).toMatchObject({ createdAt: NOW + 9, published: 2 });
    });

    it('removes no policy that a live grant carries', async () => {
      const carrying = (id: string, changes: Partial<StoredGrant> = {}): StoredGrant => ({
        id,
        label: id,
        server: 'crm',
        policy: 'main',
        createdAt: NOW,
        expiresAt: undefined,
        revokedAt: undefined,
        organisation: 'acme',
        tokenHash: `hash of ${id}`,
        ...changes,
      });
      const { grants } = stores[0];
      await policies.publish('acme', toPublish(), undefined);
      await grants.insert(carrying('revoked', { revokedAt: NOW }));
      await grants.insert(carrying('expired', { expiresAt: NOW }));
      await grants.insert(carrying('another policy', { policy: 'other' }));
      await grants.insert(carrying('another server', { server: 'shop' }));
      await grants.insert(carrying('another organisation', { organisation: 'other' }));
      await grants.insert(carrying('live', { expiresAt: NOW + 1 }));
      await expect(policies.remove('acme', 'crm', 'main', NOW)).rejects.toMatchObject({
        code: 'policy.in_use',
        message: expect.stringContaining('"live"'),
      });
      expect(await policies.find('acme', 'crm', 'main')).toBeDefined();
      expect(await policies.remove('acme', 'crm', 'main', NOW + 1)).toBe(true);
    });

    it('raises the revision with every change, for everybody', async () => {
      const seen = [await stores[1].control.revision()];
      const note = async (): Promise<number> => seen.push(await stores[1].control.revision());
      await policies.saveDraft('acme', toSave());
      await note();
      await policies.publish('acme', toPublish(), undefined);
      await note();
      await policies.saveDraft('acme', toSave());
      await note();
      await policies.dropDraft('acme', toDrop('main', NOW, 'user:ada'));
      await note();
      await policies.remove('acme', 'crm', 'main', NOW);
      await note();
      expect(new Set(seen).size).toBe(6);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      await policies.publish('acme', toPublish(), 7).catch(() => {});
      expect(await control.revision()).toBe(seen.at(-1));
    });

    it('shows and changes nothing of another organisation', async () => {
      const mine = await policies.publish('acme', toPublish(), undefined);
      await policies.saveDraft('acme', toSave());
      expect(await policies.list('other', 'crm')).toEqual([]);
      expect(await policies.find('other', 'crm', 'main')).toBeUndefined();
      expect(await policies.versions('other', 'crm', 'main')).toEqual([]);
      expect(await policies.version('other', 'crm', 'main', 1)).toBeUndefined();
      expect(await policies.dropDraft('other', toDrop('main', NOW, 'user:eve'))).toBe(false);
      expect(await policies.remove('other', 'crm', 'main', NOW)).toBe(false);
      await policies.saveDraft('other', toSave({ document: 'theirs' }));
      const theirs = await policies.publish('other', toPublish({ document: 'theirs' }), undefined);
      expect(theirs.version).toBe(1);
      expect(await policies.versions('acme', 'crm', 'main')).toEqual([mine]);
      expect(await policies.find('acme', 'crm', 'main')).toMatchObject({
        draft: '{"draft":1}',
        published: 1,
      });
      expect(await policies.published()).toHaveLength(2);
    });

    it('refuses text that a store would cut, and changes nothing then', async () => {
      const odd = policies.publish('acme', toPublish({ document: '{}\0' }), undefined);
      await expect(odd).rejects.toMatchObject({ code: 'store.text' });
      const draft = policies.saveDraft('acme', toSave({ document: '\udfff' }));
      await expect(draft).rejects.toMatchObject({ code: 'store.text' });
      expect(await policies.list('acme', 'crm')).toEqual([]);
      expect(await numbers()).toEqual([]);
    });

    it('keeps a long document as it is', async () => {
      const document = `{"description":"${'zażółć 🐘 \\u0000 '.repeat(50_000)}"}`;
      await policies.publish('acme', toPublish({ document }), undefined);
      expect((await elsewhere.version('acme', 'crm', 'main', 1))?.document).toBe(document);
    });
  });
}
