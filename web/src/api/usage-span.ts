/** Spans of time that people look at. Apart from what asks for them, so that a page can be asked for before its code is there. */

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

/** The first span unless the search of an address names another. */
export function spanIn(search: URLSearchParams): Span {
  return SPANS.find(({ value }) => value === search.get('span')) ?? SPANS[0];
}

/** From the beginning of a bar, so that the first is as whole as the others. */
export function beginningOf({ ms, barMs }: Span): string {
  return new Date(Math.ceil((Date.now() - ms) / barMs) * barMs).toISOString();
}

/** Where the counts of a span are, below `/api/v1`. */
export function usageAddress(span: Span): string {
  return `/usage?${new URLSearchParams({ since: beginningOf(span), bucket: span.bucket }).toString()}`;
}
