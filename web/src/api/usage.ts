import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api } from './client.ts';
import { beginningOf, usageAddress, type Span } from './usage-span.ts';

export { SPANS, type Span } from './usage-span.ts';

/** How many calls there were, by what became of them. */
export interface UsageCounts {
  readonly calls: number;
  readonly allowed: number;
  readonly denied: number;
  readonly held: number;
  readonly refused: number;
  /** Of all, those decided under `mode: "observe"`. */
  readonly observed: number;
  /** Of those that left, the ones that did not end well. */
  readonly failed: number;
}

/** A rule and how often it denied. */
export interface RuleDenials {
  readonly server: string;
  readonly rule: string;
  readonly policy?: string;
  readonly denied: number;
}

interface Counted {
  readonly since: string;
  readonly until: string;
  readonly bucket: 'hour' | 'day';
  /** False when there was more than is counted at once. */
  readonly complete: boolean;
  readonly countedSince: string;
}

export interface Usage extends Counted {
  readonly total: UsageCounts;
  /** Only those in which there was something. */
  readonly buckets: readonly (UsageCounts & { readonly start: string })[];
  readonly servers: readonly (UsageCounts & { readonly server: string })[];
  /** Those that denied, the most used first. */
  readonly rules: readonly RuleDenials[];
  readonly tools: readonly (UsageCounts & { readonly server: string; readonly tool: string })[];
}

/** How one limit was used. Shares are of its maximum: 1 is full, more where a policy only observes. */
export interface LimitUse {
  readonly server: string;
  readonly policy?: string;
  readonly scope: 'grant' | 'session' | 'server' | 'organisation';
  readonly counter: string;
  readonly windowSeconds: number;
  readonly max: number;
  readonly counts: 'calls' | 'amounts';
  readonly used: number;
  /** Of the fullest window of whoever used it most. */
  readonly share: number;
  readonly refused: number;
  readonly rules: readonly { readonly rule: string; readonly refused: number }[];
  readonly fullest?: {
    readonly start: string;
    readonly grant?: { readonly id: string; readonly label: string };
  };
  readonly buckets: readonly {
    readonly start: string;
    readonly used: number;
    readonly share: number;
    readonly refused: number;
  }[];
}

export interface LimitUsage extends Counted {
  /** The fullest first. */
  readonly limits: readonly LimitUse[];
}

const FRESH_MS = 30_000;

/** Decisions of a span, counted; kept fresh while somebody looks. */
export function useUsage(span: Span, enabled = true): UseQueryResult<Usage> {
  return useQuery({
    queryKey: ['usage', span.value],
    queryFn: ({ signal }) => api<Usage>(usageAddress(span), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: FRESH_MS,
    enabled,
  });
}

/** How full the limits of a span were, of all servers or of one; kept fresh while somebody looks. */
export function useLimitUsage(span: Span, server?: string): UseQueryResult<LimitUsage> {
  return useQuery({
    queryKey: ['usage', span.value, 'limits', server],
    queryFn: ({ signal }) => {
      const query = { since: beginningOf(span), bucket: span.bucket, server };
      return api<LimitUsage>('/usage/limits', { query, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: FRESH_MS,
  });
}

/** One bar of a chart. */
export interface Bar extends Pick<UsageCounts, 'allowed' | 'denied' | 'held' | 'refused'> {
  readonly startMs: number;
}

/** The beginnings of the bars of a span. */
function startsOf({ since, until }: Pick<Counted, 'since' | 'until'>, barMs: number): readonly number[] {
  const first = Math.floor(Date.parse(since) / barMs);
  const end = Math.max(first + 1, Math.ceil(Date.parse(until) / barMs));
  return Array.from({ length: end - first }, (_, index) => (first + index) * barMs);
}

/** Counts by bars of one width, those without any call too. */
export function barsOf(usage: Usage, barMs: number): readonly Bar[] {
  const bars = startsOf(usage, barMs).map((startMs) => ({
    startMs,
    allowed: 0,
    denied: 0,
    held: 0,
    refused: 0,
  }));
  for (const { start, allowed, denied, held, refused } of usage.buckets) {
    const bar = bars[barAt(bars[0]?.startMs ?? 0, start, barMs)];
    if (bar === undefined) continue;
    bar.allowed += allowed;
    bar.denied += denied;
    bar.held += held;
    bar.refused += refused;
  }
  return bars;
}

function barAt(firstMs: number, start: string, barMs: number): number {
  return Math.floor((Date.parse(start) - firstMs) / barMs);
}

/** How full a limit was in the bars of a span, and what it refused. */
export interface LimitBars {
  readonly shares: readonly number[];
  readonly refused: readonly number[];
}

/** Limits by bars of one width: a bar is as full as its fullest hour. */
export function limitBarsOf(
  usage: Pick<LimitUsage, 'since' | 'until'>,
  limits: readonly Pick<LimitUse, 'buckets'>[],
  barMs: number,
): { readonly timesMs: readonly number[]; readonly limits: readonly LimitBars[] } {
  const timesMs = startsOf(usage, barMs);
  return {
    timesMs,
    limits: limits.map(({ buckets }) => {
      const shares = timesMs.map(() => 0);
      const refusals = timesMs.map(() => 0);
      for (const { start, share, refused } of buckets) {
        const at = barAt(timesMs[0] ?? 0, start, barMs);
        if (timesMs[at] === undefined) continue;
        shares[at] = Math.max(shares[at] ?? 0, share);
        refusals[at] = (refusals[at] ?? 0) + refused;
      }
      return { shares, refused: refusals };
    }),
  };
}
