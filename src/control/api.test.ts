import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { keyWith, openTestApi, START, type Asker } from './api.suite.ts';
import { route } from './route.ts';
import { ADMIN, openThings, VIEWER } from './things.suite.ts';

describe('who may ask', () => {
  it.each<[string, Asker, string, string, number, string | undefined]>([
    ['nobody', 'nobody', 'GET', '/things/a', 401, 'unauthenticated'],
    ['a viewer, to read', 'viewer', 'GET', '/things/a', 200, undefined],
    ['a viewer, to write', 'viewer', 'POST', '/things', 403, 'forbidden.role'],
    ['a policy manager, to administer', 'policy_manager', 'POST', '/things', 403, 'forbidden.role'],
    ['an admin', 'admin', 'POST', '/things', 201, undefined],
    ['an admin who may not approve', 'admin', 'DELETE', '/things/a', 403, 'forbidden.approver'],
    ['an admin who may', { role: 'admin', isApprover: true }, 'DELETE', '/things/a', 204, undefined],
    ['a key of the scope', keyWith('grants:write'), 'POST', '/things', 201, undefined],
    [
      'a key of another scope',
      keyWith('grants:read', 'policies:write'),
      'POST',
      '/things',
      403,
      'forbidden.scope',
    ],
    ['a key, for what only a person does', keyWith('members:read'), 'GET', '/me', 403, 'forbidden.person'],
    [
      'a person of no organisation',
      { organisation: undefined, role: undefined },
      'GET',
      '/things/a',
      403,
      'forbidden.organisation',
    ],
    [
      'a person of no organisation, about themselves',
      { organisation: undefined },
      'GET',
      '/me',
      200,
      undefined,
    ],
    ['nobody, what everybody may', 'nobody', 'POST', '/open', 200, undefined],
  ])('%s', async (_who, as, method, path, status, code) => {
    const body = method === 'POST' && path === '/things' ? { name: 'a' } : undefined;
    const answered = await openThings().ask(method, path, { as, ...(body !== undefined && { body }) });
    expect([answered.status, (answered.body as { code?: string } | undefined)?.code]).toEqual([status, code]);
    expect(answered.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
  });

  it('says what is needed', async () => {
    const { ask } = openThings();
    expect((await ask('POST', '/things', { as: 'viewer' })).body).toMatchObject({
      hint: 'This needs the role of admin; an admin can give it to you.',
    });
    expect((await ask('POST', '/things', { as: keyWith() })).body).toMatchObject({
      hint: 'This needs a key with the scope grants:write.',
    });
  });

  it('passes on why a credential is not taken, except where none is needed', async () => {
    const problem = { status: 401, code: 'people.bad_key', detail: 'This key is not taken.' } as const;
    const { ask } = openThings({ callerOf: () => Promise.resolve({ problem }) });
    expect((await ask('GET', '/things/a')).body).toMatchObject({
      code: 'people.bad_key',
      title: 'Unauthorized',
    });
    expect((await ask('POST', '/open')).body).toMatchObject({ name: 'nobody' });
  });

  it('refuses a change that a browser sends from elsewhere, with a session; a key has no such danger', async () => {
    const { ask } = openThings();
    const headers = { origin: 'https://elsewhere.example' };
    const body = { name: 'a' };
    expect((await ask('POST', '/things', { body, headers })).status).toBe(403);
    expect((await ask('GET', '/things/a', { headers })).status).toBe(200);
    expect((await ask('POST', '/things', { as: keyWith('grants:write'), body, headers })).status).toBe(201);
  });

  it('holds back one who asks too often, and nobody else', async () => {
    const { ask, clock } = openThings({ callsPerMinute: 2 });
    await ask('GET', '/me');
    await ask('GET', '/me');
    const refused = await ask('GET', '/me');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect((await ask('GET', '/me', { as: 'viewer' })).status).toBe(200);
    clock.advance(30_000);
    expect((await ask('GET', '/me')).status).toBe(200);
  });
});

describe('what was changed', () => {
  const THING = { body: { name: 'a' } };

  it('is in force before the answer comes; what was only read brings nothing into force', async () => {
    const seen: string[] = [];
    let done = (): void => {};
    const { ask } = openThings({
      bringIntoForce: async () => {
        seen.push('begun');
        await new Promise<void>((resolve) => (done = resolve));
        seen.push('in force');
      },
    });
    await ask('GET', '/things/a');
    const answered = ask('POST', '/things', THING).then(({ status }) => seen.push(String(status)));
    await vi.waitFor(() => expect(seen).toEqual(['begun']));
    done();
    await answered;
    expect(seen).toEqual(['begun', 'in force', '201']);
  });

  it('is answered although it is not in force here yet, and the log says so', async () => {
    const { ask, logged } = openThings({ bringIntoForce: () => Promise.reject(new Error('gone')) });
    expect((await ask('POST', '/things', THING)).status).toBe(201);
    expect(logged()).toContain('a change is not in force here yet');
  });
});

describe('what is asked', () => {
  it('reads numbers and lists in a query', async () => {
    expect((await openThings().ask('GET', '/things/x%2Fy?limit=7&tag=a&tag=b')).body).toEqual({
      name: 'x/y a+b',
      count: 7,
    });
  });

  it('passes unknown parameters on to a route that wants them', async () => {
    const { ask } = openTestApi(() => [
      route({
        method: 'GET',
        path: '/callback',
        id: 'callback',
        tag: 'Things',
        summary: 'For the test.',
        access: { kind: 'public' },
        query: z.looseObject({ code: z.string() }),
        answer: z.object({ names: z.array(z.string()) }),
        run: ({ query }) => Promise.resolve({ answer: { names: Object.keys(query) } }),
      }),
    ]);
    expect((await ask('GET', '/callback?code=x&session_state=y')).body).toEqual({
      names: ['code', 'session_state'],
    });
  });

  it.each([
    ['limit=0&oops=1', ['/limit', '/oops']],
    ['limit=1&limit=2', ['/limit']],
    ['limit=1e1', ['/limit']],
    ['__proto__=1', ['/__proto__']],
  ])('refuses the query %s with every fault', async (query, pointers) => {
    const { status, body } = await openThings().ask('GET', `/things/a?${query}`);
    expect(status).toBe(422);
    const { code, errors } = body as { code: string; errors: readonly { pointer: string }[] };
    expect(code).toBe('query.invalid');
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
  });

  it('names every fault of a body at once, and repeats nothing of it', async () => {
    const { status, body } = await openThings().ask('POST', '/things', {
      body: { size: { width: 'hunter2', 'a/b': 1 }, more: 2 },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'body.invalid',
      errors: expect.arrayContaining([
        { pointer: '/name', message: 'is required' },
        { pointer: '/size/height', message: 'is required' },
        { pointer: '/size/a~1b', message: 'is not known here' },
        { pointer: '/more', message: 'is not known here' },
      ]) as unknown,
    });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('lists a hundred faults at most', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x${i}`, i]));
    const { body } = await openThings().ask('POST', '/things', { body: many });
    expect((body as { errors: readonly unknown[] }).errors).toHaveLength(100);
  });

  it.each([
    ['no JSON', '{"name": ', 400, 'body.unreadable'],
    ['a member twice', '{"name": "a", "name": "b"}', 400, 'body.unreadable'],
    ['a number that no double holds', '{"name": "a", "size": 9007199254740993}', 400, 'body.unreadable'],
    ['half a character', String.raw`{"name": "\ud800"}`, 400, 'body.unreadable'],
    ['nesting without end', '['.repeat(100_000), 400, 'body.unreadable'],
    ['more than 1 MiB', `"${'x'.repeat(1024 * 1024)}"`, 413, 'body.too_large'],
    ['nothing', '', 422, 'body.invalid'],
  ])('refuses a body of %s', async (_what, text, status, code) => {
    const answered = await openThings().ask('POST', '/things', { text });
    expect([answered.status, (answered.body as { code: string }).code]).toEqual([status, code]);
  });

  it('refuses a body whose sender goes away, and logs no fault', async () => {
    const { api, logged } = openThings();
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
    const headers = { 'test-caller': '"admin"', 'content-type': 'application/json' };
    const request = { method: 'POST', body, headers, duplex: 'half' } as const;
    const response = await api.fetch(new Request('http://gateway.test/api/v1/things', request));
    expect([response.status, logged()]).toEqual([400, '']);
  });

  it('takes JSON only', async () => {
    const { ask } = openThings();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      expect(
        (await ask('POST', '/things', { text: '{"name":"a"}', headers: { 'content-type': type } })).status,
      ).toBe(415);
    }
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await ask('POST', '/things', { text: '{"name":"a"}', headers })).status).toBe(201);
  });

  it('takes no body where none is meant, except an empty object', async () => {
    const { ask } = openThings();
    expect((await ask('POST', '/things/check')).status).toBe(200);
    expect((await ask('POST', '/things/check', { body: {} })).status).toBe(200);
    expect((await ask('POST', '/things/check', { body: { force: true } })).status).toBe(422);
  });

  it('finds a path in plain words before one with a part in its place', async () => {
    expect((await openThings().ask('POST', '/things/check')).body).toMatchObject({ name: 'checked' });
  });

  it('says 404 for other paths and 405 for other methods', async () => {
    const { ask } = openThings();
    expect((await ask('GET', '/thing')).body).toMatchObject({ status: 404, code: 'no_such_path' });
    const wrong = await ask('PUT', '/things/a');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, DELETE']);
    expect((await ask('HEAD', '/things/a')).status).toBe(200);
  });
});

describe('what is answered', () => {
  it('lets nothing out that the schema does not name', async () => {
    const { body } = await openThings().ask('POST', '/things', { body: { name: 'a' } });
    expect(body).toEqual({ name: 'a', count: 1 });
  });

  it('is for nobody else and names the request', async () => {
    const { headers } = await openThings().ask('GET', '/stream');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('x-request-id')).toMatch(/^req_/);
  });

  it.each(['fault', 'wrong'])('tells nothing of a fault of ours (%s), and logs it', async (how) => {
    const { ask, logged } = openThings();
    const { status, body, headers } = await ask('POST', `/fail/${how}`);
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|count|at /);
    expect(logged()).toContain(headers.get('x-request-id'));
    expect(logged()).toContain(
      how === 'fault' ? 'hunter2' : 'the answer of fail is not as its schema says: /count',
    );
  });

  it('closes a stream whose head alone was asked for', async () => {
    let isOpen = true;
    const body = new ReadableStream({ cancel: () => void (isOpen = false) });
    const { ask } = openTestApi(() => [
      route({
        method: 'GET',
        path: '/follow',
        id: 'follow',
        tag: 'Things',
        summary: 'For the test.',
        media: 'text/plain',
        access: VIEWER,
        run: () => Promise.resolve({ response: new Response(body) }),
      }),
    ]);
    expect((await ask('HEAD', '/follow')).body).toBeUndefined();
    expect(isOpen).toBe(false);
  });

  it('says 503 when the store is busy', async () => {
    expect((await openThings().ask('POST', '/fail/busy')).body).toMatchObject({
      status: 503,
      code: 'store.busy',
      hint: 'Later.',
    });
  });
});

describe('a change and its line in the audit log', () => {
  it('are kept together', async () => {
    const { ask, store } = openThings();
    await ask('POST', '/things', { body: { name: 'a' } });
    expect(await store.control.audit.list('acme', { limit: 9 })).toMatchObject([
      {
        seq: 1,
        at: START,
        actor: 'user:admin',
        actorLabel: 'Ada',
        action: 'thing.make',
        target: 'thing:a',
        detail: '{"count":1}',
      },
    ]);
  });

  it('are both undone when the line cannot be kept', async () => {
    const name = 'kept';
    const { ask, store } = openTestApi(
      ({ store }) => [
        route({
          method: 'POST',
          path: '/drafts',
          id: 'draft',
          tag: 'Things',
          summary: 'For the test.',
          access: ADMIN,
          run: async ({ caller, at, change }) => {
            const draft = { server: 'crm', name, document: '{}', at, by: 'user:ada' };
            await change({ action: 'a', target: 'b' }, () =>
              store.control.policies.saveDraft(caller.organisation, draft),
            );
            return { answer: undefined };
          },
        }),
      ],
      { audit: () => Promise.reject(new Error('the disk is full')) },
    );
    expect((await ask('POST', '/drafts')).status).toBe(500);
    expect(await store.control.policies.find('acme', 'crm', name)).toBeUndefined();
  });
});
