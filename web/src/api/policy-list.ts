import {
  queryOptions,
  useMutation,
  useQuery,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api } from './client.ts';
import { readAll } from './pages.ts';
import { pathOf, usePolicyRefresh, type Policy, type PolicyName } from './policies.ts';

const MOST = 200;

/** The policies of a server, by name. */
export function usePolicies(server: string, enabled = true): UseQueryResult<readonly Policy[]> {
  return useQuery({ ...policiesQuery(server), enabled });
}

/** How the policies of a server are read. */
export function policiesQuery(server: string) {
  return queryOptions({
    queryKey: ['policies', server, 'list'],
    queryFn: ({ signal }) =>
      readAll<Policy>(`/servers/${encodeURIComponent(server)}/policies`, { limit: MOST }, signal),
  });
}

/** Removes a policy that no live grant carries. */
export function useRemovePolicy(name: PolicyName): UseMutationResult<unknown, Error, void> {
  const refresh = usePolicyRefresh(name);
  return useMutation({ mutationFn: () => api(pathOf(name), { method: 'DELETE' }), onSuccess: refresh });
}

/** Whether grants can carry it: it stands in force, or in the configuration file. */
export function isInForce({ managed, published }: Policy): boolean {
  return !managed || published !== undefined;
}

/** A name that no policy of the server has. */
export function freeName(policies: readonly Policy[]): string {
  const taken = new Set(policies.map(({ name }) => name));
  if (!taken.has('main')) return 'main';
  for (let number = 2; ; number++) if (!taken.has(`main-${number}`)) return `main-${number}`;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Why a new policy cannot have this name beside those that there are. */
export function faultOfName(name: string, taken: readonly Policy[]): string | undefined {
  if (!NAME.test(name))
    return 'Small letters, digits and hyphens, at most 63, beginning with a letter or digit.';
  return taken.some((policy) => policy.name === name)
    ? 'There is a policy of this name. Take another name, or use it.'
    : undefined;
}
