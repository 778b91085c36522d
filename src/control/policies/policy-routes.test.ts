import { describe, expect, it } from 'vitest';
import { keyWith } from '../api.suite.ts';
import { MAIN, openPolicies, pausePolicy } from './policies.suite.ts';

describe('a draft', () => {
  it('need not be a policy; its faults come back beside it', async () => {
    const { ask } = openPolicies();
    const document = '{"version": "1", "default": "dney"}';
    const saved = await ask('PUT', `${MAIN}/draft`, { as: 'policy_manager', body: { document } });
    expect(saved.body).toMatchObject({
      document,
      check: { valid: false, problems: [{ pointer: '/default', line: 1 }] },
    });
    expect((await ask('GET', MAIN, { as: 'viewer' })).body).toMatchObject({
      server: 'crm',
      name: 'main',
      managed: true,
      hasDraft: true,
      updatedBy: 'user:policy_manager',
      draft: { document, check: { valid: false } },
    });
  });

  it('must be JSON, of 256 KiB at most', async () => {
    const { ask } = openPolicies();
    const save = (document: unknown): Promise<{ status: number; body: unknown }> =>
      ask('PUT', `${MAIN}/draft`, { body: { document } });
    expect((await save('{"version": ')).body).toMatchObject({
      status: 422,
      code: 'policy.not_json',
      errors: [{ line: 1 }],
    });
    expect((await save('{"a": 1, "a": 2}')).body).toMatchObject({ code: 'policy.not_json' });
    expect((await save('['.repeat(100_000))).body).toMatchObject({ code: 'policy.not_json' });
    expect((await save(7)).body).toMatchObject({ code: 'body.invalid', errors: [{ pointer: '/document' }] });
    expect((await save(`"${'x'.repeat(262_142)}"`)).status).toBe(200);
    expect((await save(`"${'x'.repeat(262_143)}"`)).body).toMatchObject({ code: 'body.invalid' });
    expect((await save(`"${'ż'.repeat(131_072)}"`)).body).toMatchObject({ code: 'body.invalid' });
  });

  it('can be dropped, and leaves what is in force', async () => {
    const { ask } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    await ask('PUT', `${MAIN}/draft`, { body: { document: '{}' } });
    expect((await ask('DELETE', `${MAIN}/draft`)).status).toBe(204);
    expect((await ask('DELETE', `${MAIN}/draft`)).status).toBe(404);
    expect((await ask('GET', MAIN)).body).toMatchObject({ published: 1, hasDraft: false });
  });
});

describe('a draft that two people write', () => {
  const save = (test: ReturnType<typeof openPolicies>, max: number, after?: unknown) =>
    test.ask('PUT', `${MAIN}/draft`, { body: { document: pausePolicy(max), after } });
  const revisionOf = ({ body }: { readonly body: unknown }): number =>
    (body as { revision: number }).revision;

  it('is kept for who saw the one before; who was slower is told whose is there, and nothing is lost', async () => {
    const test = openPolicies();
    const first = revisionOf(await save(test, 1, null));
    const second = await save(test, 2, first);
    expect((await test.ask('GET', MAIN)).body).toMatchObject({ draft: { revision: revisionOf(second) } });
    for (const seen of [null, first]) {
      const late = await save(test, 3, seen);
      expect(late.body).toMatchObject({
        status: 409,
        code: 'policy.draft_conflict',
        detail: expect.stringContaining('was saved by user:admin at 2023-'),
      });
    }
    const drop = await test.ask('DELETE', `${MAIN}/draft?after=${first}`);
    const publish = await test.ask('POST', `${MAIN}/publish`, { body: { draft: first } });
    for (const { body } of [drop, publish])
      expect(body).toMatchObject({ status: 409, code: 'policy.draft_conflict' });
    expect((await test.ask('GET', MAIN)).body).toMatchObject({ draft: second.body });
  });

  it('can be replaced without a look, and dropped or published by who saw it', async () => {
    const test = openPolicies();
    const seen = revisionOf(await save(test, 1));
    const last = revisionOf(await save(test, 2));
    expect(last).not.toBe(seen);
    expect((await test.ask('DELETE', `${MAIN}/draft?after=${last}`)).status).toBe(204);
    const again = revisionOf(await save(test, 3));
    const body = { document: pausePolicy(3), after: null, draft: again };
    expect((await test.ask('POST', `${MAIN}/publish`, { body })).status).toBe(201);
    expect((await save(test, 4, again)).body).toMatchObject({
      code: 'policy.draft_conflict',
      detail: expect.stringContaining('was published or discarded by user:admin'),
    });
    expect((await save(test, 4, null)).status).toBe(200);
  });

  it('stays when an old version is put in force again', async () => {
    const test = openPolicies();
    await test.ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(1) } });
    const draft = await save(test, 2);
    await test.ask('POST', `${MAIN}/restore`, { body: { version: 1 } });
    expect((await test.ask('GET', MAIN)).body).toMatchObject({ published: 2, draft: draft.body });
  });

  it('is compared with another text, which is not kept', async () => {
    const test = openPolicies();
    const draft = await save(test, 1);
    const body = { from: 'draft', document: pausePolicy(2) };
    expect((await test.ask('POST', `${MAIN}/diff`, { as: 'viewer', body })).body).toMatchObject({
      from: 'draft',
      to: 'document',
      changes: [{ pointer: '/tools/pause_campaign/limits/0/max', before: 1, after: 2 }],
      text: expect.stringContaining('+++ main document'),
    });
    const diff = (from: string, document: unknown) =>
      test.ask('POST', `${MAIN}/diff`, { body: { from, document } });
    expect((await diff('7', {})).status).toBe(404);
    expect((await diff('draft', '{')).body).toMatchObject({ code: 'policy.not_json' });
    expect((await test.ask('GET', MAIN)).body).toMatchObject({ draft: draft.body });
  });
});

describe('the policies of a server', () => {
  it('are those of the API and those of the configuration file, which are only read', async () => {
    const { ask } = openPolicies();
    await ask('PUT', '/servers/declared/policies/mine/draft', { body: { document: '{}' } });
    expect((await ask('GET', '/servers/declared/policies')).body).toMatchObject({
      items: [
        { name: 'from-file', managed: false, version: 'abc123def456', hasDraft: false },
        { name: 'mine', managed: true, hasDraft: true },
      ],
    });
    expect((await ask('GET', '/servers/declared/policies/from-file')).body).toMatchObject({
      inForce: { document: '{ "version": "1", "default": "deny" }', check: { valid: true } },
    });
    for (const [method, path] of [
      ['PUT', 'from-file/draft'],
      ['DELETE', 'from-file'],
    ] as const) {
      const options = method === 'PUT' ? { body: { document: '{}' } } : {};
      expect((await ask(method, `/servers/declared/policies/${path}`, options)).body).toMatchObject({
        code: 'policy.declared',
      });
    }
  });

  it('come in pages', async () => {
    const { ask } = openPolicies();
    for (const name of ['c', 'a', 'b'])
      await ask('PUT', `/servers/crm/policies/${name}/draft`, { body: { document: '{}' } });
    const first = (await ask('GET', '/servers/crm/policies?limit=2')).body as {
      items: { name: string }[];
      next: string;
    };
    expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
    expect((await ask('GET', `/servers/crm/policies?cursor=${first.next}`)).body).toMatchObject({
      items: [{ name: 'c' }],
    });
    expect((await ask('GET', '/servers/crm/policies?cursor=forged')).body).toMatchObject({
      status: 400,
      code: 'usage.cursor',
    });
  });

  it('stay while a live grant carries them', async () => {
    const { ask, store, clock } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    await store.grants.insert({
      id: 'grant_1',
      label: 'agent',
      server: 'crm',
      policy: 'main',
      organisation: 'acme',
      createdAt: clock.now(),
      expiresAt: clock.now() + 1000,
      revokedAt: undefined,
      tokenHash: 'x',
    });
    expect((await ask('DELETE', MAIN)).body).toMatchObject({ status: 409, code: 'policy.in_use' });
    clock.advance(1000);
    expect((await ask('DELETE', MAIN)).status).toBe(204);
    expect((await ask('DELETE', MAIN)).status).toBe(404);
  });
});

describe('lint', () => {
  it('looks at the document, else at the draft, else at what is in force, and keeps nothing', async () => {
    const { ask, store } = openPolicies();
    const lint = async (body?: object): Promise<unknown> =>
      (await ask('POST', `${MAIN}/lint`, { body })).body;
    const unknown = { version: '1', default: 'deny', tools: { xyzzy: {} } };
    expect(await lint({ document: unknown })).toMatchObject({
      valid: true,
      findings: [{ level: 'error', pointer: '/tools/xyzzy' }],
    });
    expect(await lint()).toMatchObject({ status: 404 });
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    expect(await lint()).toMatchObject({ valid: true, findings: [] });
    await ask('PUT', `${MAIN}/draft`, { body: { document: unknown } });
    expect(await lint()).toMatchObject({ findings: [{ level: 'error' }] });
    expect(await store.control.policies.find('acme', 'crm', 'main')).toMatchObject({ published: 1 });
  });

  it('says why the tools are not known', async () => {
    const { ask } = openPolicies({ liveTools: () => Promise.resolve({ unavailable: 'It needs a login.' }) });
    const { body } = await ask('POST', `${MAIN}/lint`, { body: { document: pausePolicy(3) } });
    expect(body).toEqual({ valid: true, problems: [], findings: [], unavailable: 'It needs a login.' });
  });
});

describe('trying a call', () => {
  it('shows what is in force and what would be, with the rule and the way to it', async () => {
    const { ask } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    const document = {
      version: '1',
      default: 'allow',
      tools: {
        pause_campaign: {
          require: [
            { conditions: [{ path: 'args.reason', op: 'exists', value: true }], on_deny: 'Say why.' },
          ],
        },
      },
    };
    const call = { tool: 'pause_campaign', arguments: { campaign: 3 } };
    const { status, body } = await ask('POST', `${MAIN}/try`, { as: 'viewer', body: { ...call, document } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      inForce: {
        outcome: 'allow',
        rule: '/tools/pause_campaign',
        limits: [{ counter: 'pauses', scope: 'grant', windowSeconds: 60, max: 3, amount: 1 }],
      },
      candidate: {
        outcome: 'deny',
        rule: '/tools/pause_campaign/require/0',
        message: 'Say why.',
        limits: [],
      },
    });
    expect((body as { candidate: { steps: object[] } }).candidate.steps).toContainEqual(
      expect.objectContaining({ rule: '/tools/pause_campaign/require/0', result: 'refused' }),
    );
  });

  it('takes the draft for the candidate, and leaves it out when it is no policy', async () => {
    const { ask } = openPolicies();
    const body = { tool: 'delete_campaign' };
    await ask('PUT', `${MAIN}/draft`, { body: { document: pausePolicy(3) } });
    expect((await ask('POST', `${MAIN}/try`, { body })).body).toMatchObject({
      candidate: { rule: '(default deny)' },
    });
    await ask('PUT', `${MAIN}/draft`, { body: { document: '{}' } });
    expect((await ask('POST', `${MAIN}/try`, { body })).body).toEqual({});
    expect((await ask('POST', `${MAIN}/try`, { body: { ...body, document: '{}' } })).body).toMatchObject({
      status: 422,
      code: 'policy.invalid',
    });
  });

  it('knows the tools of the server, and takes any tool for one when they are not known', async () => {
    const known = openPolicies();
    const body = { tool: 'xyzzy', document: { version: '1', default: 'allow' } };
    expect((await known.ask('POST', `${MAIN}/try`, { body })).body).toMatchObject({
      candidate: { rule: '(unknown tool)' },
    });
    const unknown = openPolicies({ liveTools: () => Promise.resolve({ unavailable: 'Gone.' }) });
    expect((await unknown.ask('POST', `${MAIN}/try`, { body })).body).toMatchObject({
      candidate: { outcome: 'allow' },
      unavailable: 'Gone.',
    });
  });
});

describe('rights', () => {
  const changes = [
    ['PUT', `${MAIN}/draft`, { document: '{}' }],
    ['DELETE', `${MAIN}/draft`, undefined],
    ['DELETE', MAIN, undefined],
    ['POST', `${MAIN}/publish`, { document: pausePolicy(1) }],
    ['POST', `${MAIN}/restore`, { version: 1 }],
  ] as const;

  it.each(changes)('a viewer cannot %s %s, nor can a key that only reads', async (method, path, body) => {
    const { ask, store } = openPolicies();
    for (const as of ['viewer', keyWith('policies:read')] as const)
      expect((await ask(method, path, { as, ...(body !== undefined && { body }) })).status).toBe(403);
    expect(await store.control.policies.list('acme', 'crm')).toEqual([]);
  });

  it('what is of one organisation does not exist for another', async () => {
    const { ask, store } = openPolicies();
    await ask('POST', `${MAIN}/publish`, { body: { document: pausePolicy(3) } });
    await ask('PUT', `${MAIN}/draft`, { body: { document: '{"secret": true}' } });
    const before = await store.control.policies.find('acme', 'crm', 'main');
    const as = { organisation: 'other', role: 'admin' } as const;
    const reading = [
      '/servers/crm/policies',
      MAIN,
      `${MAIN}/versions`,
      `${MAIN}/versions/1`,
      `${MAIN}/diff?from=1&to=draft`,
      '/servers/declared/policies/from-file',
    ];
    for (const path of reading) expect([path, (await ask('GET', path, { as })).status]).toEqual([path, 404]);
    const asking = [
      ['POST', `${MAIN}/lint`, undefined],
      ['POST', `${MAIN}/lint`, { document: '{}' }],
      ['POST', `${MAIN}/try`, { tool: 'pause_campaign' }],
      ['POST', `${MAIN}/try`, { tool: 'pause_campaign', document: pausePolicy(1) }],
    ] as const;
    for (const [method, path, body] of [...changes, ...asking]) {
      const { status } = await ask(method, path, { as, ...(body !== undefined && { body }) });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    expect(await store.control.policies.find('acme', 'crm', 'main')).toEqual(before);
    expect(await store.control.policies.versions('acme', 'crm', 'main')).toHaveLength(1);
  });
});
