import { describe, expect, it } from 'vitest';
import { createDeliveries, openWebhook, type Posted } from '#notifications';
import { createKeyRing, silentLog } from '#platform';
import { type Asker, keyWith, openTestApi, START, type TestApi } from '../api.suite.ts';
import { openApiDocument } from '../openapi.ts';
import { webhookRoutes } from './webhook-routes.ts';

const keys = createKeyRing(`k1:${'cd'.repeat(32)}`, 'the test');
const HOOK = {
  label: 'ops',
  url: 'https://hooks.example.com/services/address-canary-0123456789',
  events: ['*'],
};
const refusalOf = (url: URL): string | undefined =>
  url.hostname === '10.0.0.1' ? 'its address is not public' : undefined;

const opened = (): TestApi =>
  openTestApi(({ store }) => webhookRoutes({ store: store.control.webhooks, keys, refusalOf }));

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function made({ ask }: TestApi, over: object = {}): Promise<Made> {
  const { status, body } = await ask('POST', '/webhooks', { body: { ...HOOK, ...over } });
  expect(status).toBe(201);
  return body as Made;
}

/** Sends what is due, with a receiver that answers so. */
async function send({ store, clock }: TestApi, posted: Posted): Promise<Readonly<Record<string, string>>[]> {
  const seen: Readonly<Record<string, string>>[] = [];
  const deliveries = createDeliveries({
    store: store.control.webhooks,
    keys,
    clock,
    log: silentLog,
    post: (url, headers) => {
      seen.push({ url, ...headers });
      return Promise.resolve(posted);
    },
  });
  await deliveries.run();
  await deliveries.stop();
  return seen;
}

describe('a new webhook', () => {
  it('gets a secret that this answer alone shows, and shows its address without keys', async () => {
    const test = opened();
    const answer = await test.ask('POST', '/webhooks', { body: HOOK });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        label: 'ops',
        address: 'https://hooks.example.com/services/…',
        events: ['*'],
        format: 'toolgate',
        isActive: true,
        createdAt: new Date(START).toISOString(),
        createdBy: 'user:admin',
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      },
    });
    const { id, secret } = answer.body as Made;
    const one = await test.ask('GET', `/webhooks/${id}`, { as: 'admin' });
    const all = await test.ask('GET', '/webhooks', { as: 'admin' });
    const lines = await test.store.control.audit.list('acme', { limit: 10 });
    const row = await test.store.control.webhooks.find('acme', id);
    expect(all.body).toMatchObject({ items: [{ id, label: 'ops' }] });
    expect(lines).toMatchObject([{ action: 'webhook.create', target: `webhook:${id}`, actor: 'user:admin' }]);
    for (const canary of [secret.slice(6), 'address-canary']) {
      expect(JSON.stringify([one.body, all.body, lines, row, test.logged()])).not.toContain(canary);
    }
    expect(openWebhook(keys, id, row?.secretSealed ?? '')).toEqual({ url: HOOK.url, secret });
  });

  it.each([
    ['no address', { url: 'hooks' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['a script', { url: 'javascript:alert(1)' }],
    ['an address that may not be connected to', { url: 'http://10.0.0.1/x' }],
    ['an unknown event', { events: ['approval.requested', 'everything'] }],
    ['a test as event', { events: ['webhook.test'] }],
    ['no events', { events: [] }],
    ['an unknown format', { format: 'teams' }],
    ['no label', { label: '  ' }],
    ['a secret of one’s own', { secret: 'whsec_AAAA' }],
  ])('is refused with %s', async (_name, over) => {
    const { ask } = opened();
    const { status, body } = await ask('POST', '/webhooks', { body: { ...HOOK, ...over } });
    expect([status, body]).toMatchObject([422, { errors: expect.any(Array) }]);
    expect((await ask('GET', '/webhooks')).body).toEqual({ items: [] });
  });

  it('is refused when there are twenty', async () => {
    const test = opened();
    for (let n = 0; n < 20; n++) await made(test, { label: `ops ${n}` });
    const { status, body } = await test.ask('POST', '/webhooks', { body: HOOK });
    expect([status, body]).toMatchObject([409, { code: 'webhook.too_many' }]);
    expect(await test.store.control.audit.list('acme', { limit: 50 })).toHaveLength(20);
  });
});

describe('a webhook', () => {
  it('is changed where it is told, and keeps the rest', async () => {
    const test = opened();
    const { id, secret } = await made(test);
    const changed = await test.ask('PATCH', `/webhooks/${id}`, {
      body: { url: 'https://other.example.com/in?key=1', isActive: false },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { label: 'ops', address: 'https://other.example.com/in?…', isActive: false },
    });
    const row = await test.store.control.webhooks.find('acme', id);
    expect(openWebhook(keys, id, row?.secretSealed ?? '')).toEqual({
      url: 'https://other.example.com/in?key=1',
      secret,
    });
    const renamed = await test.ask('PATCH', `/webhooks/${id}`, {
      body: { label: 'dev', events: ['grant.minted'] },
    });
    expect(renamed.body).toMatchObject({ label: 'dev', events: ['grant.minted'], isActive: false });
  });

  it('of a chat shows nothing of its path, also when it becomes one', async () => {
    const test = opened();
    const { id } = await made(test, { url: 'https://chat.example.com/T0/B0' });
    const { body } = await test.ask('PATCH', `/webhooks/${id}`, { body: { format: 'slack' } });
    expect(body).toMatchObject({ format: 'slack', address: 'https://chat.example.com/…' });
  });

  it('is removed with what was to be sent to it', async () => {
    const test = opened();
    const { id } = await made(test);
    await test.ask('POST', `/webhooks/${id}/test`);
    expect((await test.ask('DELETE', `/webhooks/${id}`)).status).toBe(204);
    expect((await test.ask('GET', `/webhooks/${id}`)).status).toBe(404);
    expect((await test.ask('DELETE', `/webhooks/${id}`)).status).toBe(404);
    expect(await send(test, { status: 204 })).toEqual([]);
  });

  it('gets a new secret; both sign for as long as is asked', async () => {
    const test = opened();
    const { id, secret } = await made(test);
    const answer = await test.ask('POST', `/webhooks/${id}/rotate-secret`, { body: { overlapSeconds: 60 } });
    expect(answer).toMatchObject({ status: 200, body: { id, secret: expect.stringMatching(/^whsec_/) } });
    expect((answer.body as Made).secret).not.toBe(secret);
    const signatures = async (): Promise<number | undefined> => {
      await test.ask('POST', `/webhooks/${id}/test`);
      const [got] = await send(test, { status: 204 });
      return got?.['webhook-signature']?.split(' ').length;
    };
    expect(await signatures()).toBe(2);
    test.clock.advance(60_000);
    expect(await signatures()).toBe(1);
    await test.ask('POST', `/webhooks/${id}/rotate-secret`, { body: { overlapSeconds: 0 } });
    expect(await signatures()).toBe(1);
  });

  it('can be tried out, whatever it listens to, and tells what came of it', async () => {
    const test = opened();
    const { id } = await made(test, { events: ['grant.minted'] });
    const answer = await test.ask('POST', `/webhooks/${id}/test`);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        event: 'webhook.test',
        status: 'pending',
        attempts: 0,
        nextAttemptAt: new Date(START).toISOString(),
      },
    });
    const [got] = await send(test, { status: 500 });
    expect(got).toMatchObject({ url: HOOK.url, 'webhook-id': (answer.body as Made).id });
    const { body } = await test.ask('GET', `/webhooks/${id}/deliveries`, { as: 'admin' });
    expect(body).toMatchObject({
      items: [{ status: 'pending', attempts: 1, lastStatus: 500, lastError: 'it answers 500' }],
    });
  });

  it('that is switched off is not tried out', async () => {
    const test = opened();
    const { id } = await made(test, { isActive: false });
    const { status, body } = await test.ask('POST', `/webhooks/${id}/test`);
    expect([status, body]).toMatchObject([409, { code: 'webhook.inactive' }]);
  });
});

describe('deliveries', () => {
  it('are listed newest first, in pages', async () => {
    const test = opened();
    const { id } = await made(test);
    for (let n = 0; n < 3; n++) await test.ask('POST', `/webhooks/${id}/test`);
    const first = await test.ask('GET', `/webhooks/${id}/deliveries?limit=2`);
    const { items, next } = first.body as { items: { id: string }[]; next: string };
    const second = await test.ask('GET', `/webhooks/${id}/deliveries?limit=2&cursor=${next}`);
    const ids = [...items, ...(second.body as { items: { id: string }[] }).items].map((item) => item.id);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(second.body).not.toHaveProperty('next');
  });

  it('that failed are sent once more; others are not', async () => {
    const test = opened();
    const { id } = await made(test);
    const delivery = ((await test.ask('POST', `/webhooks/${id}/test`)).body as Made).id;
    const again = (as: Asker = 'admin'): ReturnType<TestApi['ask']> =>
      test.ask('POST', `/webhook-deliveries/${delivery}/redeliver`, { as });
    expect((await again()).status).toBe(404);
    await send(test, { status: 410 });
    expect((await again({ role: 'admin', organisation: 'other' })).status).toBe(404);
    expect((await again()).status).toBe(204);
    expect(await send(test, { status: 204 })).toMatchObject([{ 'webhook-id': delivery }]);
    expect((await again()).status).toBe(404);
  });

  it('that wait for their next attempt are hurried', async () => {
    const test = opened();
    const { id } = await made(test);
    const delivery = ((await test.ask('POST', `/webhooks/${id}/test`)).body as Made).id;
    const hurry = (as: Asker = 'admin'): ReturnType<TestApi['ask']> =>
      test.ask('POST', `/webhook-deliveries/${delivery}/redeliver`, { as });
    await send(test, { status: 500 });
    expect(await send(test, { status: 204 })).toEqual([]);
    expect((await hurry({ role: 'admin', organisation: 'other' })).status).toBe(404);
    expect((await hurry()).status).toBe(204);
    expect((await hurry()).status).toBe(404);
    expect(await send(test, { status: 204 })).toMatchObject([{ 'webhook-id': delivery }]);
    const lines = await test.store.control.audit.list('acme', { limit: 1 });
    expect(lines).toMatchObject([{ action: 'webhook.redeliver', target: `delivery:${delivery}` }]);
  });
});

describe('rights', () => {
  const changes = (id: string): (readonly [string, string, unknown?])[] => [
    ['POST', '/webhooks', HOOK],
    ['PATCH', `/webhooks/${id}`, { label: 'x' }],
    ['POST', `/webhooks/${id}/rotate-secret`],
    ['POST', `/webhooks/${id}/test`],
    ['POST', '/webhook-deliveries/dlv_1/redeliver'],
    ['DELETE', `/webhooks/${id}`],
  ];

  it.each([
    ['nobody', 'nobody', 401],
    ['a policy manager', 'policy_manager', 403],
    ['a key that may read', keyWith('webhooks:read'), 403],
  ] as const)('to change are not those of %s', async (_name, as, wanted) => {
    const test = opened();
    const { id } = await made(test);
    for (const [method, path, body] of changes(id)) {
      const { status } = await test.ask(method, path, { as, ...(body !== undefined && { body }) });
      expect([method, path, status]).toEqual([method, path, wanted]);
    }
    expect(await test.store.control.webhooks.list('acme')).toMatchObject([{ id, label: 'ops' }]);
  });

  it('end at the organisation', async () => {
    const test = opened();
    const { id } = await made(test);
    const as = { role: 'admin', organisation: 'other' } as const;
    for (const path of [`/webhooks/${id}`, `/webhooks/${id}/deliveries`]) {
      expect((await test.ask('GET', path, { as })).status).toBe(404);
    }
    expect((await test.ask('GET', '/webhooks', { as })).body).toEqual({ items: [] });
    for (const [method, path, body] of changes(id).slice(1)) {
      const { status } = await test.ask(method, path, { as, ...(body !== undefined && { body }) });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    expect(await test.store.control.webhooks.list('acme')).toHaveLength(1);
    expect(await test.store.control.audit.list('other', { limit: 10 })).toEqual([]);
  });
});

it('the routes are in the OpenAPI document', () => {
  const { store } = opened();
  const routes = webhookRoutes({ store: store.control.webhooks, keys, refusalOf });
  const text = JSON.stringify(openApiDocument(routes, '1.0.0'));
  for (const id of ['Webhook', 'WebhookWithSecret', 'WebhookDelivery', 'WebhookList']) {
    expect(text).toContain(`#/components/schemas/${id}"`);
  }
});
