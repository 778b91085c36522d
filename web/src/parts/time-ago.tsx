import { useEffect, useState, type ReactNode } from 'react';

const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
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

export function inWords(distanceMs: number): string {
  for (const [unit, ms] of UNITS) {
    if (Math.abs(distanceMs) >= ms) return words.format(Math.trunc(distanceMs / ms), unit);
  }
  return 'just now';
}
