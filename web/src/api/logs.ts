import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api, ApiProblem, queryOf } from './client.ts';
import type { Page } from './pages.ts';

export type Outcome = 'allow' | 'deny' | 'hold' | 'refused';
export const OUTCOMES: readonly Outcome[] = ['allow', 'deny', 'hold', 'refused'];

/** One line of the decision log. */
export interface Decision {
  readonly id: string;
  readonly at: string;
  readonly outcome: Outcome;
  /** False under `mode: "observe"`. */
  readonly enforced: boolean;
  readonly server: string;
  readonly method: string;
  readonly tool?: string;
  readonly rule: string;
  readonly message: string;
  readonly grant: { readonly id: string; readonly label: string };
  readonly policy?: string;
  readonly policyVersion?: string;
  readonly argumentKeys: readonly string[];
  readonly requestId: string;
  readonly revision: string;
  readonly transport: 'http' | 'stdio';
  readonly ending?: {
    readonly result: string;
    readonly upstreamStatus?: number;
    readonly latencyMs: number;
    readonly quotaReturned: boolean;
  };
}

/** What narrows the log; names are exact. */
export interface DecisionFilter {
  readonly server?: string;
  readonly grant?: string;
  readonly tool?: string;
  readonly outcome?: Outcome;
  readonly rule?: string;
  readonly since?: string;
  readonly until?: string;
}

export type DecisionPage = Page<Decision>;

const PAGE = 100;

/** One page of decisions, newest first. */
export function readDecisions(
  filter: DecisionFilter,
  cursor: string | undefined,
  signal?: AbortSignal,
): Promise<DecisionPage> {
  return api<DecisionPage>('/logs', {
    query: { ...filter, limit: PAGE, cursor },
    ...(signal !== undefined && { signal }),
  });
}

/** Decisions, newest first, page by page. What is new comes by `followDecisions`, not by asking again. */
export function useDecisions(filter: DecisionFilter): UseInfiniteQueryResult<InfiniteData<DecisionPage>> {
  return useInfiniteQuery(decisionsQuery(filter));
}

/** How decisions are read page by page. */
export function decisionsQuery(filter: DecisionFilter) {
  return infiniteQueryOptions({
    queryKey: ['logs', 'list', filter],
    queryFn: ({ pageParam, signal }) => readDecisions(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    staleTime: Number.POSITIVE_INFINITY,
    // what was left behind may be old: the next visit begins anew
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** One decision, as it is now; `known` is what the list said of it. */
export function useDecision(id: string | undefined, known: Decision | undefined): UseQueryResult<Decision> {
  return useQuery({
    queryKey: ['logs', 'one', id],
    queryFn: ({ signal }) => api<Decision>(`/logs/${encodeURIComponent(id ?? '')}`, { signal }),
    enabled: id !== undefined && known?.ending === undefined,
    placeholderData: known,
    // a call that runs has its ending soon
    refetchInterval: ({ state: { data } }) => (data !== undefined && isRunning(data) ? 3_000 : false),
  });
}

/** Whether a call went to its server and has not come back yet. */
export function isRunning({ outcome, enforced, ending, at }: Decision): boolean {
  const mayRun = outcome === 'allow' || (!enforced && outcome !== 'refused');
  return mayRun && ending === undefined && Date.now() - Date.parse(at) < LONGEST_CALL_MS;
}

const LONGEST_CALL_MS = 3_600_000;

export type ExportFormat = 'ndjson' | 'csv';

/** Address of all decisions of an organisation that match, as a file. */
export function exportAddress(filter: DecisionFilter, format: ExportFormat, organisation: string): string {
  return `/api/v1/logs/export${queryOf({ ...filter, format, organisation })}`;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => ({}));
  return new ApiProblem(response.status, typeof body === 'object' && body !== null ? body : {});
}

/** Names of the servers, for those who choose one. */
export function useServerNames(): UseQueryResult<readonly ServerName[]> {
  return useQuery(SERVER_NAMES);
}

interface ServerName {
  readonly id: string;
  readonly name: string;
}

/** How the names of the servers are read. */
export const SERVER_NAMES = queryOptions({
  queryKey: ['server-names'],
  queryFn: async ({ signal }) => {
    const { items } = await api<{ readonly items: readonly ServerName[] }>('/servers', {
      query: { limit: 200 },
      signal,
    });
    return items;
  },
  staleTime: 60_000,
});

/** Labels of the grants of a server, or of all. */
export function useGrantLabels(server: string | undefined): UseQueryResult<readonly string[]> {
  return useQuery({
    queryKey: ['grant-labels', server],
    queryFn: async ({ signal }) => {
      const { items } = await api<{ readonly items: readonly { readonly label: string }[] }>('/grants', {
        query: { server, limit: 200 },
        signal,
      });
      return [...new Set(items.map(({ label }) => label))].toSorted();
    },
    staleTime: 60_000,
  });
}

/** What the live log is asked for. It has no end, so it is no question for the client of short answers. */
export interface Following {
  readonly filter: Omit<DecisionFilter, 'since' | 'until'>;
  /** How many of the newest to begin with. */
  readonly limit: number;
  readonly organisation: string | undefined;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  readonly onDecision: (decision: Decision) => void;
}

/** Each new decision as it is made; resolves when the stream ends. Throws `ApiProblem` when it cannot be had. */
export async function followDecisions(asked: Following): Promise<void> {
  const { filter, limit, organisation, signal, onOpen, onDecision } = asked;
  let response: Response;
  try {
    response = await fetch(`/api/v1/logs/follow${queryOf({ ...filter, limit })}`, {
      credentials: 'same-origin',
      headers: {
        accept: 'text/event-stream',
        ...(organisation !== undefined && { 'toolgate-organisation': organisation }),
      },
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiProblem(0, { code: 'network' });
  }
  if (!response.ok || response.body === null) throw await problemOf(response);
  onOpen();
  for await (const data of eventsOf(response.body)) onDecision(JSON.parse(data) as Decision);
}

/** The data of every event of a stream. */
async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, undefined> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).replace(/^ /, ''))
          .join('\n');
        if (data !== '') yield data;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
