import { describe, expect, it } from 'vitest';
import { createApprovals, type Approvals, type HeldCall } from '#approvals';
import { createKeyRing, silentLog } from '#platform';
import type { StoredRecord } from '#store';
import { keyWith, openTestApi, START, type TestApi } from '../api.suite.ts';
import { openApiDocument } from '../openapi.ts';
import { approvalRoutes, type ApprovalRouteParts } from './approval-routes.ts';

const MINUTE = 60_000;
const call: HeldCall = {
  organisation: 'acme',
  server: 'crm',
  grantId: 'grant_1',
  grantLabel: 'newsletter',
  tool: 'resume_campaign',
  arguments: { campaign: 7, note: 'secret-canary' },
  policy: 'main',
  policyVersion: '3',
  rule: '/tools/resume_campaign/action',
  reason: 'Resuming sends e-mail at once.',
  lifeMs: 15 * MINUTE,
};
const approver = { role: 'viewer', isApprover: true, id: 'grace', label: 'Grace' } as const;
const elsewhere = { role: 'admin', isApprover: true, organisation: 'other' } as const;

function opened(parts: Partial<ApprovalRouteParts> = {}): TestApi & {
  readonly approvals: Approvals;
  held(over?: Partial<HeldCall>): Promise<string>;
} {
  let approvals: Approvals | undefined;
  const clock = { now: (): number => test.clock.now() };
  const test: TestApi = openTestApi(({ store }) => {
    approvals = createApprovals({
      store: store.control.approvals,
      keys: createKeyRing(`k1:${'cd'.repeat(32)}`, 'the test'),
      clock,
      log: silentLog,
      notify: () => Promise.resolve(),
      approvalUrl: () => undefined,
    });
    return approvalRoutes({ approvals, ...parts });
  });
  if (approvals === undefined) throw new Error('no approvals');
  const made = approvals;
  return {
    ...test,
    approvals: made,
    held: async (over) => (await made.ask({ ...call, ...over })).approval.id,
  };
}

describe('the list of held calls', () => {
  it('is newest first, in pages, without arguments', async () => {
    const { ask, held } = opened();
    const ids = [];
    for (let n = 0; n < 5; n++) ids.unshift(await held({ arguments: { n, note: 'secret-canary' } }));
    const first = await ask('GET', '/approvals?limit=3', { as: 'viewer' });
    const { items, next } = first.body as { items: { id: string }[]; next: string };
    expect(items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(items[0]).toEqual({
      id: ids[0],
      server: 'crm',
      tool: 'resume_campaign',
      grant: { id: 'grant_1', label: 'newsletter' },
      policy: 'main',
      policyVersion: '3',
      rule: '/tools/resume_campaign/action',
      reason: 'Resuming sends e-mail at once.',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: 'pending',
      asked: 1,
      requestedAt: new Date(START).toISOString(),
      expiresAt: new Date(START + 15 * MINUTE).toISOString(),
      note: '',
    });
    const second = await ask('GET', `/approvals?limit=3&cursor=${next}`, { as: 'viewer' });
    expect(second.body).toMatchObject({ items: ids.slice(3).map((id) => ({ id })) });
    expect(second.body).not.toHaveProperty('next');
    expect(JSON.stringify([first.body, second.body])).not.toMatch(/secret-canary|tge1|Sealed/);
  });

  it('can be narrowed to a status, a server and a grant', async () => {
    const { ask, held, approvals, clock } = opened();
    const a = await held({ server: 'a' });
    const b = await held({ grantId: 'grant_2' });
    const c = await held();
    await approvals.decide('acme', c, { verdict: 'deny', by: 'user:u', note: '' });
    const found = async (query: string): Promise<string[]> => {
      const { body } = await ask('GET', `/approvals?${query}`);
      return (body as { items: { id: string }[] }).items.map(({ id }) => id);
    };
    expect(await found('status=pending')).toEqual([b, a]);
    expect(await found('status=denied')).toEqual([c]);
    expect(await found('server=a')).toEqual([a]);
    expect(await found('grant=grant_2&status=pending')).toEqual([b]);
    expect(await found('status=decided')).toEqual([c]);
    clock.advance(15 * MINUTE);
    expect(await found('status=pending')).toEqual([]);
    expect(await found('status=expired')).toEqual([b, a]);
    expect(await found('status=decided')).toEqual([c, b, a]);
  });

  it('says how risky each tool is, as far as its server tells in time', async () => {
    const asked: string[] = [];
    const { ask, held } = opened({
      patienceMs: 20,
      describeTool: (_organisation, server, tool) => {
        asked.push(`${server} ${tool}`);
        if (server === 'slow') return new Promise(() => {});
        if (server === 'broken') return Promise.reject(new Error('no list'));
        return Promise.resolve({ category: 'Execute', level: 'High', description: 'long' });
      },
    });
    await held({ server: 'slow' });
    await held({ server: 'broken' });
    for (const campaign of [1, 2]) await held({ arguments: { campaign } });
    const { status, body } = await ask('GET', '/approvals', { as: 'viewer' });
    expect(status).toBe(200);
    const { items } = body as { items: { server: string; risk?: unknown }[] };
    expect(items.map(({ server, risk }) => [server, risk])).toEqual([
      ['crm', { category: 'Execute', level: 'High' }],
      ['crm', { category: 'Execute', level: 'High' }],
      ['broken', undefined],
      ['slow', undefined],
    ]);
    expect(asked.toSorted()).toEqual([
      'broken resume_campaign',
      'crm resume_campaign',
      'slow resume_campaign',
    ]);
  });

  it.each(['status=open', 'limit=0', 'limit=201', 'cursor=nonsense', 'colour=red', 'server=a&server=b'])(
    'refuses %s',
    async (query) => {
      const { status } = await opened().ask('GET', `/approvals?${query}`);
      expect([400, 422]).toContain(status);
    },
  );
});

describe('one held call', () => {
  it('is shown with its exact arguments, its tool and what its grant did before', async () => {
    const record = {
      id: 'rec_1',
      at: START - 1000,
      tool: 'pause_campaign',
      outcome: 'allow',
      enforced: false,
      rule: '/tools/pause_campaign',
      message: 'ok',
      ending: { result: 'ok' },
      argumentKeys: ['campaign'],
    } as unknown as StoredRecord;
    const asked: unknown[] = [];
    const { ask, held } = opened({
      describeTool: (...about) => {
        asked.push(about);
        return Promise.resolve({ description: 'Resumes it.', category: 'Execute', level: 'High' });
      },
      recentCalls: (...about) => {
        asked.push(about);
        return Promise.resolve([record]);
      },
    });
    const id = await held();
    const { status, body } = await ask('GET', `/approvals/${id}`, { as: 'viewer' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      arguments: call.arguments,
      toolDefinition: { description: 'Resumes it.', category: 'Execute', level: 'High' },
      recentCalls: [{ id: 'rec_1', tool: 'pause_campaign', outcome: 'allow', enforced: false, result: 'ok' }],
    });
    expect(asked).toEqual([
      ['acme', 'crm', 'resume_campaign'],
      ['acme', 'grant_1'],
    ]);
  });

  it('is shown without arguments where the agent sent none, and without what is not known', async () => {
    const { ask, held } = opened();
    const { body } = await ask('GET', `/approvals/${await held({ arguments: undefined })}`);
    expect(body).not.toHaveProperty('arguments');
    expect(body).not.toHaveProperty('toolDefinition');
    expect(body).toMatchObject({ recentCalls: [] });
  });
});

describe.each([
  ['approve', 'approved', 'granted'],
  ['deny', 'denied', 'denied'],
] as const)('to %s a call', (verdict, status, state) => {
  it('decides it, tells who did, and is in the audit log', async () => {
    const { ask, held, approvals, store, clock } = opened();
    const id = await held();
    clock.advance(MINUTE);
    const answer = await ask('POST', `/approvals/${id}/${verdict}`, {
      as: approver,
      body: { note: 'Agreed with sales.' },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        id,
        status,
        note: 'Agreed with sales.',
        decidedBy: 'user:grace',
        decidedAt: new Date(START + MINUTE).toISOString(),
      },
    });
    expect((await approvals.ask(call)).state).toBe(state);
    const [line] = await store.control.audit.list('acme', { limit: 10 });
    expect(line).toMatchObject({
      actor: 'user:grace',
      action: `approval.${verdict}`,
      target: `approval:${id}`,
    });
    expect(JSON.parse(line?.detail ?? '')).toMatchObject({ server: 'crm', tool: 'resume_campaign' });
    expect(line?.detail).not.toContain('secret-canary');
  });

  it('needs no body', async () => {
    const { ask, held } = opened();
    expect(await ask('POST', `/approvals/${await held()}/${verdict}`, { as: approver })).toMatchObject({
      status: 200,
      body: { note: '' },
    });
  });

  it.each([
    ['nobody', 'nobody', 401],
    ['an admin who is no approver', 'admin', 403],
    ['a key that may only read', keyWith('approvals:read'), 403],
    ['an approver of another organisation', elsewhere, 404],
    ['an approver', approver, 200],
    ['a key that may decide', keyWith('approvals:decide'), 200],
  ] as const)('as %s is answered as it should be', async (_name, as, wanted) => {
    const { ask, held, store } = opened();
    const id = await held();
    expect((await ask('POST', `/approvals/${id}/${verdict}`, { as })).status).toBe(wanted);
    const [approval] = await store.control.approvals.list('acme', { limit: 1 }, START);
    expect(approval?.status).toBe(wanted === 200 ? status : 'pending');
  });

  it.each(['approved', 'denied', 'used', 'expired'] as const)(
    'that is %s is refused, says so, and is not in the audit log',
    async (before) => {
      const { ask, held, approvals, clock, store } = opened();
      const id = await held();
      const earlier = before === 'denied' ? 'deny' : 'approve';
      if (before !== 'expired')
        await approvals.decide('acme', id, { verdict: earlier, by: 'user:u', note: '' });
      if (before === 'used') await approvals.ask(call);
      if (before === 'expired') clock.advance(15 * MINUTE);
      expect(await ask('POST', `/approvals/${id}/${verdict}`, { as: approver })).toMatchObject({
        status: 409,
        body: { code: `approval.${before}` },
      });
      expect(await store.control.audit.list('acme', { limit: 10 })).toEqual([]);
    },
  );

  it.each([
    ['a note that is too long', { note: 'x'.repeat(501) }],
    ['a note that is no text', { note: 1 }],
    ['what it does not know', { note: 'x', by: 'user:admin' }],
  ])('refuses %s', async (_name, body) => {
    const { ask, held } = opened();
    expect((await ask('POST', `/approvals/${await held()}/${verdict}`, { as: approver, body })).status).toBe(
      422,
    );
  });
});

describe('of two people who answer at once', () => {
  it('one is told that it is decided', async () => {
    const { ask, held, store } = opened();
    const id = await held();
    const answers = await Promise.all([
      ask('POST', `/approvals/${id}/approve`, { as: approver }),
      ask('POST', `/approvals/${id}/deny`, { as: { ...approver, id: 'alan' } }),
    ]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(await store.control.audit.list('acme', { limit: 10 })).toHaveLength(1);
  });
});

describe('what is not there', () => {
  it.each(['apr_nothing', '__proto__', '..%2F..', 'x'.repeat(5000)])('is 404: %s', async (id) => {
    const { ask } = opened();
    expect((await ask('GET', `/approvals/${id}`)).status).toBe(404);
    expect((await ask('POST', `/approvals/${id}/approve`, { as: approver })).status).toBe(404);
  });

  it('includes what another organisation has', async () => {
    const { ask, held } = opened();
    const id = await held();
    expect((await ask('GET', `/approvals/${id}`, { as: elsewhere })).status).toBe(404);
    expect((await ask('GET', '/approvals', { as: elsewhere })).body).toEqual({ items: [] });
  });
});

it('the routes are in the OpenAPI document', () => {
  const { approvals } = opened();
  const text = JSON.stringify(openApiDocument(approvalRoutes({ approvals }), '1.0.0'));
  for (const id of ['Approval', 'ApprovalDetail', 'ApprovalList']) {
    expect(text).toContain(`#/components/schemas/${id}"`);
  }
});
