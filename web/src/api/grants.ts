import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api } from './client.ts';
import { readAll } from './pages.ts';
import { useIntention } from './people.ts';

/** A credential of an agent or automation, for one server. */
export interface Grant {
  readonly id: string;
  readonly label: string;
  readonly server: string;
  /** Without one every call is denied. */
  readonly policy?: string;
  /** False for one of the configuration file: it is read here, and changed there. */
  readonly managed: boolean;
  readonly state: 'live' | 'expired' | 'revoked';
  readonly createdAt?: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
  /** Ranges that may use it; everybody when absent. */
  readonly addresses?: readonly string[];
  /** Until when the token before the last rotation is taken too. */
  readonly previousTokenUntil?: string;
}

/** The one answer in which a token stands. */
export type GrantWithToken = Grant & { readonly token: string };

const PAGE = 200;
const LIVE_MS = 15_000;

/** Grants of a server, or of the whole organisation, oldest first; those that were revoked too. */
export function useGrants(server?: string, enabled = true): UseQueryResult<readonly Grant[]> {
  return useQuery({ ...grantsQuery(server), enabled });
}

/** How grants are read. */
export function grantsQuery(server?: string) {
  return queryOptions({
    queryKey: ['grants', 'list', server ?? ''],
    queryFn: ({ signal }) => readAll<Grant>('/grants', { server, limit: PAGE }, signal),
    // when a grant was used last changes by itself
    refetchInterval: LIVE_MS,
  });
}

function useRefresh(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['grants'] });
}

function pathOf(grant: string): string {
  return `/grants/${encodeURIComponent(grant)}`;
}

export interface NewGrant {
  readonly server: string;
  readonly label: string;
  readonly policy?: string;
  readonly expiresAt?: string;
  readonly addresses?: readonly string[];
}

/** Makes a grant. */
export function useMintGrant(): UseMutationResult<GrantWithToken, Error, NewGrant> {
  const refresh = useRefresh();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (body: NewGrant) =>
      api<GrantWithToken>('/grants', { method: 'POST', body, idempotencyKey: keyOf(body) }),
    onSuccess: () => {
      fulfilled();
      return refresh();
    },
    // the token is to be forgotten with the page that showed it
    gcTime: 0,
  });
}

/** Null takes away. */
export interface GrantEdit {
  readonly label?: string;
  readonly policy?: string | null;
  readonly expiresAt?: string | null;
  readonly addresses?: readonly string[] | null;
}

/** Changes what is given of a grant. */
export function useChangeGrant(grant: string): UseMutationResult<Grant, Error, GrantEdit> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: GrantEdit) => api<Grant>(pathOf(grant), { method: 'PATCH', body }),
    onSuccess: refresh,
  });
}

/** Gives a grant a new token; the one before is taken for a while. */
export function useRotateGrant(grant: string): UseMutationResult<GrantWithToken, Error, number> {
  const refresh = useRefresh();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (overlapSeconds: number) =>
      api<GrantWithToken>(`${pathOf(grant)}/rotate`, {
        method: 'POST',
        body: { overlapSeconds },
        idempotencyKey: keyOf([grant, overlapSeconds]),
      }),
    onSuccess: () => {
      fulfilled();
      return refresh();
    },
    gcTime: 0,
  });
}

/** Revokes a grant: its tokens are refused from the next request on. */
export function useRevokeGrant(grant: string): UseMutationResult<Grant, Error, void> {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => api<Grant>(`${pathOf(grant)}/revoke`, { method: 'POST' }),
    onSuccess: refresh,
  });
}
