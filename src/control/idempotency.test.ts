import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyWith, openTestApi } from './api.suite.ts';
import { route } from './route.ts';
import { openThings, VIEWER } from './things.suite.ts';

describe('Idempotency-Key', () => {
  const key = { 'idempotency-key': 'order-1' };
  const body = { name: 'a' };

  it('gives the kept answer to a request that is sent again, and changes nothing twice', async () => {
    const { ask, store } = openThings();
    const first = await ask('POST', '/things', { body, headers: key });
    const again = await ask('POST', '/things', { body, headers: key });
    expect([first.status, first.headers.get('idempotent-replay')]).toEqual([201, null]);
    expect([again.status, again.headers.get('idempotent-replay'), again.body]).toEqual([
      201,
      'true',
      first.body,
    ]);
    expect(await store.control.audit.list('acme', { limit: 9 })).toHaveLength(1);
  });

  it('refuses another request under the same key', async () => {
    const { ask } = openThings();
    await ask('POST', '/things', { body, headers: key });
    const other = await ask('POST', '/things', { body: { name: 'b' }, headers: key });
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency.mismatch' });
  });

  it('belongs to its sender: another one with the same key gets an answer of their own', async () => {
    const { ask } = openThings();
    await ask('POST', '/things', { body, headers: key });
    for (const as of [
      keyWith('grants:write'),
      { role: 'admin', organisation: 'other', id: 'admin' } as const,
    ]) {
      const { status, headers } = await ask('POST', '/things', { as, body, headers: key });
      expect([status, headers.get('idempotent-replay')]).toEqual([201, null]);
    }
  });

  it('gives no kept answer to one who lost the right to ask', async () => {
    const { ask } = openThings();
    await ask('POST', '/things', { as: { role: 'admin' }, body, headers: key });
    expect((await ask('POST', '/things', { as: { role: 'viewer' }, body, headers: key })).status).toBe(403);
  });

  it('is not taken from nobody in particular, whose answers others would get', async () => {
    const { ask } = openThings();
    const first = await ask('POST', '/open', { as: 'nobody', headers: key });
    const second = await ask('POST', '/open', { as: 'nobody', headers: key });
    expect(second.body).not.toEqual(first.body);
  });

  it('refuses a second request while the first is under way', async () => {
    let release = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    let started = (): void => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const { ask } = openTestApi(() => [
      route({
        method: 'POST',
        path: '/slow',
        id: 'slow',
        tag: 'Things',
        summary: 'For the test.',
        access: VIEWER,
        run: async () => {
          started();
          await waiting;
          return { answer: undefined };
        },
      }),
    ]);
    const first = ask('POST', '/slow', { headers: key });
    await running;
    expect((await ask('POST', '/slow', { headers: key })).body).toMatchObject({
      status: 409,
      code: 'idempotency.under_way',
    });
    release();
    expect((await first).status).toBe(204);
    const again = await ask('POST', '/slow', { headers: key });
    expect([again.status, again.headers.get('idempotent-replay')]).toEqual([204, 'true']);
  });

  it('is free again after a failure that changed nothing, and not after one behind a change', async () => {
    const { ask } = openThings();
    await ask('POST', '/fail/fault', { headers: key });
    expect((await ask('POST', '/fail/fault', { headers: key })).status).toBe(500);
    await ask('POST', '/fail/after', { headers: { 'idempotency-key': 'order-2' } });
    expect((await ask('POST', '/fail/after', { headers: { 'idempotency-key': 'order-2' } })).status).toBe(
      409,
    );
  });

  it('is forgotten after a day', async () => {
    const { ask, clock } = openThings();
    await ask('POST', '/things', { body, headers: key });
    clock.advance(24 * 3600_000 - 1);
    expect((await ask('POST', '/things', { body, headers: key })).body).toMatchObject({ count: 1 });
    clock.advance(1);
    expect((await ask('POST', '/things', { body, headers: key })).body).toMatchObject({ count: 2 });
  });

  it('keeps the answer encrypted, and the key as its hash', async () => {
    const { ask, store } = openThings();
    await ask('POST', '/things', { body: { name: 'canary' }, headers: key });
    const fresh = { requestHash: '', status: undefined, bodySealed: undefined, createdAt: 0 };
    const keptUnder = (name: string) => store.control.idempotency.begin('acme/user:admin', name, fresh);
    expect(await keptUnder('order-1')).toBeUndefined();
    const kept = await keptUnder(createHash('sha256').update('order-1').digest('hex'));
    expect(kept?.bodySealed).toMatch(/^tge1\./);
    expect(JSON.stringify(kept)).not.toContain('canary');
  });

  it.each(['with space', 'x'.repeat(201), ''])('refuses the key %j', async (bad) => {
    const { status } = await openThings().ask('POST', '/things', {
      body,
      headers: { 'idempotency-key': bad },
    });
    expect(status).toBe(400);
  });
});
