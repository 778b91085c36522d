import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LookStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;

/** What every driver's `LookStore` must do; `open` as for `organisationSuite`. */
export function lookSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('LookStore', () => {
    let stores: readonly [Store, Store];
    let looks: LookStore;
    let elsewhere: LookStore;
    beforeEach(async () => {
      stores = await open();
      [looks, elsewhere] = [stores[0].control.looks, stores[1].control.looks];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    const look = async (server = 'crm') => (await elsewhere.ofServers('acme', [server])).get(server);

    it('keeps what a server answered last, for everybody', async () => {
      await looks.note('acme', 'crm', { at: NOW, counts: { read: 2, write: 1 } });
      expect(await look()).toEqual({
        at: NOW,
        failure: undefined,
        tools: { counts: { read: 2, write: 1 }, at: NOW },
      });
      await looks.note('acme', 'crm', { at: NOW + 1, counts: { read: 3 } });
      expect(await look()).toMatchObject({ at: NOW + 1, tools: { counts: { read: 3 }, at: NOW + 1 } });
      expect(await look('never')).toBeUndefined();
    });

    it('keeps why there was no answer, beside the tools that were seen before', async () => {
      await looks.note('acme', 'crm', { at: NOW, failure: 'cannot connect' });
      expect(await look()).toEqual({ at: NOW, failure: 'cannot connect', tools: undefined });
      await looks.note('acme', 'crm', { at: NOW + 1, counts: { read: 2 } });
      await looks.note('acme', 'crm', { at: NOW + 2, failure: 'cannot connect' });
      const tools = { counts: { read: 2 }, at: NOW + 1 };
      expect(await look()).toEqual({ at: NOW + 2, failure: 'cannot connect', tools });
    });

    it('does not take an older answer of another process for the last one', async () => {
      await looks.note('acme', 'crm', { at: NOW, counts: { read: 2 } });
      await elsewhere.note('acme', 'crm', { at: NOW - 1, failure: 'cannot connect' });
      expect(await look()).toMatchObject({ at: NOW, failure: undefined });
    });

    it('raises no revision: gateways judge nothing by it', async () => {
      const before = await stores[0].control.revision();
      await looks.note('acme', 'crm', { at: NOW, counts: {} });
      expect(await stores[0].control.revision()).toBe(before);
    });

    it('shows nothing of another organisation, and many servers at once', async () => {
      for (const server of ['a', 'b']) await looks.note('acme', server, { at: NOW, counts: { read: 1 } });
      await looks.note('other', 'theirs', { at: NOW, counts: { read: 1 } });
      const found = await elsewhere.ofServers('acme', ['a', 'b', 'theirs', 'never']);
      expect([...found.keys()].sort()).toEqual(['a', 'b']);
      expect(await elsewhere.ofServers('acme', [])).toEqual(new Map());
    });

    it('goes with its server', async () => {
      await stores[0].control.servers.insert('acme', {
        id: 'crm',
        name: 'crm',
        kind: 'stdio',
        display: '{}',
        connectionSealed: '',
        settings: '{}',
        onChange: 'alert',
        catalogueSlug: undefined,
        createdAt: NOW,
        updatedAt: NOW,
      });
      await looks.note('acme', 'crm', { at: NOW, counts: {} });
      await stores[0].control.servers.remove('acme', 'crm', NOW);
      expect(await look()).toBeUndefined();
    });
  });
}
