import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Category } from '../parts/risk-badge.tsx';
import { ApiProblem, queryOf } from './client.ts';

export type Counts = Readonly<Record<Category, number>>;

/** A server that the public catalogue knows. */
export interface CatalogueServer {
  readonly slug: string;
  readonly name: string;
  readonly package?: string;
  readonly repository?: string;
  readonly version?: string;
  readonly toolCount: number;
  readonly counts: Counts;
  readonly links: { readonly page: string };
}

/** All that is known of it, as far as pages here show it. */
export interface CatalogueRecord extends CatalogueServer {
  readonly how: {
    readonly by: 'npm' | 'command' | 'url' | 'bundled';
    /** Variables without which it did not start. */
    readonly dummyEnvironment?: readonly string[];
  };
  /** The riskiest first. */
  readonly tools: readonly {
    readonly name: string;
    readonly slug: string;
    readonly category: Category;
    readonly summary: string;
    readonly recommended: { readonly effect: string };
  }[];
}

const MOST_FOUND = 12;
const KEPT_MS = 300_000;

/** Servers of the catalogue that words match, the best first. */
export function useCatalogueSearch(words: string): UseQueryResult<readonly CatalogueServer[]> {
  return useQuery({
    queryKey: ['catalogue', 'search', words],
    queryFn: async ({ signal }) => {
      const query = words === '' ? { order: 'slug' } : { q: words };
      const { servers } = await registry<{ readonly servers: readonly CatalogueServer[] }>(
        `/servers${queryOf({ ...query, limit: MOST_FOUND })}`,
        signal,
      );
      return servers;
    },
    enabled: words !== '',
    placeholderData: keepPreviousData,
    staleTime: KEPT_MS,
  });
}

/** One server of the catalogue. */
export function useCatalogueRecord(slug: string | undefined): UseQueryResult<CatalogueRecord> {
  return useQuery({
    queryKey: ['catalogue', 'record', slug],
    queryFn: ({ signal }) => registry<CatalogueRecord>(`/servers/${encodeURIComponent(slug ?? '')}`, signal),
    enabled: slug !== undefined,
    staleTime: KEPT_MS,
  });
}

/** Asks the public registry (`/v0` + path) of the same gateway; it needs nobody to be signed in. */
async function registry<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/v0${path}`, { headers: { accept: 'application/json' }, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiProblem(0, { code: 'network' });
  }
  if (response.ok) return (await response.json()) as T;
  const body = (await response.json().catch(() => ({}))) as { readonly detail?: string };
  throw new ApiProblem(response.status, body);
}
