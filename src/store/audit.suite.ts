import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent, AuditStore, ControlStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;

/** Makes the next event, as who seals the log does; the hash only has to tell events apart here. */
function seal(changes: Partial<AuditEvent> = {}): (previous: AuditEvent | undefined) => AuditEvent {
  return (previous) => {
    const seq = (previous?.seq ?? 0) + 1;
    return {
      seq,
      at: NOW,
      actor: 'user:ada',
      actorLabel: 'Ada',
      action: 'policy.publish',
      target: 'policy:crm/main',
      detail: '{}',
      previousHash: previous?.hash ?? '0'.repeat(64),
      hash: `hash ${seq} over ${previous?.hash ?? 'nothing'}`,
      ...changes,
    };
  };
}

/** What every driver's `AuditStore` must do; `open` as for `organisationSuite`. */
export function auditSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('AuditStore', () => {
    let stores: readonly [Store, Store];
    let control: ControlStore;
    let audit: AuditStore;
    let elsewhere: AuditStore;
    beforeEach(async () => {
      stores = await open();
      control = stores[0].control;
      [audit, elsewhere] = [control.audit, stores[1].control.audit];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    const seqs = async (query: Parameters<AuditStore['list']>[1], organisation = 'acme') =>
      (await audit.list(organisation, query)).map((event) => event.seq);

    it('gives events back as they were sealed, newest first', async () => {
      const first = await audit.append(
        'acme',
        seal({ detail: '{"name":"Zażółć 🐘"}', actorLabel: "O'Neil" }),
      );
      const second = await elsewhere.append('acme', seal({ action: 'grant.mint', at: NOW + 1 }));
      expect(second.previousHash).toBe(first.hash);
      expect(await elsewhere.list('acme', { limit: 10 })).toEqual([second, first]);
    });

    it('makes one chain of what many append at once', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? audit : elsewhere).append('acme', seal())),
      );
      const events = await audit.list('acme', { after: 0, limit: 100 });
      expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      const links = events.map((event) => event.previousHash);
      expect(links).toEqual(['0'.repeat(64), ...events.slice(0, -1).map((event) => event.hash)]);
    });

    it('leaves no gap where a change was undone together with its event', async () => {
      await audit.append('acme', seal());
      const undone = control.transaction(async () => {
        await audit.append('acme', seal());
        throw new Error('the change failed');
      });
      await expect(undone).rejects.toThrow('the change failed');
      expect((await elsewhere.append('acme', seal())).seq).toBe(2);
    });

    it('appends events of one transaction one after another', async () => {
      await control.transaction(async () => {
        await audit.append('acme', seal());
        await audit.append('acme', seal());
      });
      expect(await seqs({ limit: 10 })).toEqual([2, 1]);
    });

    it('takes no event that does not follow the last one', async () => {
      await audit.append('acme', seal());
      for (const seq of [1, 3, 0]) await expect(audit.append('acme', seal({ seq }))).rejects.toThrow();
      expect(await seqs({ limit: 10 })).toEqual([1]);
    });

    it('pages in both directions', async () => {
      for (let i = 0; i < 6; i++) await audit.append('acme', seal());
      expect(await seqs({ limit: 2 })).toEqual([6, 5]);
      expect(await seqs({ before: 5, limit: 2 })).toEqual([4, 3]);
      expect(await seqs({ before: 1, limit: 2 })).toEqual([]);
      expect(await seqs({ after: 0, limit: 2 })).toEqual([1, 2]);
      expect(await seqs({ after: 2, limit: 10 })).toEqual([3, 4, 5, 6]);
      expect(await seqs({ after: 2, before: 5, limit: 10 })).toEqual([3, 4]);
    });

    it('filters by what was done and by whom', async () => {
      await audit.append('acme', seal({ action: 'grant.mint' }));
      await audit.append('acme', seal({ actor: 'key:1' }));
      await audit.append('acme', seal({ actor: 'key:1', action: 'grant.mint' }));
      expect(await seqs({ action: 'grant.mint', limit: 10 })).toEqual([3, 1]);
      expect(await seqs({ actor: 'key:1', limit: 10 })).toEqual([3, 2]);
      expect(await seqs({ actor: 'key:1', action: 'grant.mint', limit: 10 })).toEqual([3]);
    });

    it('filters by what it was done to, and by when', async () => {
      for (let i = 0; i < 4; i++) await audit.append('acme', seal({ at: NOW + i, target: `grant:${i % 2}` }));
      expect(await seqs({ target: 'grant:1', limit: 10 })).toEqual([4, 2]);
      expect(await seqs({ target: 'grant', limit: 10 })).toEqual([]);
      expect(await seqs({ since: NOW + 1, limit: 10 })).toEqual([4, 3, 2]);
      expect(await seqs({ until: NOW + 1, limit: 10 })).toEqual([1]);
      expect(await seqs({ since: NOW + 1, until: NOW + 3, target: 'grant:0', limit: 10 })).toEqual([3]);
      expect(await seqs({ since: NOW + 1, before: 4, limit: 1 })).toEqual([3]);
    });

    it('keeps a chain for each organisation', async () => {
      await audit.append('acme', seal());
      await audit.append('acme', seal());
      expect((await audit.append('other', seal())).seq).toBe(1);
      expect(await seqs({ limit: 10 }, 'other')).toEqual([1]);
      expect(await seqs({ limit: 10 }, 'nobody')).toEqual([]);
      expect(await elsewhere.organisations()).toEqual(['acme', 'other']);
    });

    it('refuses text that a store would cut', async () => {
      const odd = audit.append('acme', seal({ target: 'server:a\0' }));
      await expect(odd).rejects.toMatchObject({ code: 'store.text' });
      expect(await seqs({ limit: 10 })).toEqual([]);
      expect(await audit.organisations()).toEqual([]);
    });
  });
}
