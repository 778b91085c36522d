import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { Policy } from '../../api/policies.ts';

const MOST = 200;

/** The policies of a server, by name. */
export function useServerPolicies(server: string): UseQueryResult<readonly Policy[]> {
  return useQuery({
    queryKey: ['policies', server, 'start'],
    queryFn: async ({ signal }) => {
      const { items } = await api<{ readonly items: readonly Policy[] }>(
        `/servers/${encodeURIComponent(server)}/policies`,
        { query: { limit: MOST }, signal },
      );
      return items;
    },
  });
}

/** A name that no policy of the server has. */
export function freeName(policies: readonly Policy[]): string {
  const taken = new Set(policies.map(({ name }) => name));
  if (!taken.has('main')) return 'main';
  for (let number = 2; ; number++) if (!taken.has(`main-${number}`)) return `main-${number}`;
}
