import { openTestApi, SERVERS, type TestApi } from '../api.suite.ts';
import type { PolicyParts, PublishedAgainst } from './policy-parts.ts';
import { policyRoutes } from './policy-routes.ts';

/** The API of policies alone, over a real store, with the server `crm`. */
export function openPolicies(
  changes: Partial<PolicyParts> = {},
): TestApi & { readonly pinned: PublishedAgainst[] } {
  const pinned: PublishedAgainst[] = [];
  const test = openTestApi(({ store, notified }) =>
    policyRoutes({
      ...SERVERS,
      policies: store.control.policies,
      onPublished: (published) => Promise.resolve(void pinned.push(published)),
      notify: (event) => Promise.resolve(void notified.push(event)),
      ...changes,
    }),
  );
  return { ...test, pinned };
}

export const MAIN = '/servers/crm/policies/main';

/** A policy that allows pausing so many times a minute. */
export function pausePolicy(max: number): object {
  return {
    version: '1',
    default: 'deny',
    tools: { pause_campaign: { limits: [{ counter: 'pauses', window: 'minute', max }] } },
  };
}
