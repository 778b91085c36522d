import { openTestApi, SERVERS, type TestApi } from '../api.suite.ts';
import { grantRoutes } from './grant-routes.ts';

/** The API of grants alone, over a real store in which the server `crm` has a published policy `main` and a draft `next`. */
export async function openGrants(): Promise<TestApi> {
  const test = openTestApi(({ store, notified }) =>
    grantRoutes({
      ...SERVERS,
      grants: store.grants,
      policies: store.control.policies,
      notify: (event) => Promise.resolve(void notified.push(event)),
    }),
  );
  const { policies } = test.store.control;
  const document = '{ "version": "1", "default": "deny" }';
  const about = { server: 'crm', document, note: '', createdAt: 0, createdBy: 'user:ada' };
  await policies.publish('acme', { ...about, name: 'main' }, undefined);
  await policies.saveDraft('acme', { server: 'crm', name: 'next', document, at: 0, by: 'user:ada' });
  return test;
}

/** Mints a grant for `crm`; resolves to what was answered. */
export async function mint(
  { ask }: Pick<TestApi, 'ask'>,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly id: string; readonly token: string }> {
  const { status, body } = await ask('POST', '/grants', {
    body: { server: 'crm', label: 'agent', ...fields },
  });
  if (status !== 201) throw new Error(`the grant was not minted: ${JSON.stringify(body)}`);
  return body as { id: string; token: string };
}
