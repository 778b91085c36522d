import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { Policy } from '../../api/policies.ts';

const MOST = 200;

/** The policies of a server, by name. */
export function usePolicies(server: string, enabled = true): UseQueryResult<readonly Policy[]> {
  return useQuery({
    queryKey: ['policies', server, 'list'],
    queryFn: async ({ signal }) => {
      const policies: Policy[] = [];
      let cursor: string | undefined;
      do {
        const page: { readonly items: readonly Policy[]; readonly next?: string } = await api(
          `/servers/${encodeURIComponent(server)}/policies`,
          { query: { limit: MOST, cursor }, signal },
        );
        policies.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined);
      return policies;
    },
    enabled,
  });
}

/** Removes a policy that no live grant carries. */
export function useRemovePolicy(server: string, policy: string): UseMutationResult<unknown, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api(`/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}`, {
        method: 'DELETE',
      }),
    onSuccess: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) =>
          queryKey[0] === 'policies' && queryKey[1] === server && queryKey[2] !== 'tools',
      }),
  });
}

/** Whether grants can carry it: it stands in force, or in the configuration file. */
export function isInForce({ managed, published }: Policy): boolean {
  return !managed || published !== undefined;
}
