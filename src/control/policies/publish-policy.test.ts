import { describe, expect, it } from 'vitest';
import { START, TOOLS } from '../api.suite.ts';
import { MAIN, openPolicies, pausePolicy } from './policies.suite.ts';

describe('publishing a policy', () => {
  it('puts a document in force, and keeps its text as it was written', async () => {
    const { ask, store } = openPolicies();
    const document = '{ "version": "1",\n\t"default": "deny", "tools": {"pause_campaign": {} } }';
    const { status, body } = await ask('POST', `${MAIN}/publish`, { body: { document, note: 'First' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      version: {
        server: 'crm',
        name: 'main',
        version: 1,
        note: 'First',
        document,
        createdBy: 'user:admin',
        createdAt: new Date(START).toISOString(),
      },
      warnings: [],
    });
    expect(await store.control.policies.published()).toMatchObject([{ organisation: 'acme', document }]);
  });

  it('takes the document itself too', async () => {
    const { ask } = openPolicies();
    const { body } = await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    expect(body).toMatchObject({ version: { document: `${JSON.stringify(pausePolicy(3), null, 2)}\n` } });
  });

  it('keeps a tool that is named like a property of every object', async () => {
    const { ask } = openPolicies({ liveTools: () => Promise.resolve([{ name: '__proto__' }]) });
    const text =
      '{"document": {"version": "1", "default": "deny", "tools": {"__proto__": {"action": "deny"}}}}';
    const { status, body } = await ask('POST', `${MAIN}/publish`, { text });
    expect(status).toBe(201);
    expect((body as { version: { document: string } }).version.document).toContain('"__proto__"');
  });

  it('publishes the draft when no document is given, and drops it', async () => {
    const { ask } = openPolicies();
    await ask('PUT', `${MAIN}/draft`, { body: { document: pausePolicy(3) } });
    expect((await ask('POST', `${MAIN}/publish`)).status).toBe(201);
    expect((await ask('GET', MAIN)).body).toMatchObject({ published: 1, version: '1', hasDraft: false });
    expect((await ask('POST', `${MAIN}/publish`)).body).toMatchObject({
      status: 422,
      code: 'policy.no_document',
    });
  });

  it('refuses what is no policy, with every fault and its place', async () => {
    const { ask, store } = openPolicies();
    const document = '{\n "version": "1",\n "default": "dney",\n "tols": {}\n}';
    const { status, body } = await ask('POST', `${MAIN}/publish`, { body: { document } });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'policy.invalid',
      errors: [
        { pointer: '/default', line: 3, column: 13, suggestion: expect.stringContaining('deny') as unknown },
        { pointer: '/tols', line: 4, column: 2, suggestion: expect.stringContaining('tools') as unknown },
      ],
    });
    expect(await store.control.policies.list('acme', 'crm')).toEqual([]);
  });

  it('refuses a rule that has no effect on this server', async () => {
    const { ask } = openPolicies();
    const document = { version: '1', default: 'deny', tools: { pause_campain: {} } };
    const { status, body } = await ask('POST', `${MAIN}/publish`, { body: { document } });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'policy.lint',
      errors: [
        {
          pointer: '/tools/pause_campain',
          line: 5,
          suggestion: expect.stringContaining('pause_campaign') as unknown,
        },
      ],
    });
  });

  it('passes warnings on', async () => {
    const { ask } = openPolicies();
    const document = { version: '1', default: 'deny', hide: ['delete_campaign'] };
    const { status, body } = await ask('POST', `${MAIN}/publish`, { body: { document } });
    expect(status).toBe(201);
    expect((body as { warnings: readonly { level: string }[] }).warnings.map(({ level }) => level)).toContain(
      'warning',
    );
  });

  it('refuses while the server cannot be asked, unless it is forced', async () => {
    const reason = 'The server does not answer.';
    const { ask, pinned, store } = openPolicies({
      liveTools: () => Promise.resolve({ unavailable: reason }),
    });
    const document = pausePolicy(3);
    expect((await ask('POST', `${MAIN}/publish`, { body: { document } })).body).toMatchObject({
      status: 422,
      code: 'policy.unchecked',
      detail: expect.stringContaining(reason) as unknown,
    });
    const forced = await ask('POST', `${MAIN}/publish`, { body: { document, force: true } });
    expect(forced.body).toMatchObject({ warnings: [], unavailable: reason });
    expect(pinned).toEqual([]);
    expect(await store.control.audit.list('acme', { limit: 1 })).toMatchObject([
      {
        action: 'policy.publish',
        target: 'policy:crm/main',
        detail: expect.stringContaining('"unchecked":true') as unknown,
      },
    ]);
  });

  it('does not force what is no policy', async () => {
    const { ask } = openPolicies({ liveTools: () => Promise.resolve({ unavailable: 'Gone.' }) });
    expect((await ask('POST', `${MAIN}/publish`, { body: { document: '{}', force: true } })).status).toBe(
      422,
    );
  });

  it('tells what it was published against, and that it was published', async () => {
    const { ask, pinned, notified } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    expect(pinned).toEqual([
      { organisation: 'acme', server: 'crm', policy: 'main', tools: TOOLS, by: 'user:admin', at: START },
    ]);
    expect(notified).toMatchObject([
      {
        event: 'policy.published',
        organisation: 'acme',
        facts: { server: 'crm', policy: 'main', version: 1 },
      },
    ]);
  });

  it('is undone when the definitions cannot be kept', async () => {
    const { ask, store, notified } = openPolicies({ onPublished: () => Promise.reject(new Error('no')) });
    expect((await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } })).status).toBe(500);
    expect(await store.control.policies.published()).toEqual([]);
    expect(await store.control.audit.list('acme', { limit: 9 })).toEqual([]);
    expect(notified).toEqual([]);
  });

  it('refuses when another version is in force than was seen', async () => {
    const { ask } = openPolicies();
    const publish = (after: number | null): Promise<{ status: number }> =>
      ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3), after } });
    expect((await publish(null)).status).toBe(201);
    expect((await publish(null)).status).toBe(409);
    expect((await publish(7)).status).toBe(409);
    expect((await publish(1)).status).toBe(201);
  });

  it('refuses a draft that changed while it was being checked', async () => {
    let change = (): Promise<unknown> => Promise.resolve();
    const test = openPolicies({ liveTools: async () => (await change(), TOOLS) });
    await test.ask('PUT', `${MAIN}/draft`, { body: { document: pausePolicy(3) } });
    change = () =>
      test.store.control.policies.saveDraft('acme', {
        server: 'crm',
        name: 'main',
        document: '{"by": "somebody else"}',
        at: START,
        by: 'user:eve',
      });
    expect((await test.ask('POST', `${MAIN}/publish`)).body).toMatchObject({
      status: 409,
      code: 'policy.draft_conflict',
    });
    expect((await test.ask('GET', MAIN)).body).toMatchObject({
      draft: { document: '{"by": "somebody else"}' },
    });
  });

  it('lets one of two win that publish at once', async () => {
    const { ask } = openPolicies();
    const both = await Promise.all(
      [1, 2].map((max) =>
        ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(max), after: null } }),
      ),
    );
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409]);
  });

  it.each(['Main', '-x', 'a'.repeat(64), 'a%2Fb', 'zażółć', '%00'])('refuses the name %s', async (name) => {
    const { ask } = openPolicies();
    const path = `/servers/crm/policies/${encodeURI(name).replaceAll('%25', '%')}/publish`;
    const { status } = await ask('POST', path, { body: { document: pausePolicy(3) } });
    expect(status).toBe(422);
  });

  it('leaves policies of the configuration file alone, and takes other names beside them', async () => {
    const { ask } = openPolicies();
    const body = { document: pausePolicy(3) };
    expect((await ask('POST', '/servers/declared/policies/from-file/publish', { body })).body).toMatchObject({
      status: 409,
      code: 'policy.declared',
    });
    expect((await ask('POST', '/servers/declared/policies/mine/publish', { body })).status).toBe(201);
  });
});

describe('versions of a policy', () => {
  it('never change, and can be put in force again as a new one', async () => {
    const { ask } = openPolicies();
    for (const max of [1, 2]) await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(max) } });
    const restored = await ask('POST', `${MAIN}/restore`, { body: { version: 1 } });
    expect(restored.body).toMatchObject({ version: { version: 3, note: 'Version 1 again' } });
    const { body } = await ask('GET', `${MAIN}/versions?limit=2`);
    const { items, next } = body as { items: readonly { version: number }[]; next: string };
    expect(items.map(({ version }) => version)).toEqual([3, 2]);
    expect((await ask('GET', `${MAIN}/versions?cursor=${next}`)).body).toMatchObject({
      items: [{ version: 1 }],
    });
    const documents = await Promise.all(
      [1, 3].map(
        async (n) => ((await ask('GET', `${MAIN}/versions/${n}`)).body as { document: string }).document,
      ),
    );
    expect(documents[0]).toBe(documents[1]);
  });

  it('are checked again before they are restored', async () => {
    let tools = TOOLS;
    const { ask } = openPolicies({ liveTools: () => Promise.resolve(tools) });
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(1) } });
    tools = [];
    expect((await ask('POST', `${MAIN}/restore`, { body: { version: 1 } })).body).toMatchObject({
      code: 'policy.lint',
    });
    expect((await ask('POST', `${MAIN}/restore`, { body: { version: 2 } })).status).toBe(404);
  });

  it('can be read on after the policy was removed', async () => {
    const { ask } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(1) } });
    expect((await ask('DELETE', MAIN)).status).toBe(204);
    expect((await ask('GET', MAIN)).status).toBe(404);
    expect((await ask('GET', `${MAIN}/versions/1`)).body).toMatchObject({ version: 1 });
  });

  it.each(['0', '01', '1.5', '-1', 'x', '99999999999999999999'])(
    'has none of the number %s',
    async (number) => {
      const { ask } = openPolicies();
      await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(1) } });
      expect((await ask('GET', `${MAIN}/versions/${number}`)).status).toBe(404);
    },
  );

  it('are compared by what they say and line by line', async () => {
    const { ask } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(30) } });
    await ask('POST', `${MAIN}/publish`, {
      body: { document: { ...pausePolicy(10), hide: ['delete_campaign'] } },
    });
    const { body } = await ask('GET', `${MAIN}/diff?from=1&to=2`);
    expect(body).toMatchObject({
      from: '1',
      to: '2',
      changes: [
        { pointer: '/tools/pause_campaign/limits/0/max', kind: 'changed', before: 30, after: 10 },
        { pointer: '/hide', kind: 'added', after: ['delete_campaign'] },
      ],
      text: expect.stringMatching(/^--- main 1\n\+\+\+ main 2\n@@ /) as unknown,
    });
  });

  it('are compared with the draft', async () => {
    const { ask } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(30) } });
    expect((await ask('GET', `${MAIN}/diff?from=1&to=draft`)).status).toBe(404);
    await ask('PUT', `${MAIN}/draft`, { body: { document: pausePolicy(30) } });
    expect((await ask('GET', `${MAIN}/diff?from=1&to=draft`)).body).toMatchObject({ changes: [], text: '' });
    expect((await ask('GET', `${MAIN}/diff?from=1&to=latest`)).status).toBe(422);
  });
});
