import { openStore } from '#store';
import { openTestApi, SERVERS, TOOLS, type TestApi } from './api.suite.ts';
import { contractSuite } from './contract.suite.ts';
import { grantRoutes } from './grants/grant-routes.ts';
import { policyRoutes } from './policies/policy-routes.ts';
import type { Route } from './route.ts';

function routesOver({ store, notified }: Pick<TestApi, 'store' | 'notified'>): readonly Route[] {
  const notify = (event: TestApi['notified'][number]): Promise<void> =>
    Promise.resolve(void notified.push(event));
  const { policies } = store.control;
  return [
    ...policyRoutes({ ...SERVERS, policies, onPublished: () => Promise.resolve(), notify }),
    ...grantRoutes({ ...SERVERS, grants: store.grants, policies, notify }),
  ];
}

/** An organisation with policies and a grant. */
async function open(route: Route): Promise<TestApi & { readonly proper?: Request }> {
  const test = openTestApi(routesOver, { callsPerMinute: 1_000_000 });
  const { policies } = test.store.control;
  const [document = ''] = DOCUMENTS;
  for (const after of [undefined, 1]) {
    const about = { server: 'crm', name: 'main', note: '', createdAt: 0, createdBy: 'user:ada' };
    await policies.publish('acme', { ...about, document }, after);
  }
  await policies.saveDraft('acme', { server: 'crm', name: 'next', document, at: 0, by: 'user:ada' });
  for (const [id, organisation, revokedAt] of [
    ['grant_1', 'acme', undefined],
    ['grant_2', 'acme', undefined],
    ['grant_3', 'acme', 0],
    ['grant_4', 'other', undefined],
  ] as const) {
    await test.store.grants.insert({
      id,
      label: id,
      organisation,
      server: organisation === 'acme' ? 'crm' : 'theirs',
      policy: 'main',
      createdAt: 0,
      expiresAt: undefined,
      revokedAt,
      tokenHash: id,
    });
  }
  // few requests made at random name a draft that is there as it should be
  return route.id === 'dropPolicyDraft' ? { ...test, proper: DROP_THE_DRAFT } : test;
}

const DROP_THE_DRAFT = new Request('http://gateway.test/api/v1/servers/crm/policies/next/draft', {
  method: 'DELETE',
  headers: { 'test-caller': JSON.stringify({ role: 'admin' }) },
});

const DOCUMENTS = [
  '{"version": "1", "default": "deny"}',
  '{"version": "1", "default": "allow", "hide": ["delete_campaign"]}',
  '{"version": "1", "default": "deny", "tools": {"xyzzy": {}}}',
  '{"version": "2"}',
];
const store = openStore({ dataDir: ':memory:' });
const routes = routesOver({ store, notified: [] });
await store.close();

contractSuite({
  routes,
  open,
  known: {
    server: ['crm', 'crm', 'crm', 'crm', 'declared', 'theirs'],
    policy: ['main', 'main', 'main', 'next', 'from-file'],
    version: [1, 2],
    from: ['1', '1', 'draft'],
    to: ['2', '2', 'draft'],
    grant: ['grant_1', 'grant_2', 'grant_3', 'grant_4'],
    label: ['grant_1', 'agent'],
    document: DOCUMENTS,
    tool: TOOLS.map(({ name }) => name),
    after: [1, 2, null],
    draft: [1, null],
  },
});
