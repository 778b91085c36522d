import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useRef } from 'react';
import { useMay } from '../shell/rights.tsx';
import { api, ApiProblem } from './client.ts';
import type { Outcome } from './logs.ts';
import type { Page } from './pages.ts';

export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'used' | 'expired';

/** A call that waits for a person, or waited. */
export interface Approval {
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  readonly grant: { readonly id: string; readonly label: string };
  readonly policy: string;
  readonly policyVersion: string;
  readonly rule: string;
  readonly reason: string;
  readonly fingerprint: string;
  readonly status: ApprovalStatus;
  readonly asked: number;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decidedAt?: string;
  readonly decidedBy?: string;
  readonly note: string;
  readonly usedAt?: string;
}

/** A held call as the list gives it. */
export interface ApprovalItem extends Approval {
  /** Absent where the server of the tool does not tell just now. */
  readonly risk?: { readonly category: string; readonly level: string };
}

/** What is known of the tool, for the person who decides. */
export interface ApprovalTool {
  readonly title?: string;
  readonly description?: string;
  readonly category?: string;
  readonly level?: string;
  readonly rationale?: string;
  readonly inputSchema?: unknown;
}

export interface RecentCall {
  readonly id: string;
  readonly at: string;
  readonly tool?: string;
  readonly outcome: Outcome;
  readonly enforced: boolean;
  readonly rule: string;
  readonly message: string;
  readonly result?: string;
}

/** One held call with all that a person needs to answer for it. */
export interface ApprovalDetail extends Approval {
  /** Absent where the agent sent none. */
  readonly arguments?: unknown;
  readonly toolDefinition?: ApprovalTool;
  readonly recentCalls: readonly RecentCall[];
}

const LIVE_MS = 3_000;
const PAGE = 50;

/** Held calls, newest first, page by page. They are asked for again and again: those that wait often, while somebody looks. */
export function useApprovals(
  status: ApprovalStatus | 'decided',
  everyMs = status === 'pending' ? LIVE_MS : 3 * LIVE_MS,
): UseInfiniteQueryResult<InfiniteData<Page<ApprovalItem>>> {
  return useInfiniteQuery({ ...approvalsQuery(status), refetchInterval: everyMs });
}

/** How held calls of one status are read. */
export function approvalsQuery(status: ApprovalStatus | 'decided') {
  return infiniteQueryOptions({
    queryKey: ['approvals', 'list', status],
    queryFn: ({ pageParam, signal }) =>
      api<Page<ApprovalItem>>('/approvals', { query: { status, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
}

/** One held call; kept fresh as long as something can still happen to it. */
export function useApproval(id: string): UseQueryResult<ApprovalDetail> {
  return useQuery({
    queryKey: ['approvals', 'one', id],
    queryFn: ({ signal }) => api<ApprovalDetail>(`/approvals/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.status === 'pending' || data.status === 'approved' ? LIVE_MS : false,
  });
}

export interface Answer {
  readonly verdict: 'approve' | 'deny';
  readonly note: string;
}

/** Gives a person's answer. When the network fails, the same answer given again is the same answer. */
export function useAnswer(id: string): UseMutationResult<Approval, Error, Answer> {
  const queries = useQueryClient();
  const sent = useRef({ what: '', key: '' });
  return useMutation({
    mutationFn: ({ verdict, note }: Answer) => {
      const what = JSON.stringify([id, verdict, note]);
      if (sent.current.what !== what) sent.current = { what, key: newKey() };
      return api<Approval>(`/approvals/${encodeURIComponent(id)}/${verdict}`, {
        method: 'POST',
        body: note === '' ? {} : { note },
        idempotencyKey: sent.current.key,
      });
    },
    onSuccess: (approval) => {
      queries.setQueryData<ApprovalDetail>(['approvals', 'one', id], (before) =>
        before === undefined ? before : { ...before, ...approval },
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
}

/** Whether an answer came too late: somebody else was faster, or the time was over. */
export function isSettledAlready(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409 && error.code.startsWith('approval.');
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

interface MemberName {
  readonly user: string;
  readonly name: string;
}

/** Says who `user:…`, `key:…` or `cli:…` is, as well as it is known. */
export function useActorName(): (actor: string | undefined) => string {
  const mayKnow = useMay('members:read');
  const { data } = useQuery({
    queryKey: ['member-names'],
    queryFn: ({ signal }) =>
      api<{ readonly items: readonly MemberName[] }>('/members', { query: { limit: 200 }, signal }),
    enabled: mayKnow,
    staleTime: 60_000,
  });
  return (actor) => {
    if (actor === undefined) return 'somebody';
    const [kind, ...rest] = actor.split(':');
    const id = rest.join(':');
    if (kind === 'user') return data?.items.find(({ user }) => user === id)?.name ?? 'a former member';
    return kind === 'key' ? 'an API key' : 'somebody at the command line of the gateway';
  };
}
