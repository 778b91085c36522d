import type { Span } from '../api/usage.ts';

/** The address of the log that shows just these calls of a span. */
export function logAddress({ value, ms }: Span, filter: Readonly<Record<string, string>>): string {
  const time: Record<string, string> =
    value === '30d' ? { since: new Date(Date.now() - ms).toISOString() } : { last: value };
  return `/logs?${new URLSearchParams({ ...filter, ...time }).toString()}`;
}
