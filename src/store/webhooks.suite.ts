import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsEntered } from '../../test/support/entered-contexts.ts';
import type { Delivery, Webhook, WebhookStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;
const LEASE = 10_000;

function webhook(id: string, changes: Partial<Webhook> = {}): Webhook {
  return {
    id,
    label: `label of ${id}`,
    url: 'https://hooks.example.com/in',
    secretSealed: `sealed ${id}`,
    events: ['approval.requested', 'server.drift'],
    format: 'toolgate',
    isActive: true,
    createdAt: NOW,
    createdBy: 'user:ada',
    ...changes,
  };
}

function delivery(id: string, changes: Partial<Delivery> = {}): Delivery {
  return {
    id,
    webhook: 'w1',
    event: 'approval.requested',
    payload: '{"text":"Zażółć 🐘"}',
    status: 'pending',
    attempts: 0,
    nextAttemptAt: NOW,
    lastStatus: undefined,
    lastError: undefined,
    createdAt: NOW,
    deliveredAt: undefined,
    ...changes,
  };
}

const delivered = { status: 'delivered', attempts: 1, nextAttemptAt: NOW, deliveredAt: NOW + 1 } as const;
const failed = { status: 'failed', attempts: 6, nextAttemptAt: NOW, deliveredAt: undefined } as const;
const answered = { lastStatus: 200, lastError: undefined };
const broken = { lastStatus: undefined, lastError: 'time-out' };

/** What every driver's `WebhookStore` must do; `open` as for `organisationSuite`. */
export function webhookSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('WebhookStore', () => {
    let stores: readonly [Store, Store];
    let webhooks: WebhookStore;
    let elsewhere: WebhookStore;
    beforeEach(async () => {
      stores = await open();
      [webhooks, elsewhere] = [stores[0].control.webhooks, stores[1].control.webhooks];
      await webhooks.insert('acme', webhook('w1'));
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    const log = async (id = 'w1', organisation = 'acme'): Promise<readonly Delivery[]> =>
      elsewhere.deliveries(organisation, id, { limit: 100 });
    const claimed = async (now: number, limit = 100, store = webhooks): Promise<readonly string[]> =>
      (await store.claimDue(now, LEASE, limit)).map((one) => one.delivery.id);

    describe('webhooks', () => {
      it('come back as they were put in, oldest first', async () => {
        const older = webhook('w2', { createdAt: NOW - 1, format: 'slack', isActive: false, events: ['*'] });
        await webhooks.insert('acme', older);
        expect(await elsewhere.list('acme')).toEqual([older, webhook('w1')]);
        expect(await elsewhere.find('acme', 'w2')).toEqual(older);
        expect(await elsewhere.find('acme', 'nothing')).toBeUndefined();
      });

      it('change in what they are told to change', async () => {
        await webhooks.insert('acme', webhook('w2'));
        expect(await webhooks.update('acme', 'w1', { isActive: false })).toEqual(
          webhook('w1', { isActive: false }),
        );
        const edit = { label: 'x', url: 'http://y', secretSealed: 'z', events: [], format: 'slack' } as const;
        const changed = webhook('w1', { ...edit, isActive: false });
        expect(await webhooks.update('acme', 'w1', edit)).toEqual(changed);
        expect(await webhooks.update('acme', 'w1', {})).toEqual(changed);
        expect(await elsewhere.list('acme')).toEqual([changed, webhook('w2')]);
        expect(await webhooks.update('acme', 'nothing', edit)).toBeUndefined();
      });

      it('go with their deliveries', async () => {
        await webhooks.insert('acme', webhook('w2'));
        await webhooks.enqueue('acme', [delivery('d1'), delivery('d2', { webhook: 'w2' })]);
        expect(await webhooks.remove('acme', 'w1')).toBe(true);
        expect(await webhooks.remove('acme', 'w1')).toBe(false);
        expect(await elsewhere.list('acme')).toEqual([webhook('w2')]);
        expect(await log()).toEqual([]);
        expect(await claimed(NOW)).toEqual(['d2']);
      });

      it('have their secret sealed anew if it is still the one that was read', async () => {
        expect(await webhooks.reseal('w1', 'something else', 'new')).toBe(false);
        expect(await webhooks.reseal('w1', 'sealed w1', 'new')).toBe(true);
        expect(await elsewhere.find('acme', 'w1')).toEqual(webhook('w1', { secretSealed: 'new' }));
      });
    });

    describe('deliveries', () => {
      it('are listed newest first, by pages', async () => {
        const all = Array.from({ length: 5 }, (_, i) => delivery(`d${i}`));
        await webhooks.enqueue('acme', all);
        expect(await log()).toEqual(all.toReversed());
        const page = await elsewhere.deliveries('acme', 'w1', { before: 'd3', limit: 2 });
        expect(page.map((one) => one.id)).toEqual(['d2', 'd1']);
      });

      it('can be very many at once', async () => {
        await webhooks.enqueue(
          'acme',
          Array.from({ length: 3000 }, (_, i) => delivery(`d${i}`)),
        );
        expect(await claimed(NOW, 5000)).toHaveLength(3000);
      });

      it('are not kept for a webhook that is gone', async () => {
        await webhooks.enqueue('acme', [delivery('d1', { webhook: 'gone' }), delivery('d2')]);
        await webhooks.enqueue('acme', []);
        expect(await claimed(NOW)).toEqual(['d2']);
        expect(await log('gone')).toEqual([]);
      });

      it('are taken when they are due, the longest due first', async () => {
        await webhooks.enqueue('acme', [
          delivery('d1', { nextAttemptAt: NOW + 1 }),
          delivery('d2', { nextAttemptAt: NOW }),
          delivery('d3', { nextAttemptAt: NOW - 1 }),
        ]);
        expect(await claimed(NOW - 2)).toEqual([]);
        expect(await claimed(NOW, 1)).toEqual(['d3']);
        expect(await claimed(NOW, 1)).toEqual(['d2']);
        expect(await claimed(NOW, 1)).toEqual([]);
        expect(await claimed(NOW + 1, 1)).toEqual(['d1']);
      });

      it('are taken with the webhook as it is now', async () => {
        await webhooks.enqueue('acme', [delivery('d1')]);
        await webhooks.update('acme', 'w1', { url: 'https://new.example.com' });
        expect(await elsewhere.claimDue(NOW, LEASE, 10)).toEqual([
          {
            organisation: 'acme',
            webhook: webhook('w1', { url: 'https://new.example.com' }),
            delivery: delivery('d1'),
          },
        ]);
      });

      it('are queued and taken without an async context', async () => {
        const entered = await contextsEntered(async () => {
          await webhooks.enqueue('acme', [delivery('d1')]);
          expect(await claimed(NOW)).toEqual(['d1']);
        });
        expect(entered).toBe(0);
      });

      it('are taken by one of many', async () => {
        await webhooks.enqueue(
          'acme',
          Array.from({ length: 60 }, (_, i) => delivery(`d${String(i).padStart(2, '0')}`)),
        );
        const taken: string[] = [];
        for (let round = 0; round < 10; round++) {
          const parts = await Promise.all(
            [webhooks, elsewhere, webhooks, elsewhere].map((store) => claimed(NOW, 7, store)),
          );
          taken.push(...parts.flat());
        }
        expect(taken).toHaveLength(60);
        expect(new Set(taken).size).toBe(60);
      });

      it('are taken again when who took them is gone', async () => {
        await webhooks.enqueue('acme', [delivery('d1')]);
        expect(await claimed(NOW)).toEqual(['d1']);
        expect(await claimed(NOW + LEASE - 1)).toEqual([]);
        expect(await claimed(NOW + LEASE)).toEqual(['d1']);
      });

      it('wait while their webhook is switched off', async () => {
        await webhooks.enqueue('acme', [delivery('d1')]);
        await webhooks.update('acme', 'w1', { isActive: false });
        expect(await claimed(NOW)).toEqual([]);
        await webhooks.update('acme', 'w1', { isActive: true });
        expect(await claimed(NOW)).toEqual(['d1']);
      });

      it('keep how they ended', async () => {
        await webhooks.enqueue('acme', [delivery('d1'), delivery('d2')]);
        await claimed(NOW);
        await webhooks.settle('d1', { ...delivered, ...answered });
        await webhooks.settle('d2', { ...failed, ...broken });
        expect(await log()).toEqual([
          delivery('d2', { ...failed, ...broken }),
          delivery('d1', { ...delivered, ...answered }),
        ]);
        expect(await claimed(NOW + 2 * LEASE)).toEqual([]);
      });

      it('are tried again at their time, without waiting for the end of the lease', async () => {
        await webhooks.enqueue('acme', [delivery('d1')]);
        await claimed(NOW);
        await webhooks.settle('d1', {
          status: 'pending',
          attempts: 1,
          nextAttemptAt: NOW + 5,
          lastStatus: 500,
          lastError: 'status 500',
          deliveredAt: undefined,
        });
        expect(await claimed(NOW + 4)).toEqual([]);
        expect(await elsewhere.claimDue(NOW + 5, LEASE, 10)).toMatchObject([
          { delivery: { attempts: 1, lastStatus: 500, lastError: 'status 500' } },
        ]);
      });

      it('stay delivered when a slow sender comes back later', async () => {
        await webhooks.enqueue('acme', [delivery('d1')]);
        await claimed(NOW);
        await claimed(NOW + LEASE, 1, elsewhere);
        await elsewhere.settle('d1', { ...delivered, ...answered });
        await webhooks.settle('d1', { ...failed, ...broken });
        expect(await log()).toEqual([delivery('d1', { ...delivered, ...answered })]);
      });

      it('are put back on their way once they failed', async () => {
        await webhooks.enqueue('acme', [delivery('d1'), delivery('d2')]);
        await claimed(NOW);
        await webhooks.settle('d1', { ...failed, ...broken });
        expect(await webhooks.redeliver('acme', 'd1', NOW + 1)).toBe(true);
        expect(await webhooks.redeliver('acme', 'd1', NOW + 1)).toBe(false);
        expect(await webhooks.redeliver('acme', 'd2', NOW + 1)).toBe(false);
        expect(await claimed(NOW)).toEqual([]);
        expect(await claimed(NOW + 1)).toEqual(['d1']);
        expect((await log()).at(-1)).toMatchObject({ id: 'd1', status: 'pending', attempts: 0 });
      });

      it('that wait for another attempt are hurried; those that a process has taken, or will take now, are not', async () => {
        const waiting = {
          status: 'pending',
          attempts: 3,
          nextAttemptAt: NOW + 600_000,
          lastStatus: 500,
          lastError: 'status 500',
          deliveredAt: undefined,
        } as const;
        await webhooks.enqueue('acme', [delivery('d1')]);
        expect(await webhooks.redeliver('acme', 'd1', NOW)).toBe(false);
        await claimed(NOW);
        expect(await webhooks.redeliver('acme', 'd1', NOW + 1)).toBe(false);
        await webhooks.settle('d1', waiting);
        expect(await webhooks.redeliver('other', 'd1', NOW + 1)).toBe(false);
        expect(await elsewhere.redeliver('acme', 'd1', NOW + 1)).toBe(true);
        expect(await log()).toMatchObject([{ attempts: 0, nextAttemptAt: NOW + 1, lastStatus: 500 }]);
        expect(await claimed(NOW)).toEqual([]);
        expect(await claimed(NOW + 1)).toEqual(['d1']);
        await webhooks.settle('d1', { ...delivered, ...answered });
        expect(await webhooks.redeliver('acme', 'd1', NOW + 2)).toBe(false);
      });

      it('are forgotten when they ended before a time', async () => {
        const old = { createdAt: NOW - 1 };
        await webhooks.enqueue('acme', [
          delivery('d1', old),
          delivery('d2', old),
          delivery('d3'),
          delivery('d4', old),
        ]);
        await webhooks.settle('d1', { ...delivered, ...answered });
        await webhooks.settle('d2', { ...failed, ...broken });
        await webhooks.settle('d3', { ...delivered, ...answered });
        expect(await webhooks.prune(NOW)).toBe(2);
        expect((await log()).map((one) => one.id)).toEqual(['d4', 'd3']);
      });

      it('are all queued or none', async () => {
        const odd = webhooks.enqueue('acme', [delivery('d1'), delivery('d2', { payload: '\0' })]);
        await expect(odd).rejects.toMatchObject({ code: 'store.text' });
        expect(await log()).toEqual([]);
      });
    });

    it('shows and changes nothing of another organisation', async () => {
      await webhooks.enqueue('acme', [delivery('d1')]);
      await webhooks.settle('d1', { ...failed, ...broken });
      expect(await webhooks.find('other', 'w1')).toBeUndefined();
      expect(await webhooks.list('other')).toEqual([]);
      expect(await webhooks.update('other', 'w1', { url: 'https://evil.example.com' })).toBeUndefined();
      expect(await webhooks.remove('other', 'w1')).toBe(false);
      expect(await webhooks.deliveries('other', 'w1', { limit: 10 })).toEqual([]);
      expect(await webhooks.redeliver('other', 'd1', NOW)).toBe(false);
      await webhooks.enqueue('other', [delivery('d2')]);
      expect(await webhooks.list('acme')).toEqual([webhook('w1')]);
      expect((await log()).map((one) => [one.id, one.status])).toEqual([['d1', 'failed']]);
    });
  });
}
