import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api } from './client.ts';
import type { Page } from './pages.ts';

/** A browser or program in which the person is signed in. */
export interface Session {
  readonly id: string;
  /** Whether it is the one of this page. */
  readonly isCurrent: boolean;
  readonly createdAt: string;
  /** To within five minutes. */
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly address?: string;
  /** What the browser said that it is. */
  readonly agent?: string;
}

/** How the person can sign in. */
export interface SignIns {
  readonly password: boolean;
  readonly providers: readonly LinkedProvider[];
}

/** An account at a sign-in provider that opens this one. */
export interface LinkedProvider {
  readonly id: string;
  readonly provider: string;
  readonly name: string;
  /** False when the operator has taken the provider away. */
  readonly isOffered: boolean;
  readonly linkedAt: string;
}

const PAGE = 50;

/** Where the person is signed in, the newest sign-in first. */
export function useMySessions(): UseInfiniteQueryResult<InfiniteData<Page<Session>>> {
  return useInfiniteQuery(MY_SESSIONS);
}

/** How they are read. */
export const MY_SESSIONS = infiniteQueryOptions({
  queryKey: ['my-sessions'],
  queryFn: ({ pageParam, signal }) =>
    api<Page<Session>>('/me/sessions', { query: { limit: PAGE, cursor: pageParam }, signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next,
});

/** Signs the person out in one place. */
export function useEndSession(): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api(`/me/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['my-sessions'] }),
  });
}

/** Signs the person out everywhere but here. */
export function useEndOtherSessions(): UseMutationResult<{ readonly ended: number }, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api<{ readonly ended: number }>('/me/sessions/end-others', { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['my-sessions'] }),
  });
}

/** How the person can sign in. */
export function useMySignIns(): UseQueryResult<SignIns> {
  return useQuery(MY_SIGN_INS);
}

/** How that is read. */
export const MY_SIGN_INS = queryOptions({
  queryKey: ['my-sign-ins'],
  queryFn: ({ signal }) => api<SignIns>('/me/sign-ins', { signal }),
});

/** Takes a sign-in provider away. */
export function useUnlink(): UseMutationResult<unknown, Error, string> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api(`/me/sign-ins/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['my-sign-ins'] }),
  });
}
