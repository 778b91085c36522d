import { useEffect, useState, type ReactNode } from 'react';

/** Each unit with the count from which the next one says it better. */
const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number, most: number])[] = [
  ['second', 1_000, 60],
  ['minute', 60_000, 60],
  ['hour', 3_600_000, 24],
  ['day', 86_400_000, 30],
  ['month', 2_592_000_000, 12],
  ['year', 31_536_000_000, Number.POSITIVE_INFINITY],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "3 minutes ago", with the exact time on hover; it keeps up with the clock. */
export function TimeAgo({ at }: { readonly at: string | undefined }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  if (at === undefined) return 'never';
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {inWords(Date.parse(at) - now)}
    </time>
  );
}

/** A distance in time, rounded: 59.6 seconds are a minute. */
export function inWords(distanceMs: number): string {
  for (const [unit, ms, most] of UNITS) {
    const count = Math.round(Math.abs(distanceMs) / ms);
    if (count === 0) return 'just now';
    if (count < most) return words.format(Math.sign(distanceMs) * count, unit);
  }
  return 'just now';
}
