import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsEntered } from '../../test/support/entered-contexts.ts';
import type { Approval, ApprovalStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;
const LIFE = 60_000;

function held(id: string, changes: Partial<Approval> = {}): Approval {
  return {
    id,
    server: 'crm',
    grantId: 'gr_1',
    grantLabel: 'agent',
    tool: 'resume_campaign',
    policy: 'main',
    policyVersion: '3',
    rule: '/tools/resume_campaign/action',
    reason: 'Resuming sends e-mail at once.',
    fingerprint: 'fingerprint',
    argumentsSealed: `sealed ${id}`,
    status: 'pending',
    requestedAt: NOW,
    expiresAt: NOW + LIFE,
    decidedAt: undefined,
    decidedBy: undefined,
    note: '',
    usedAt: undefined,
    asked: 1,
    ...changes,
  };
}

const verdict = (status: 'approved' | 'denied', changes: { at?: number; expiresAt?: number } = {}) => ({
  status,
  by: 'user:ada',
  note: 'as agreed',
  at: NOW + 1,
  expiresAt: NOW + LIFE,
  ...changes,
});

/** What every driver's `ApprovalStore` must do; `open` as for `organisationSuite`. */
export function approvalSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('ApprovalStore', () => {
    let stores: readonly [Store, Store];
    let approvals: ApprovalStore;
    let elsewhere: ApprovalStore;
    beforeEach(async () => {
      stores = await open();
      [approvals, elsewhere] = [stores[0].control.approvals, stores[1].control.approvals];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    /** Everybody at once, half of them in the other opener. */
    const crowd = <T>(act: (store: ApprovalStore, i: number) => Promise<T>): Promise<readonly T[]> =>
      Promise.all(Array.from({ length: 20 }, (_, i) => act(i % 2 === 0 ? approvals : elsewhere, i)));
    const statusOf = async (id: string) => (await elsewhere.find('acme', id))?.status;
    async function approved(id = 'a1'): Promise<void> {
      await approvals.ask('acme', held(id), NOW);
      await approvals.decide('acme', id, verdict('approved'));
    }

    describe('asking', () => {
      it('keeps what was asked', async () => {
        expect(await approvals.ask('acme', held('a1'), NOW)).toEqual({ approval: held('a1'), isNew: true });
        expect(await elsewhere.find('acme', 'a1')).toEqual(held('a1'));
        expect(await elsewhere.find('acme', 'nothing')).toBeUndefined();
      });

      it('gives everybody who asks for the same call the same approval', async () => {
        const asked = await crowd((store, i) => store.ask('acme', held(`a${i}`), NOW));
        expect(asked.filter((one) => one.isNew)).toHaveLength(1);
        expect(new Set(asked.map((one) => one.approval.id)).size).toBe(1);
        const all = await approvals.list('acme', { limit: 100 }, NOW);
        expect(all.map((one) => one.asked)).toEqual([20]);
      });

      it('keeps different calls apart, and the same call of another organisation', async () => {
        await approvals.ask('acme', held('a1'), NOW);
        const others = [
          await approvals.ask('acme', held('a2', { fingerprint: 'another' }), NOW),
          await approvals.ask('other', held('a3'), NOW),
        ];
        expect(others.map((one) => [one.approval.id, one.isNew])).toEqual([
          ['a2', true],
          ['a3', true],
        ]);
      });

      it.each(['approved', 'denied'] as const)(
        'gives one that was %s until its time is over',
        async (status) => {
          await approvals.ask('acme', held('a1'), NOW);
          await approvals.decide('acme', 'a1', verdict(status));
          const again = await approvals.ask('acme', held('a2'), NOW + LIFE - 1);
          expect(again).toMatchObject({ isNew: false, approval: { id: 'a1', status, asked: 2 } });
          const after = await approvals.ask('acme', held('a3', { expiresAt: NOW + 9 * LIFE }), NOW + LIFE);
          expect(after).toMatchObject({ isNew: true, approval: { id: 'a3' } });
          // Who refused it stays written down.
          expect(await statusOf('a1')).toBe(status === 'denied' ? 'denied' : 'expired');
        },
      );

      it('puts one fresh approval in the place of one that has expired, whoever asks', async () => {
        await approvals.ask('acme', held('a0'), NOW);
        const later = { requestedAt: NOW + LIFE, expiresAt: NOW + 2 * LIFE };
        const asked = await crowd((store, i) => store.ask('acme', held(`b${i}`, later), NOW + LIFE));
        expect(asked.filter((one) => one.isNew)).toHaveLength(1);
        expect(new Set(asked.map((one) => one.approval.id)).size).toBe(1);
        expect(await statusOf('a0')).toBe('expired');
      });

      it('asks anew once the right was used', async () => {
        await approved();
        await approvals.use('acme', 'a1', NOW + 2);
        expect(await approvals.ask('acme', held('a2'), NOW + 3)).toMatchObject({ isNew: true });
      });

      it('asks, and gives a right back, without an async context', async () => {
        const entered = await contextsEntered(async () => {
          await approved();
          await approvals.use('acme', 'a1', NOW + 2);
          await approvals.giveBack('acme', 'a1', NOW + 2);
        });
        expect(entered).toBe(0);
        expect(await statusOf('a1')).toBe('approved');
      });

      it('refuses text that a store would cut', async () => {
        const odd = approvals.ask('acme', held('a1', { tool: 'a\0b' }), NOW);
        await expect(odd).rejects.toMatchObject({ code: 'store.text' });
        expect(await approvals.list('acme', { limit: 10 }, NOW)).toEqual([]);
      });
    });

    describe('deciding', () => {
      it('writes down who decided what, and when', async () => {
        await approvals.ask('acme', held('a1'), NOW);
        const decided = await approvals.decide('acme', 'a1', verdict('approved', { expiresAt: NOW + 5 }));
        expect(decided).toBe(true);
        expect(await elsewhere.find('acme', 'a1')).toEqual(
          held('a1', {
            status: 'approved',
            decidedAt: NOW + 1,
            decidedBy: 'user:ada',
            note: 'as agreed',
            expiresAt: NOW + 5,
          }),
        );
      });

      it('lets one of many decide', async () => {
        await approvals.ask('acme', held('a1'), NOW);
        const decided = await crowd((store, i) =>
          store.decide('acme', 'a1', { ...verdict(i % 3 === 0 ? 'approved' : 'denied'), by: `user:${i}` }),
        );
        expect(decided.filter(Boolean)).toHaveLength(1);
        const by = decided.indexOf(true);
        expect(await approvals.find('acme', 'a1')).toMatchObject({
          decidedBy: `user:${by}`,
          status: by % 3 === 0 ? 'approved' : 'denied',
        });
      });

      it('refuses a decision that comes too late', async () => {
        await approvals.ask('acme', held('a1'), NOW);
        const late = verdict('approved', { at: NOW + LIFE, expiresAt: NOW + 9 * LIFE });
        expect(await approvals.decide('acme', 'a1', late)).toBe(false);
        expect(await statusOf('a1')).toBe('pending');
      });

      it('never changes a decision', async () => {
        for (const [id, status] of [
          ['a1', 'approved'],
          ['a2', 'denied'],
        ] as const) {
          await approvals.ask('acme', held(id, { fingerprint: id }), NOW);
          await approvals.decide('acme', id, verdict(status));
          expect(await approvals.decide('acme', id, verdict('approved'))).toBe(false);
          expect(await approvals.decide('acme', id, verdict('denied'))).toBe(false);
          expect(await statusOf(id)).toBe(status);
        }
      });
    });

    describe('using', () => {
      it('gives the right to one of many', async () => {
        await approved();
        const used = await crowd((store) => store.use('acme', 'a1', NOW + 2));
        expect(used.filter(Boolean)).toHaveLength(1);
        expect(await elsewhere.find('acme', 'a1')).toMatchObject({ status: 'used', usedAt: NOW + 2 });
      });

      it('gives no right without a yes that still holds', async () => {
        await approvals.ask('acme', held('pending', { fingerprint: '1' }), NOW);
        await approvals.ask('acme', held('denied', { fingerprint: '2' }), NOW);
        await approvals.decide('acme', 'denied', verdict('denied'));
        await approved('late');
        expect(await approvals.use('acme', 'pending', NOW + 2)).toBe(false);
        expect(await approvals.use('acme', 'denied', NOW + 2)).toBe(false);
        expect(await approvals.use('acme', 'late', NOW + LIFE)).toBe(false);
        expect(await approvals.use('acme', 'nothing', NOW + 2)).toBe(false);
      });

      it('gives the right back to be used once more', async () => {
        await approved();
        await approvals.use('acme', 'a1', NOW + 2);
        const back = await crowd((store) => store.giveBack('acme', 'a1', NOW + 2));
        expect(back.filter(Boolean)).toHaveLength(1);
        expect(await elsewhere.find('acme', 'a1')).toMatchObject({ status: 'approved', usedAt: undefined });
        expect(await approvals.ask('acme', held('a2'), NOW + 3)).toMatchObject({
          isNew: false,
          approval: { id: 'a1' },
        });
        const used = await crowd((store) => store.use('acme', 'a1', NOW + 4));
        expect(used.filter(Boolean)).toHaveLength(1);
      });

      it('gives nothing back that was not used at that moment', async () => {
        await approved();
        expect(await approvals.giveBack('acme', 'a1', NOW + 2)).toBe(false);
        await approvals.use('acme', 'a1', NOW + 2);
        expect(await approvals.giveBack('acme', 'a1', NOW + 3)).toBe(false);
        expect(await statusOf('a1')).toBe('used');
      });

      it('gives no right back whose time is over', async () => {
        await approved();
        await approvals.use('acme', 'a1', NOW + 2);
        await approvals.giveBack('acme', 'a1', NOW + 2);
        expect(await approvals.use('acme', 'a1', NOW + LIFE)).toBe(false);
        expect(await approvals.ask('acme', held('a2'), NOW + LIFE)).toMatchObject({ isNew: true });
      });

      it('ends a right whose call was asked for anew meanwhile', async () => {
        await approved();
        await approvals.use('acme', 'a1', NOW + 2);
        await approvals.ask('acme', held('a2'), NOW + 3);
        expect(await approvals.giveBack('acme', 'a1', NOW + 2)).toBe(false);
        expect(await statusOf('a1')).toBe('expired');
        expect(await statusOf('a2')).toBe('pending');
        expect(await approvals.use('acme', 'a1', NOW + 4)).toBe(false);
      });

      it('never doubles a right, however giving back and asking meet', async () => {
        for (let round = 0; round < 15; round++) {
          const [id, next, fingerprint] = [`a${round}`, `b${round}`, `f${round}`];
          await approvals.ask('acme', held(id, { fingerprint }), NOW);
          await approvals.decide('acme', id, verdict('approved'));
          await approvals.use('acme', id, NOW + 2);
          const [isBack, asked] = await Promise.all([
            approvals.giveBack('acme', id, NOW + 2),
            elsewhere.ask('acme', held(next, { fingerprint }), NOW + 3),
          ]);
          expect(asked.isNew).toBe(!isBack);
          expect(asked.approval.id).toBe(isBack ? id : next);
          expect(await statusOf(id)).toBe(isBack ? 'approved' : 'expired');
        }
      });
    });

    describe('keeping', () => {
      it('lists newest first, by pages and filters', async () => {
        for (let i = 1; i <= 5; i++) {
          const changes = {
            fingerprint: `${i}`,
            server: i === 2 ? 'shop' : 'crm',
            grantId: i < 4 ? 'g1' : 'g2',
          };
          await approvals.ask('acme', held(`a${i}`, changes), NOW);
        }
        await approvals.decide('acme', 'a1', verdict('denied'));
        const ids = async (filter: Partial<Parameters<ApprovalStore['list']>[1]>, now = NOW) =>
          (await elsewhere.list('acme', { limit: 10, ...filter }, now)).map((one) => one.id);
        expect(await ids({})).toEqual(['a5', 'a4', 'a3', 'a2', 'a1']);
        expect(await ids({ limit: 2 })).toEqual(['a5', 'a4']);
        expect(await ids({ limit: 2, before: 'a4' })).toEqual(['a3', 'a2']);
        expect(await ids({ server: 'shop' })).toEqual(['a2']);
        expect(await ids({ grantId: 'g2' })).toEqual(['a5', 'a4']);
        expect(await ids({ status: 'denied' })).toEqual(['a1']);
        expect(await ids({ status: 'pending', grantId: 'g1' })).toEqual(['a3', 'a2']);
        expect(await ids({ status: 'decided' })).toEqual(['a1']);
        expect(await ids({ status: 'decided' }, NOW + LIFE)).toEqual(['a5', 'a4', 'a3', 'a2', 'a1']);
      });

      it('lists as expired what is over, whether or not somebody marked it', async () => {
        await approvals.ask('acme', held('a1', { fingerprint: '1' }), NOW);
        await approvals.ask('acme', held('a2', { fingerprint: '2', expiresAt: NOW + 1 }), NOW);
        await approvals.expire(NOW + 1);
        const list = (status: Approval['status'] | 'decided', now: number) =>
          approvals.list('acme', { status, limit: 10 }, now);
        expect((await list('pending', NOW + LIFE - 1)).map((one) => one.id)).toEqual(['a1']);
        expect(await list('pending', NOW + LIFE)).toEqual([]);
        const over = await list('expired', NOW + LIFE);
        expect(over.map((one) => [one.id, one.status])).toEqual([
          ['a2', 'expired'],
          ['a1', 'expired'],
        ]);
        expect((await list('decided', NOW + LIFE - 1)).map((one) => one.id)).toEqual(['a2']);
        expect((await list('decided', NOW + LIFE)).map((one) => one.id)).toEqual(['a2', 'a1']);
      });

      it('tells one of those who look what has expired', async () => {
        await approvals.ask('acme', held('a1', { fingerprint: '1' }), NOW);
        await approvals.ask('other', held('a2'), NOW);
        await approvals.decide('other', 'a2', verdict('approved'));
        await approvals.ask('acme', held('a3', { fingerprint: '3' }), NOW);
        await approvals.decide('acme', 'a3', verdict('denied'));
        await approvals.ask('acme', held('a4', { fingerprint: '4', expiresAt: NOW + LIFE + 1 }), NOW);
        const told = await crowd((store) => store.expire(NOW + LIFE));
        const expired = told.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
        expect(expired.map((one) => [one.organisation, one.id, one.status])).toEqual([
          ['acme', 'a1', 'expired'],
          ['other', 'a2', 'expired'],
        ]);
        expect(await statusOf('a3')).toBe('denied');
        expect(await statusOf('a4')).toBe('pending');
      });

      it('forgets what ended before a time, and nothing that still counts', async () => {
        await approved('used');
        await approvals.use('acme', 'used', NOW + 2);
        await approvals.ask('acme', held('denied', { fingerprint: '2' }), NOW);
        await approvals.decide('acme', 'denied', verdict('denied', { expiresAt: NOW + 2 * LIFE }));
        await approvals.ask('acme', held('pending', { fingerprint: '3' }), NOW);
        expect(await approvals.prune(NOW + LIFE)).toBe(0);
        expect(await approvals.prune(NOW + LIFE + 1)).toBe(1);
        expect(await statusOf('used')).toBeUndefined();
        expect(await statusOf('denied')).toBe('denied');
        expect(await statusOf('pending')).toBe('pending');
      });

      it('seals arguments anew if they are still those that were read', async () => {
        await approvals.ask('acme', held('a1'), NOW);
        expect(await approvals.reseal('a1', 'something else', 'new')).toBe(false);
        expect(await approvals.reseal('a1', 'sealed a1', 'new')).toBe(true);
        expect(await elsewhere.find('acme', 'a1')).toEqual(held('a1', { argumentsSealed: 'new' }));
      });
    });

    it('shows and changes nothing of another organisation', async () => {
      await approved();
      expect(await approvals.find('other', 'a1')).toBeUndefined();
      expect(await approvals.list('other', { limit: 10 }, NOW)).toEqual([]);
      expect(await approvals.use('other', 'a1', NOW + 2)).toBe(false);
      await approvals.ask('acme', held('a2', { fingerprint: '2' }), NOW);
      expect(await approvals.decide('other', 'a2', verdict('denied'))).toBe(false);
      expect(await approvals.use('acme', 'a1', NOW + 2)).toBe(true);
      expect(await approvals.giveBack('other', 'a1', NOW + 2)).toBe(false);
      expect(await statusOf('a1')).toBe('used');
      expect(await statusOf('a2')).toBe('pending');
    });
  });
}
