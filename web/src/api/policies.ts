import {
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
import { useMemo } from 'react';
import { api, ApiProblem, type ApiFault } from './client.ts';
import { readAll, type Page } from './pages.ts';
import type { ServerTool } from './server-shapes.ts';

/** Somebody's remark on a valid policy. */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly pointer: string;
  readonly line?: number;
  readonly column?: number;
  readonly suggestion?: string;
}

export interface PolicyCheck {
  readonly valid: boolean;
  readonly problems: readonly ApiFault[];
  readonly findings: readonly Finding[];
  readonly unavailable?: string;
}

interface CheckedText {
  readonly document: string;
  readonly check: PolicyCheck;
}

/** A policy of a server, as lists show it. */
export interface Policy {
  readonly server: string;
  readonly name: string;
  /** False for a policy of the configuration file. */
  readonly managed: boolean;
  readonly published?: number;
  readonly version?: string;
  readonly hasDraft: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly updatedBy?: string;
}

export interface PolicyDraft extends CheckedText {
  /** Another one with every time the draft is kept. */
  readonly revision: number;
}

/** A policy with its draft and the text in force. */
export interface PolicyDetail extends Policy {
  readonly draft?: PolicyDraft;
  readonly inForce?: CheckedText;
}

export interface PolicyVersionEntry {
  readonly version: number;
  readonly note: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface PolicyVersion extends PolicyVersionEntry {
  readonly document: string;
}

export interface PolicyDiff {
  readonly changes: readonly {
    readonly pointer: string;
    readonly kind: 'added' | 'removed' | 'changed';
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
  /** Unified diff; empty when the texts are the same. */
  readonly text: string;
}

export interface Published {
  readonly version: PolicyVersion;
  readonly warnings: readonly Finding[];
  readonly unavailable?: string;
}

/** A tool that the server lists now, as the engine reads it: with whatever else its definition says. */
export type PolicyTool = ServerTool & Readonly<Record<string, unknown>>;

/** Which policy of which server. */
export interface PolicyName {
  readonly server: string;
  readonly policy: string;
}

/** Path of a policy below the API. */
export function pathOf({ server, policy }: PolicyName): string {
  return `/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}`;
}

/** Under what queries of a policy are kept. */
export const keyOf = ({ server, policy }: PolicyName): readonly string[] => ['policies', server, policy];

/** A policy with its texts; `null` when there is none of that name yet. */
export function usePolicy(name: PolicyName): UseQueryResult<PolicyDetail | null> {
  return useQuery(policyQuery(name));
}

/** How a policy is read. */
export function policyQuery(name: PolicyName) {
  return queryOptions({
    queryKey: [...keyOf(name), 'detail'],
    queryFn: async ({ signal }) => {
      try {
        return await api<PolicyDetail>(pathOf(name), { signal });
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404 && /policy/.test(error.message)) return null;
        throw error;
      }
    },
  });
}

/** What the page knows of a policy: read at once, or told of a draft that was just kept. */
export function usePolicyCache(name: PolicyName): {
  readonly read: () => Promise<PolicyDetail | null>;
  readonly kept: (draft: PolicyDraft) => void;
} {
  const queries = useQueryClient();
  const { server, policy } = name;
  return useMemo(() => {
    const query = policyQuery({ server, policy });
    return {
      read: () => queries.fetchQuery({ ...query, staleTime: 0 }),
      kept(draft) {
        const before = queries.getQueryData(query.queryKey);
        const after = before && { ...before, hasDraft: true, draft };
        if (after) queries.setQueryData(query.queryKey, after);
        else void queries.invalidateQueries({ queryKey: query.queryKey });
      },
    };
  }, [queries, server, policy]);
}

const TOOLS_PAGE = 1_000;

/** All tools that the server lists now. */
export function usePolicyTools(server: string): UseQueryResult<readonly PolicyTool[]> {
  return useQuery(policyToolsQuery(server));
}

/** How the tools are read that a policy is about. */
export function policyToolsQuery(server: string) {
  return queryOptions({
    queryKey: ['policies', server, 'tools'],
    queryFn: ({ signal }) =>
      readAll<PolicyTool>(`/servers/${encodeURIComponent(server)}/tools`, { limit: TOOLS_PAGE }, signal),
    staleTime: 60_000,
  });
}

/** What people call the server. */
export function useServerTitle(server: string): string {
  const { data } = useQuery({
    queryKey: ['policies', server, 'title'],
    queryFn: ({ signal }) =>
      api<{ readonly name: string }>(`/servers/${encodeURIComponent(server)}`, { signal }),
    staleTime: 60_000,
  });
  return data?.name ?? server;
}

/** Versions of a policy, newest first. */
export function useVersions(
  name: PolicyName,
): UseInfiniteQueryResult<InfiniteData<Page<PolicyVersionEntry>>> {
  return useInfiniteQuery({
    queryKey: [...keyOf(name), 'versions'],
    queryFn: ({ pageParam, signal }) =>
      api<Page<PolicyVersionEntry>>(`${pathOf(name)}/versions`, {
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
}

/** One version with its text. */
export function useVersion(name: PolicyName, version: number | undefined): UseQueryResult<PolicyVersion> {
  return useQuery(versionQuery(name, version));
}

/** How one version is read; it never changes. */
export function versionQuery(name: PolicyName, version: number | undefined) {
  return queryOptions({
    queryKey: [...keyOf(name), 'version', version],
    queryFn: ({ signal }) => api<PolicyVersion>(`${pathOf(name)}/versions/${version ?? ''}`, { signal }),
    enabled: version !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What is different between two versions, or a version and the draft. */
export function useDiff(
  name: PolicyName,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): UseQueryResult<PolicyDiff> {
  return useQuery({
    queryKey: [...keyOf(name), 'diff', from, to],
    queryFn: ({ signal }) => api<PolicyDiff>(`${pathOf(name)}/diff`, { query: { from, to }, signal }),
    enabled: from !== undefined,
  });
}

/** What is different between a version, or the draft, and a text that is kept nowhere. `fresh` tells drafts apart. */
export function useTextDiff(
  name: PolicyName,
  {
    from,
    document,
    fresh,
  }: { readonly from: string | undefined; readonly document: string; readonly fresh: unknown },
): UseQueryResult<PolicyDiff> {
  return useQuery({
    queryKey: [...keyOf(name), 'diff', from, document, fresh],
    queryFn: ({ signal }) =>
      api<PolicyDiff>(`${pathOf(name)}/diff`, { method: 'POST', body: { from, document }, signal }),
    enabled: from !== undefined,
  });
}

/** Keeps a draft in the place of the one that was seen; null: there was none. What is said of it comes back. */
export function saveDraft(name: PolicyName, document: string, after: number | null): Promise<PolicyDraft> {
  return api<PolicyDraft>(`${pathOf(name)}/draft`, { method: 'PUT', body: { document, after } });
}

/** Whether another draft is there than was seen. */
export function isDraftConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'policy.draft_conflict';
}

/** What is read anew when something was published, kept or forgotten. */
export function usePolicyRefresh(name: PolicyName): () => Promise<void> {
  const queries = useQueryClient();
  return () =>
    queries.invalidateQueries({
      predicate: ({ queryKey }) =>
        queryKey[0] === 'policies' &&
        queryKey[1] === name.server &&
        queryKey[2] !== 'tools' &&
        queryKey[3] !== 'diff',
    });
}

/** Forgets the draft that was seen; null: there was none. */
export function useDropDraft(name: PolicyName): UseMutationResult<void, Error, number | null> {
  const refresh = usePolicyRefresh(name);
  return useMutation({
    mutationFn: async (after) => {
      try {
        await api(`${pathOf(name)}/draft`, { method: 'DELETE', query: { after: after ?? undefined } });
      } catch (error) {
        // what is not there need not go
        if (!(error instanceof ApiProblem && error.status === 404)) throw error;
      }
    },
    onSuccess: refresh,
  });
}

export interface Publication {
  readonly document: string;
  readonly note: string;
  /** Version that was seen in force; null for none. */
  readonly after: number | null;
  /** Revision of the draft that was seen; null for none. */
  readonly draft: number | null;
  readonly force: boolean;
}

/** Puts a text in force. */
export function usePublish(name: PolicyName): UseMutationResult<Published, Error, Publication> {
  const refresh = usePolicyRefresh(name);
  return useMutation({
    mutationFn: (body: Publication) => api<Published>(`${pathOf(name)}/publish`, { method: 'POST', body }),
    onSuccess: refresh,
  });
}

export interface Restoration {
  readonly version: number;
  readonly note: string;
  readonly after: number | null;
}

/** Puts an old version in force again, as a new one. */
export function useRestore(name: PolicyName): UseMutationResult<Published, Error, Restoration> {
  const refresh = usePolicyRefresh(name);
  return useMutation({
    mutationFn: (body: Restoration) => api<Published>(`${pathOf(name)}/restore`, { method: 'POST', body }),
    onSuccess: refresh,
  });
}

/** Whether somebody else published in the meantime. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'policy.conflict';
}
