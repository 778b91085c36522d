import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api, queryOf } from './client.ts';
import type { Page } from './pages.ts';

/** One line of the audit log. */
export interface AuditEvent {
  readonly seq: number;
  readonly at: string;
  /** `user:…`, `key:…`, `cli:…` or `system`. */
  readonly actor: string;
  readonly actorLabel: string;
  readonly action: string;
  readonly target: string;
  /** JSON text, as it was hashed. */
  readonly detail: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** What narrows the log; names are exact. */
export interface AuditFilter {
  readonly action?: string;
  readonly actor?: string;
  /** `policy:crm/main` */
  readonly target?: string;
  readonly since?: string;
  readonly until?: string;
}

/** Whether the chain of events is whole. */
export interface AuditCheck {
  readonly ok: boolean;
  /** `132:` and the hash of the last event. */
  readonly head?: string;
  readonly fault?: {
    readonly kind: 'gap' | 'edited' | 'unlinked' | 'cut' | 'rewritten';
    readonly seq: number;
    readonly message: string;
  };
}

const PAGE = 100;

/** Who did what, newest first, page by page. */
export function useAudit(filter: AuditFilter): UseInfiniteQueryResult<InfiniteData<Page<AuditEvent>>> {
  return useInfiniteQuery(auditQuery(filter));
}

/** How the events of a filter are read. */
export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      api<Page<AuditEvent>>('/audit', { query: { ...filter, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // what was left behind may be long: the next visit begins anew
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}

/** Whether the chain is whole, as the gateway sees it. A long one takes a while: ask when what people came for is there. */
export function useAuditCheck(enabled: boolean): UseQueryResult<AuditCheck> {
  return useQuery({
    queryKey: ['audit', 'check'],
    queryFn: ({ signal }) => api<AuditCheck>('/audit/verify', { signal }),
    enabled,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
}

/** Whether the log still begins with what it was when this head was noted. */
export function useHeadCheck(): UseMutationResult<AuditCheck, Error, string> {
  return useMutation({
    mutationFn: (head: string) => api<AuditCheck>('/audit/verify', { query: { head } }),
  });
}

/** Address of the whole log of an organisation, as a file. */
export function auditExportAddress(organisation: string): string {
  return `/api/v1/audit/export${queryOf({ organisation })}`;
}
