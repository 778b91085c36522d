import { beforeEach, describe, expect, it } from 'vitest';
import { createAudit, type Audit } from '#records';
import { keyWith, openTestApi, type TestApi } from '../api.suite.ts';
import { auditRoutes } from './audit-routes.ts';

interface List {
  readonly items: readonly { readonly seq: number }[];
  readonly next?: string;
}

describe('the audit log in the API', () => {
  let test: TestApi;
  let audit: Audit;
  beforeEach(async () => {
    let now = Date.parse('2026-11-22T12:00:00.000Z');
    test = openTestApi(({ store }) => {
      audit = createAudit({ store: store.control.audit, clock: { now: () => now++ } });
      return auditRoutes({ audit, stillAllowed: async () => true });
    });
    for (let i = 1; i <= 5; i++)
      await audit.append('acme', {
        actor: i === 3 ? 'key:k1' : 'user:ada',
        actorLabel: 'Ada',
        action: i % 2 === 0 ? 'grant.mint' : 'policy.publish',
        target: `policy:crm/p${i}`,
        detail: { version: i },
      });
    await audit.append('other', { actor: 'user:eve', actorLabel: 'Eve', action: 'theirs', target: 'x' });
  });

  const list = async (query = ''): Promise<List> => (await test.ask('GET', `/audit${query}`)).body as List;
  const seqs = ({ items }: List): number[] => items.map(({ seq }) => seq);

  it('gives events newest first, in pages, of one organisation', async () => {
    const first = await list('?limit=3');
    expect(seqs(first)).toEqual([5, 4, 3]);
    const second = await list(`?limit=3&cursor=${first.next}`);
    expect(seqs(second)).toEqual([2, 1]);
    expect(second.next).toBeUndefined();
    expect(second.items[1]).toMatchObject({
      at: '2026-11-22T12:00:00.000Z',
      actor: 'user:ada',
      action: 'policy.publish',
      target: 'policy:crm/p1',
      detail: '{"version":1}',
      previousHash: '0'.repeat(64),
    });
  });

  it('narrows by action, actor, target and time', async () => {
    expect(seqs(await list('?action=grant.mint'))).toEqual([4, 2]);
    expect(seqs(await list('?actor=key:k1'))).toEqual([3]);
    expect(seqs(await list('?target=policy:crm/p2'))).toEqual([2]);
    expect(seqs(await list('?since=2026-11-22T12:00:00.003Z'))).toEqual([5, 4]);
    expect(seqs(await list('?since=2026-11-22T13:00:00.001%2B01:00&until=2026-11-22T12:00:00.003Z'))).toEqual(
      [3, 2],
    );
  });

  it('keeps to what it is narrowed to from page to page', async () => {
    const first = await list('?limit=2&since=2026-11-22T12:00:00.002Z');
    expect(seqs(first)).toEqual([5, 4]);
    const second = await list(`?limit=2&since=2026-11-22T12:00:00.002Z&cursor=${first.next}`);
    expect([seqs(second), second.next]).toEqual([[3], undefined]);
  });

  it.each(['since=yesterday', 'until=2026-11-22', 'target=', `target=${'x'.repeat(301)}`])(
    'refuses %s',
    async (query) => expect((await test.ask('GET', `/audit?${query}`)).status).toBe(422),
  );

  it('proves that the log is whole, and that it leads on from a head that was noted', async () => {
    const { body } = await test.ask('GET', '/audit/verify');
    expect(body).toEqual({ ok: true, head: expect.stringMatching(/^5:[0-9a-f]{64}$/) });
    const { head } = body as { head: string };
    await audit.append('acme', { actor: 'user:ada', actorLabel: 'Ada', action: 'a', target: 't' });
    expect((await test.ask('GET', `/audit/verify?head=${head}`)).body).toMatchObject({ ok: true });
    const later = `9:${head.slice(2)}`;
    expect((await test.ask('GET', `/audit/verify?head=${later}`)).body).toMatchObject({
      ok: false,
      fault: { kind: 'cut', seq: 7 },
    });
    expect(await test.ask('GET', '/audit/verify?head=5')).toMatchObject({
      status: 422,
      body: { code: 'audit.head' },
    });
  });

  it('gives the whole log as a file, oldest first, with all that was hashed', async () => {
    const { body, headers } = await test.ask('GET', '/audit/export');
    expect(headers.get('content-disposition')).toContain('audit.ndjson');
    const lines = String(body).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3, 4, 5]);
    expect(String(body)).not.toContain('theirs');
  });

  it.each(['/audit', '/audit/verify', '/audit/export'])(
    'shows %s to admins and keys of its scope alone',
    async (path) => {
      for (const [as, status] of [
        ['nobody', 401],
        ['viewer', 403],
        ['policy_manager', 403],
        [keyWith('logs:read'), 403],
        [keyWith('audit:read'), 200],
        ['admin', 200],
      ] as const)
        expect((await test.ask('GET', path, { as })).status).toBe(status);
    },
  );
});
