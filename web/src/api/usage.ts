import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api } from './client.ts';
import type { Decision, DecisionPage } from './logs.ts';

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

export interface Usage {
  readonly since: string;
  readonly until: string;
  readonly bucket: 'hour' | 'day';
  /** False when there was more than is counted at once. */
  readonly complete: boolean;
  readonly countedSince: string;
  readonly total: UsageCounts;
  /** Only those in which there was something. */
  readonly buckets: readonly (UsageCounts & { readonly start: string })[];
  readonly servers: readonly (UsageCounts & { readonly server: string })[];
  readonly tools: readonly (UsageCounts & { readonly server: string; readonly tool: string })[];
}

/** A span of time that ends now. */
export interface Span {
  readonly value: '24h' | '7d' | '30d';
  readonly label: string;
  readonly ms: number;
  readonly bucket: 'hour' | 'day';
  /** Width of one bar of a chart. */
  readonly barMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Spans that people look at. Bars are as wide as can still be told apart on a phone. */
export const SPANS: readonly [Span, ...Span[]] = [
  { value: '24h', label: '24 hours', ms: DAY_MS, bucket: 'hour', barMs: HOUR_MS },
  { value: '7d', label: '7 days', ms: 7 * DAY_MS, bucket: 'hour', barMs: 6 * HOUR_MS },
  { value: '30d', label: '30 days', ms: 30 * DAY_MS, bucket: 'day', barMs: DAY_MS },
];

const FRESH_MS = 30_000;

/** Decisions of a span, counted; kept fresh while somebody looks. */
export function useUsage({ value, ms, bucket, barMs }: Span): UseQueryResult<Usage> {
  return useQuery({
    queryKey: ['usage', value],
    queryFn: ({ signal }) =>
      // from the beginning of a bar, so that the first is as whole as the others
      api<Usage>('/usage', {
        query: {
          since: new Date(Math.ceil((Date.now() - ms) / barMs) * barMs).toISOString(),
          bucket,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: FRESH_MS,
  });
}

const MOST_DENIALS = 200;

/** The newest denials of a span: the counts do not say which rule it was. */
export function useLatestDenials({ value, ms }: Span): UseQueryResult<DecisionPage> {
  return useQuery({
    queryKey: ['usage', value, 'denials'],
    queryFn: ({ signal }) =>
      api<DecisionPage>('/logs', {
        query: {
          outcome: 'deny',
          since: new Date(Date.now() - ms).toISOString(),
          limit: MOST_DENIALS,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: FRESH_MS,
  });
}

/** A rule and how often it denied. */
export interface DeniedRule {
  readonly server: string;
  readonly rule: string;
  readonly policy: string | undefined;
  readonly count: number;
}

/** Decisions counted by the rule that made them, the most used first. */
export function byRule(decisions: readonly Decision[]): readonly DeniedRule[] {
  const found = new Map<string, DeniedRule>();
  for (const { server, rule, policy } of decisions) {
    const key = JSON.stringify([server, rule, policy]);
    const count = (found.get(key)?.count ?? 0) + 1;
    found.set(key, { server, rule, policy, count });
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count);
}

/** One bar of a chart. */
export interface Bar extends Pick<UsageCounts, 'allowed' | 'denied' | 'held' | 'refused'> {
  readonly startMs: number;
}

/** Counts by bars of one width, those without any call too. */
export function barsOf({ since, until, buckets }: Usage, barMs: number): readonly Bar[] {
  const first = Math.floor(Date.parse(since) / barMs);
  const end = Math.max(first + 1, Math.ceil(Date.parse(until) / barMs));
  const bars = Array.from({ length: end - first }, (_, index) => ({
    startMs: (first + index) * barMs,
    allowed: 0,
    denied: 0,
    held: 0,
    refused: 0,
  }));
  for (const { start, allowed, denied, held, refused } of buckets) {
    const bar = bars[Math.floor(Date.parse(start) / barMs) - first];
    if (bar === undefined) continue;
    bar.allowed += allowed;
    bar.denied += denied;
    bar.held += held;
    bar.refused += refused;
  }
  return bars;
}
