import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyRing, createLog, silentLog } from '#platform';
import { openStore, type Delivery, type Store, type Webhook } from '#store';
import { createDeliveries, type Deliveries } from './create-deliveries.ts';
import { createNotifier } from './create-notifier.ts';
import type { NotifiedEvent } from './notifier.ts';
import { answering, openGuard, startReceiver, type Received, type Receiver } from './receiver.suite.ts';
import { createWebhookPost, type WebhookPost } from './webhook-post.ts';
import { newWebhookSecret, sealWebhook } from './webhook-secret.ts';

const ORG = 'org_a';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const keys = createKeyRing(`k1:${Buffer.alloc(32, 7).toString('base64')}`, 'the test');
const event: NotifiedEvent = {
  event: 'approval.requested',
  organisation: ORG,
  text: 'newsletter asks to call fluentcrm_resume_campaign on fluentcrm.',
  facts: { approval: 'apr_1' },
};

let now: number;
let store: Store;
let receiver: Receiver;
let network: WebhookPost;
let deliveries: Deliveries;
let logged: string;
const clock = { now: () => now };
const log = createLog('debug', { write: (line: string) => void (logged += line) });

beforeEach(async () => {
  now = Date.UTC(2026, 5, 1, 12);
  logged = '';
  store = openStore({ dataDir: ':memory:' });
  receiver = await startReceiver();
  network = createWebhookPost(openGuard, 2000);
  deliveries = sending();
});
afterEach(async () => {
  await deliveries.stop();
  await network.close();
  await receiver.close();
  await store.close();
});

function sending(): Deliveries {
  return createDeliveries({ store: store.control.webhooks, keys, clock, log, post: network.post });
}

async function addWebhook(
  over: Partial<Webhook> & { path?: string } = {},
): Promise<{ id: string; secret: string }> {
  const { path = '/in', ...rest } = over;
  const id = rest.id ?? 'hook_1';
  const secret = newWebhookSecret();
  await store.control.webhooks.insert(ORG, {
    id,
    label: 'ops',
    url: 'http://127.0.0.1/…',
    secretSealed: sealWebhook(keys, id, { url: `${receiver.origin}${path}`, secret }),
    events: ['*'],
    format: 'toolgate',
    isActive: true,
    createdAt: now,
    createdBy: 'user:u1',
    ...rest,
  });
  return { id, secret };
}

const notify = (over: Partial<NotifiedEvent> = {}): Promise<void> =>
  createNotifier({
    store: store.control.webhooks,
    clock,
    log: silentLog,
    recipients: async () => [],
  }).notify({ ...event, ...over });

const rows = (webhook = 'hook_1'): Promise<readonly Delivery[]> =>
  store.control.webhooks.deliveries(ORG, webhook, { limit: 100 });

/** As a receiver would check it, with nothing of ours. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = createHmac('sha256', key).update(text).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    });
}

describe('a delivery', () => {
  it('comes signed, once, and is noted', async () => {
    const { secret } = await addWebhook();
    await notify();
    await deliveries.run();
    await deliveries.run();
    const [got] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    expect(got && isSigned(got, secret)).toBe(true);
    expect(got && isSigned({ ...got, body: `${got.body} ` }, secret)).toBe(false);
    expect(got?.headers['webhook-timestamp']).toBe(String(now / SECOND));
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      type: 'approval.requested',
      data: { approval: 'apr_1' },
    });
    expect(await rows()).toMatchObject([
      { id: got?.headers['webhook-id'], status: 'delivered', attempts: 1, lastStatus: 204, deliveredAt: now },
    ]);
  });

  it('comes again after 5 s, 30 s, 2 min, 10 min, 1 h and 6 h when it is not taken, then fails', async () => {
    receiver.answer = answering(500);
    const { secret } = await addWebhook();
    await notify();
    const pauses = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR];
    for (const [index, pause] of pauses.entries()) {
      await deliveries.run();
      expect(await rows()).toMatchObject([
        { status: 'pending', attempts: index + 1, nextAttemptAt: now + pause, lastStatus: 500 },
      ]);
      now += pause - 1;
      await deliveries.run();
      expect(receiver.received).toHaveLength(index + 1);
      now += 1;
    }
    await deliveries.run();
    now += 365 * 24 * HOUR;
    await deliveries.run();
    expect(receiver.received).toHaveLength(7);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.received.every((got) => isSigned(got, secret))).toBe(true);
  });

  it('is taken by a receiver that recovers', async () => {
    receiver.answer = answering(503);
    await addWebhook();
    await notify();
    await deliveries.run();
    receiver.answer = answering(200);
    now += 5 * SECOND;
    await deliveries.run();
    expect(await rows()).toMatchObject([
      { status: 'delivered', attempts: 2, lastStatus: 200, lastError: undefined },
    ]);
  });

  it('fails at once where the receiver says that it is gone, and can be sent once more', async () => {
    receiver.answer = answering(410);
    await addWebhook();
    await notify();
    await deliveries.run();
    const [failed] = await rows();
    expect(failed).toMatchObject({ status: 'failed', attempts: 1, lastError: 'it answers 410' });
    receiver.answer = answering(204);
    expect(await store.control.webhooks.redeliver(ORG, failed?.id ?? '', now)).toBe(true);
    await deliveries.run();
    expect(await rows()).toMatchObject([{ id: failed?.id, status: 'delivered' }]);
  });

  it('does not follow a redirect', async () => {
    receiver.answer = answering(302, { location: '/elsewhere' });
    await addWebhook();
    await notify();
    await deliveries.run();
    expect(receiver.received.map(({ url }) => url)).toEqual(['/in']);
    expect(await rows()).toMatchObject([
      { status: 'pending', lastError: 'it answers with a redirect, which is not followed' },
    ]);
  });

  it('that is not answered in time comes again', async () => {
    network = createWebhookPost(openGuard, 50);
    deliveries = sending();
    receiver.answer = () => {};
    await addWebhook();
    await notify();
    await deliveries.run();
    expect(await rows()).toMatchObject([
      { status: 'pending', attempts: 1, lastStatus: undefined, lastError: 'no answer within 0.05 s' },
    ]);
  });

  it('is sent by one of several processes', async () => {
    await addWebhook();
    for (let n = 0; n < 4; n++) await notify();
    const others = [sending(), sending()];
    await Promise.all([deliveries, ...others].map((one) => one.run()));
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  });

  it('under way when the process stops is made later, and counts as no attempt', async () => {
    receiver.answer = () => {};
    await addWebhook();
    await notify();
    const running = deliveries.run();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
    await deliveries.stop();
    await running;
    expect(await rows()).toMatchObject([{ status: 'pending', attempts: 0, nextAttemptAt: now }]);
    receiver.answer = answering(204);
    await deliveries.run(); // stopped: sends nothing more
    expect(receiver.received).toHaveLength(1);
    await sending().run();
    expect(await rows()).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  it('whose process died is sent by another one after half a minute', async () => {
    await addWebhook();
    await notify();
    expect(await store.control.webhooks.claimDue(now, 30 * SECOND, 10)).toHaveLength(1);
    await deliveries.run();
    expect(receiver.received).toHaveLength(0);
    now += 30 * SECOND;
    await deliveries.run();
    expect(receiver.received).toHaveLength(1);
  });

  it('does not wait for those to a slow receiver', async () => {
    await addWebhook({ id: 'hook_slow', path: '/slow' });
    for (let n = 0; n < 60; n++) await notify();
    await addWebhook({ id: 'hook_2', path: '/quick', events: ['grant.minted'] });
    await notify({ event: 'grant.minted' });
    receiver.answer = (request, response) => {
      if (request.url === '/quick') response.writeHead(204).end();
    };
    const running = [deliveries.run()];
    await vi.waitFor(async () => {
      now += 100;
      running.push(deliveries.run());
      expect(receiver.received.some(({ url }) => url === '/quick')).toBe(true);
    });
    expect(receiver.received.filter(({ url }) => url === '/slow').length).toBeLessThanOrEqual(5);
    await deliveries.stop();
    await Promise.all(running);
  });

  it('to a webhook whose secret cannot be opened is not sent unsigned', async () => {
    await addWebhook({
      secretSealed: sealWebhook(keys, 'hook_other', { url: receiver.origin, secret: 'x' }),
    });
    await notify();
    await deliveries.run();
    expect(receiver.received).toEqual([]);
    expect(await rows()).toMatchObject([{ status: 'pending', lastError: 'its secret cannot be opened' }]);
  });

  it('leaves neither secret nor address in log and rows', async () => {
    receiver.answer = answering(500, { 'x-echo': 'answer-canary' });
    const { secret } = await addWebhook({ path: '/services/address-canary' });
    await notify();
    await deliveries.run();
    await receiver.close();
    now += 5 * SECOND;
    await deliveries.run();
    receiver = await startReceiver();
    const kept = JSON.stringify([await rows(), await store.control.webhooks.list(ORG)]);
    expect(logged).toContain('a delivery was not taken');
    for (const canary of [secret, secret.slice(6), 'address-canary', 'answer-canary']) {
      expect(logged).not.toContain(canary);
      expect(kept).not.toContain(canary);
    }
  });

  it('is forgotten after 30 days', async () => {
    await addWebhook();
    await notify();
    await deliveries.run();
    now += 30 * 24 * HOUR;
    await deliveries.run();
    expect(await rows()).toHaveLength(1);
    now += 2 * HOUR;
    await deliveries.run();
    expect(await rows()).toEqual([]);
  });
});
