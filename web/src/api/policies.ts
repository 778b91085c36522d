import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { PolicyDocument } from '#policy';
import type { Category } from '../parts/risk-badge.tsx';
import { api, ApiProblem, type ApiFault } from './client.ts';

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

/** A policy with its draft and the text in force. */
export interface PolicyDetail extends Policy {
  readonly draft?: CheckedText;
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

/** A tool that the server lists now, with its class. */
export interface PolicyTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly annotations?: unknown;
  readonly risk: {
    readonly category: Category;
    readonly level: string;
    readonly confidence: number;
    readonly rationale: string;
    readonly evidence: readonly {
      readonly source: string;
      readonly quote: string;
      readonly language?: string;
      readonly translation?: string;
    }[];
    readonly reversibleBy?: string;
    readonly hasHiddenText: boolean;
  };
  readonly pin: 'accepted' | 'changed' | 'new' | 'none';
  readonly [member: string]: unknown;
}

type Outcome = 'allow' | 'deny' | 'hold';

interface Decided {
  readonly outcome: Outcome;
  readonly rule: string;
}

export interface Simulation {
  readonly since: string;
  readonly from?: string;
  readonly complete: boolean;
  readonly captured: boolean;
  readonly calls: number;
  readonly unchanged: number;
  readonly changed: number;
  readonly unknown: number;
  readonly leftOut: number;
  readonly before: Readonly<Record<Outcome, number>>;
  readonly after: Readonly<Record<Outcome | 'unknown', number>>;
  readonly changes: readonly {
    readonly subject: string;
    readonly before: Decided;
    readonly after: Decided;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  readonly gaps: readonly {
    readonly subject: string;
    readonly rule: string;
    readonly reason: string;
    readonly count: number;
  }[];
  readonly notes: readonly string[];
}

/** Which policy of which server. */
export interface PolicyName {
  readonly server: string;
  readonly policy: string;
}

function pathOf({ server, policy }: PolicyName): string {
  return `/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}`;
}

const keyOf = ({ server, policy }: PolicyName): readonly string[] => ['policies', server, policy];

/** A policy with its texts; `null` when there is none of that name yet. */
export function usePolicy(name: PolicyName): UseQueryResult<PolicyDetail | null> {
  return useQuery({
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

const PAGE = 200;

/** All tools that the server lists now. */
export function usePolicyTools(server: string): UseQueryResult<readonly PolicyTool[]> {
  return useQuery({
    queryKey: ['policies', server, 'tools'],
    queryFn: async ({ signal }) => {
      const tools: PolicyTool[] = [];
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        const page: { readonly items: readonly PolicyTool[]; readonly next?: string } = await api(
          `/servers/${encodeURIComponent(server)}/tools`,
          { query: { limit: PAGE, cursor }, signal },
        );
        tools.push(...page.items);
        cursor = page.next;
      }
      return tools;
    },
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
): UseInfiniteQueryResult<
  InfiniteData<{ readonly items: readonly PolicyVersionEntry[]; readonly next?: string }>
> {
  return useInfiniteQuery({
    queryKey: [...keyOf(name), 'versions'],
    queryFn: ({ pageParam, signal }) =>
      api<{ readonly items: readonly PolicyVersionEntry[]; readonly next?: string }>(
        `${pathOf(name)}/versions`,
        {
          query: { limit: 50, cursor: pageParam },
          signal,
        },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
}

/** One version with its text. */
export function useVersion(name: PolicyName, version: number | undefined): UseQueryResult<PolicyVersion> {
  return useQuery({
    queryKey: [...keyOf(name), 'version', version],
    queryFn: ({ signal }) => api<PolicyVersion>(`${pathOf(name)}/versions/${version ?? ''}`, { signal }),
    enabled: version !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What is different between two versions, or a version and the draft. `fresh` tells drafts apart. */
export function useDiff(
  name: PolicyName,
  { from, to, fresh }: { readonly from: string | undefined; readonly to: string; readonly fresh?: string },
): UseQueryResult<PolicyDiff> {
  return useQuery({
    queryKey: [...keyOf(name), 'diff', from, to, fresh],
    queryFn: ({ signal }) => api<PolicyDiff>(`${pathOf(name)}/diff`, { query: { from, to }, signal }),
    enabled: from !== undefined,
  });
}

/** What one text says of a call, step by step. */
export interface Verdict {
  readonly outcome: 'allow' | 'deny' | 'hold';
  readonly rule: string;
  readonly message?: string;
  readonly limits: readonly {
    readonly counter: string;
    readonly scope: 'grant' | 'session' | 'server' | 'organisation';
    readonly windowSeconds: number;
    readonly max: number;
    readonly amount: number;
  }[];
  readonly steps: readonly {
    readonly rule: string;
    readonly question: string;
    readonly result: 'passed' | 'refused' | 'held' | 'skipped';
    readonly why: string;
  }[];
}

export interface Trial {
  readonly inForce?: Verdict;
  readonly candidate?: Verdict;
  /** Why the tools of the server are not known; then the arguments are not checked against the tool. */
  readonly unavailable?: string;
}

/** What the policy in force and a document would say of a call. Nothing is called or counted. */
export function useTrial(
  name: PolicyName,
  call: {
    readonly document: PolicyDocument;
    readonly tool: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  },
): UseQueryResult<Trial> {
  return useQuery({
    queryKey: [...keyOf(name), 'trial', call],
    queryFn: ({ signal }) => api<Trial>(`${pathOf(name)}/try`, { method: 'POST', body: call, signal }),
    // the last answer for the same tool stands until the next is there
    placeholderData: (before, query) =>
      (query?.queryKey[4] as typeof call | undefined)?.tool === call.tool ? before : undefined,
  });
}

/** Keeps a draft. What is said of it comes back. */
export function saveDraft(name: PolicyName, document: string, signal: AbortSignal): Promise<CheckedText> {
  return api<CheckedText>(`${pathOf(name)}/draft`, { method: 'PUT', body: { document }, signal });
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

/** Forgets the draft. */
export function useDropDraft(name: PolicyName): UseMutationResult<void, Error, void> {
  const refresh = usePolicyRefresh(name);
  return useMutation({
    mutationFn: async () => {
      try {
        await api(`${pathOf(name)}/draft`, { method: 'DELETE' });
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

export interface SimulationAsked {
  readonly document: string;
  readonly since: string;
  readonly calls: 'policy' | 'server';
}

/** Decides recorded calls anew under a text. */
export function useSimulate(name: PolicyName): UseMutationResult<Simulation, Error, SimulationAsked> {
  return useMutation({
    mutationFn: (body: SimulationAsked) =>
      api<Simulation>(`${pathOf(name)}/simulate`, { method: 'POST', body }),
  });
}

/** Whether somebody else published in the meantime. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'policy.conflict';
}
