import {
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { Category } from '../parts/risk-badge.tsx';
import { api } from './client.ts';
import { readAll, readPages, type Page } from './pages.ts';
import { useIntention } from './people.ts';
import type {
  ConnectionDisplay,
  Drift,
  DriftList,
  GovernedServer,
  OnChange,
  ServerCheck,
  ServerSettings,
  ServerTool,
  ServerTools,
} from './server-shapes.ts';

export * from './server-shapes.ts';

const PAGE = 200;
/** Nearly every server has fewer. */
const TOOLS_PAGE = 1_000;
/** Asking a server may start a program: not on every look at the page. */
const TOOLS_FRESH_MS = 60_000;

function pathOf(server: string): string {
  return `/servers/${encodeURIComponent(server)}`;
}

/** All servers of the organisation. */
export function useServers(): UseQueryResult<readonly GovernedServer[]> {
  return useQuery(SERVERS);
}

/** How the list of servers is read. */
export const SERVERS = queryOptions({
  queryKey: ['servers', 'list'],
  queryFn: ({ signal }) => readAll<GovernedServer>('/servers', { limit: PAGE }, signal),
});

/** One server. */
export function useServer(server: string): UseQueryResult<GovernedServer> {
  const queries = useQueryClient();
  return useQuery({
    ...serverQuery(server),
    // the list knows it already
    placeholderData: () =>
      queries.getQueryData<readonly GovernedServer[]>(['servers', 'list'])?.find(({ id }) => id === server),
  });
}

/** How one server is read. */
export function serverQuery(server: string) {
  return queryOptions({
    queryKey: ['servers', 'one', server, 'self'],
    queryFn: ({ signal }) => api<GovernedServer>(pathOf(server), { signal }),
  });
}

/** The tools that a server lists now; asks the server. */
export function useServerTools(server: string, enabled = true): UseQueryResult<ServerTools> {
  return useQuery({ ...serverToolsQuery(server), enabled });
}

/** How the tools of a server are read. */
export function serverToolsQuery(server: string) {
  return queryOptions({
    queryKey: ['servers', 'one', server, 'tools'],
    queryFn: async ({ signal }) => {
      const pages = await readPages<Page<ServerTool> & ServerTools>(
        `${pathOf(server)}/tools`,
        { limit: TOOLS_PAGE },
        signal,
      );
      return { items: pages.flatMap(({ items }) => items), gone: pages.at(-1)?.gone ?? [] };
    },
    staleTime: TOOLS_FRESH_MS,
    // the reason is in the first answer; asking again is the reader's choice
    retry: false,
  });
}

/** Tools that are not as they were accepted. */
export function useDrift(server: string, enabled = true): UseQueryResult<DriftList> {
  return useQuery({
    queryKey: ['servers', 'one', server, 'drift'],
    queryFn: ({ signal }) => api<DriftList>(`${pathOf(server)}/drift`, { signal }),
    enabled,
  });
}

/** Reads everything of a server anew, and the list that it stands in. */
function useRefresh(server: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['servers', 'one', server] }),
      queries.invalidateQueries({ queryKey: ['servers', 'list'] }),
      queries.invalidateQueries({ queryKey: ['policies', server, 'tools'] }),
    ]);
  };
}

/** Asks a server whether it answers. A check that fails is an answer too. */
export function useCheckServer(server: string): UseMutationResult<ServerCheck, Error, void> {
  return useMutation({
    mutationFn: () => api<ServerCheck>(`${pathOf(server)}/check`, { method: 'POST' }),
  });
}

/** Tries a connection that is not saved. */
export function useCheckConnection(): UseMutationResult<ServerCheck, Error, object> {
  return useMutation({
    mutationFn: (connection: object) =>
      api<ServerCheck>('/servers/check', { method: 'POST', body: { connection } }),
  });
}

/** By its connection, or from the catalogue. */
export type NewServer = (
  | { readonly name: string; readonly connection: object }
  | {
      readonly catalogue: string;
      readonly name?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    }
) & { readonly settings?: ServerSettings; readonly onChange?: OnChange };

/** Registers a server. */
export function useCreateServer(): UseMutationResult<GovernedServer, Error, NewServer> {
  const queries = useQueryClient();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (body: NewServer) =>
      api<GovernedServer>('/servers', { method: 'POST', body, idempotencyKey: keyOf(body) }),
    onSuccess: (made) => {
      fulfilled();
      queries.setQueryData(['servers', 'one', made.id, 'self'], made);
      return queries.invalidateQueries({ queryKey: ['servers', 'list'] });
    },
  });
}

export interface ServerEdit {
  readonly name?: string;
  readonly connection?: object;
  /** All settings anew. */
  readonly settings?: ServerSettings;
  readonly onChange?: OnChange;
}

/** Changes a server; secrets that are not named stay. */
export function useChangeServer(server: string): UseMutationResult<GovernedServer, Error, ServerEdit> {
  const queries = useQueryClient();
  const refresh = useRefresh(server);
  return useMutation({
    mutationFn: (body: ServerEdit) => api<GovernedServer>(pathOf(server), { method: 'PATCH', body }),
    onSuccess: (changed) => {
      queries.setQueryData(['servers', 'one', server, 'self'], changed);
      return refresh();
    },
  });
}

/** Removes a server and revokes its grants. */
export function useRemoveServer(server: string): UseMutationResult<unknown, Error, void> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api(pathOf(server), { method: 'DELETE' }),
    onSuccess: async () => {
      // the page of the server is still open: asking for it again would only fail
      queries.setQueryData<readonly GovernedServer[]>(['servers', 'list'], (before) =>
        before?.filter(({ id }) => id !== server),
      );
      await queries.invalidateQueries({ queryKey: ['grants'] });
    },
  });
}

/** Accepts all tools as the server lists them now. */
export function usePinAll(server: string): UseMutationResult<{ readonly tools: number }, Error, void> {
  const refresh = useRefresh(server);
  return useMutation({
    mutationFn: () => api<{ readonly tools: number }>(`${pathOf(server)}/pins`, { method: 'PUT' }),
    onSuccess: refresh,
  });
}

/** Accepts one tool exactly as it was looked at. */
export function useAcceptDrift(
  server: string,
): UseMutationResult<unknown, Error, Pick<Drift, 'tool' | 'hash'>> {
  const refresh = useRefresh(server);
  return useMutation({
    mutationFn: ({ tool, hash }: Pick<Drift, 'tool' | 'hash'>) =>
      api(`${pathOf(server)}/drift/${encodeURIComponent(tool)}/accept`, { method: 'POST', body: { hash } }),
    // refused, too: something else is to be looked at then
    onSettled: refresh,
  });
}

/** Accepts the whole list that was looked at, or nothing. */
export function useAcceptAllDrift(server: string): UseMutationResult<unknown, Error, string> {
  const refresh = useRefresh(server);
  return useMutation({
    mutationFn: (seen: string) =>
      api(`${pathOf(server)}/drift/accept-all`, { method: 'POST', body: { seen } }),
    onSettled: refresh,
  });
}

/** Begins the login of a person; the browser goes to the address that comes back. */
export function useStartConsent(server: string): UseMutationResult<{ readonly url: string }, Error, void> {
  return useMutation({
    mutationFn: () => api<{ readonly url: string }>(`${pathOf(server)}/oauth/start`, { method: 'POST' }),
  });
}

/** Forgets the access to a server. */
export function useDisconnect(server: string): UseMutationResult<unknown, Error, void> {
  const refresh = useRefresh(server);
  return useMutation({
    mutationFn: () => api(`${pathOf(server)}/oauth`, { method: 'DELETE' }),
    onSuccess: refresh,
  });
}

/** What the tools of a server could do, in numbers. */
export interface RiskSummary {
  readonly source: 'catalogue' | 'check';
  readonly slug?: string;
  readonly tools: number;
  readonly counts: Readonly<Record<Category, number>>;
  readonly mostDangerous: readonly { readonly name: string; readonly category: Category }[];
}

export interface ImportPreview {
  readonly servers: readonly {
    readonly name: string;
    readonly importable: boolean;
    readonly connection?: ConnectionDisplay;
    readonly problems: readonly string[];
    readonly risk?: RiskSummary;
    readonly check?: ServerCheck;
  }[];
  /** What is wrong with the block as a whole. */
  readonly problems: readonly string[];
}

/** What a pasted configuration would register. With `check`, its servers are asked: commands are started for that. */
export function usePreviewImport(): UseMutationResult<
  ImportPreview,
  Error,
  { readonly document: string; readonly check?: boolean }
> {
  return useMutation({
    mutationFn: (body: { readonly document: string; readonly check?: boolean }) =>
      api<ImportPreview>('/servers/import/preview', { method: 'POST', body }),
  });
}

export interface Import {
  readonly document: string;
  /** Names in the block. */
  readonly choose: readonly string[];
}

/** Registers servers of a pasted configuration, all that were chosen or none. */
export function useImportServers(): UseMutationResult<Page<GovernedServer>, Error, Import> {
  const queries = useQueryClient();
  const { keyOf, fulfilled } = useIntention();
  return useMutation({
    mutationFn: (body: Import) =>
      api<Page<GovernedServer>>('/servers/import', { method: 'POST', body, idempotencyKey: keyOf(body) }),
    onSuccess: () => {
      fulfilled();
      return queries.invalidateQueries({ queryKey: ['servers', 'list'] });
    },
  });
}
