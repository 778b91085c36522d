import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlStore, ManagedServer, ServerStore } from './control-ports.ts';
import type { Store, StoredGrant } from './ports.ts';

const NOW = 1_700_000_000_000;

function server(id: string, changes: Partial<ManagedServer> = {}): ManagedServer {
  return {
    id,
    name: `Name of ${id}`,
    kind: 'streamable-http',
    display: '{"host":"crm.example.com"}',
    connectionSealed: `sealed ${id}`,
    settings: '{}',
    onChange: 'alert',
    catalogueSlug: undefined,
    createdAt: NOW,
    updatedAt: NOW,
    ...changes,
  };
}

function grant(id: string, changes: Partial<StoredGrant> = {}): StoredGrant {
  return {
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
  };
}

/** What every driver's `ServerStore` must do; `open` as for `organisationSuite`. */
export function serverSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('ServerStore', () => {
    let stores: readonly [Store, Store];
    let control: ControlStore;
    let servers: ServerStore;
    let elsewhere: ServerStore;
    beforeEach(async () => {
      stores = await open();
      control = stores[0].control;
      [servers, elsewhere] = [control.servers, stores[1].control.servers];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    it('gives servers back as they were put in, oldest first', async () => {
      const later = server('crm', {
        createdAt: NOW + 1,
        kind: 'stdio',
        onChange: 'block',
        catalogueSlug: 'crm',
      });
      const earlier = server('shop', { name: 'Sklep "żółw" 🐢', kind: 'sse' });
      await servers.insert('acme', later);
      await servers.insert('acme', earlier);
      expect(await elsewhere.list('acme')).toEqual([earlier, later]);
      expect(await elsewhere.find('acme', 'crm')).toEqual(later);
      expect(await elsewhere.find('acme', 'nothing')).toBeUndefined();
    });

    it('gives an id once in the whole installation', async () => {
      await servers.insert('acme', server('crm'));
      for (const organisation of ['acme', 'other']) {
        const again = elsewhere.insert(organisation, server('crm', { name: 'Again' }));
        await expect(again).rejects.toMatchObject({ code: 'server.exists' });
      }
      expect(await servers.find('acme', 'crm')).toEqual(server('crm'));
      expect(await servers.find('other', 'crm')).toBeUndefined();
    });

    it('gives one of two that want the same id at once', async () => {
      const settled = await Promise.allSettled([
        servers.insert('acme', server('crm')),
        elsewhere.insert('other', server('crm')),
      ]);
      expect(settled.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await servers.all()).toHaveLength(1);
    });

    it('changes what it is told to change', async () => {
      await servers.insert('acme', server('crm'));
      await servers.insert('acme', server('shop'));
      const changed = server('crm', { name: 'CRM', onChange: 'block', updatedAt: NOW + 1 });
      expect(await servers.update('acme', 'crm', { name: 'CRM', onChange: 'block' }, NOW + 1)).toEqual(
        changed,
      );
      const moved = { kind: 'stdio', display: '{}', connectionSealed: 'new', settings: '{"a":1}' } as const;
      const after = { ...changed, ...moved, updatedAt: NOW + 2 };
      expect(await servers.update('acme', 'crm', moved, NOW + 2)).toEqual(after);
      expect(await elsewhere.find('acme', 'crm')).toEqual(after);
      expect(await elsewhere.find('acme', 'shop')).toEqual(server('shop'));
      expect(await servers.update('acme', 'nothing', { name: 'x' }, NOW)).toBeUndefined();
    });

    it('knows the servers of all organisations, without those that were removed', async () => {
      await servers.insert('acme', server('a'));
      await servers.insert('other', server('b'));
      await servers.insert('other', server('c'));
      await servers.remove('other', 'c', NOW);
      expect(await elsewhere.all()).toEqual([
        { ...server('a'), organisation: 'acme' },
        { ...server('b'), organisation: 'other' },
      ]);
    });

    it('remembers which servers an organisation ever had', async () => {
      await servers.insert('acme', server('crm'));
      await servers.insert('acme', server('shop'));
      await servers.insert('other', server('c'));
      await servers.remove('acme', 'crm', NOW);
      expect((await servers.everRegistered('acme')).toSorted()).toEqual(['crm', 'shop']);
    });

    it('removes a server once, with its grants, policies and pins, and never gives its id again', async () => {
      const { grants } = stores[0];
      await servers.insert('acme', server('crm'));
      await grants.insert(grant('g1'));
      await grants.insert(grant('g2', { revokedAt: NOW - 5 }));
      await grants.insert(grant('g3', { server: 'shop' }));
      const version = {
        server: 'crm',
        name: 'main',
        document: '{}',
        note: '',
        createdAt: NOW,
        createdBy: 'user:ada',
      };
      await control.policies.publish('acme', version, undefined);
      const pin = { tool: 'a', hash: 'h', definition: '{}', acceptedAt: NOW, acceptedBy: 'user:ada' };
      await control.pins.replace('acme', 'crm', [pin]);
      const grantRevision = await grants.revision();

      const removed = await Promise.all([
        servers.remove('acme', 'crm', NOW),
        elsewhere.remove('acme', 'crm', NOW),
      ]);
      expect(removed.toSorted()).toEqual([false, true]);

      expect(await servers.find('acme', 'crm')).toBeUndefined();
      expect(await servers.list('acme')).toEqual([]);
      expect(await servers.update('acme', 'crm', { name: 'x' }, NOW)).toBeUndefined();
      expect((await grants.list()).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
        ['g1', NOW],
        ['g2', NOW - 5],
        ['g3', undefined],
      ]);
      expect(await grants.revision()).toBeGreaterThan(grantRevision);
      expect(await control.policies.published()).toEqual([]);
      expect(await control.policies.versions('acme', 'crm', 'main')).toHaveLength(1);
      expect(await control.pins.pins('crm')).toEqual([]);
      await expect(servers.insert('acme', server('crm'))).rejects.toMatchObject({ code: 'server.exists' });
    });

    it('keeps no way to reach a server that was removed', async () => {
      await servers.insert('acme', server('crm'));
      await servers.remove('acme', 'crm', NOW);
      expect(await servers.reseal('crm', 'sealed crm', 'sealed anew')).toBe(false);
      expect(await servers.reseal('crm', '', 'sealed anew')).toBe(false);
    });

    it('seals a connection anew if it is still the one that was read', async () => {
      await servers.insert('acme', server('crm'));
      const resealed = await Promise.all([
        servers.reseal('crm', 'sealed crm', 'by one'),
        elsewhere.reseal('crm', 'sealed crm', 'by another'),
      ]);
      expect(resealed.filter(Boolean)).toHaveLength(1);
      const { connectionSealed, ...rest } = (await servers.find('acme', 'crm')) ?? server('nothing');
      expect(['by one', 'by another']).toContain(connectionSealed);
      expect({ ...rest, connectionSealed: 'sealed crm' }).toEqual(server('crm'));
    });

    it('raises the revision with every change, for everybody', async () => {
      const seen = [await stores[1].control.revision()];
      const note = async (): Promise<number> => seen.push(await stores[1].control.revision());
      await servers.insert('acme', server('crm'));
      await note();
      await servers.update('acme', 'crm', { name: 'x' }, NOW);
      await note();
      await servers.remove('acme', 'crm', NOW);
      await note();
      expect(new Set(seen).size).toBe(4);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      await servers.update('acme', 'crm', { name: 'x' }, NOW);
      await servers.remove('acme', 'crm', NOW);
      expect(await control.revision()).toBe(seen.at(-1));
    });

    it('raises nothing for a change that was undone', async () => {
      const before = await control.revision();
      const failed = control.transaction(async () => {
        await servers.insert('acme', server('crm'));
        throw new Error('thought better of it');
      });
      await expect(failed).rejects.toThrow('thought better of it');
      expect(await control.revision()).toBe(before);
      expect(await servers.all()).toEqual([]);
    });

    it('shows and changes nothing of another organisation', async () => {
      await servers.insert('acme', server('crm'));
      await stores[0].grants.insert(grant('g1'));
      const revision = await control.revision();
      expect(await servers.find('other', 'crm')).toBeUndefined();
      expect(await servers.list('other')).toEqual([]);
      expect(await servers.update('other', 'crm', { name: 'Taken' }, NOW)).toBeUndefined();
      expect(await servers.remove('other', 'crm', NOW)).toBe(false);
      expect(await servers.list('acme')).toEqual([server('crm')]);
      expect((await stores[0].grants.list())[0]?.revokedAt).toBeUndefined();
      expect(await control.revision()).toBe(revision);
    });

    it('refuses text that a store would cut', async () => {
      const odd = servers.insert('acme', server('crm', { name: 'a\0b' }));
      await expect(odd).rejects.toMatchObject({ code: 'store.text' });
      await servers.insert('acme', server('crm'));
      const edited = servers.update('acme', 'crm', { settings: '\ud83d' }, NOW);
      await expect(edited).rejects.toMatchObject({ code: 'store.text' });
      expect(await servers.find('acme', 'crm')).toEqual(server('crm'));
    });
  });
}
