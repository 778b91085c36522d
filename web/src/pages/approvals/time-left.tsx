import { Text } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';

const URGENT_MS = 60_000;

/** How long a person still has, to the second; it counts down by itself and is not read out each time. */
export function TimeLeft({
  until,
  size = 'sm',
}: {
  readonly until: string;
  readonly size?: string;
}): ReactNode {
  const now = useNow();
  const left = Date.parse(until) - now;
  return (
    <Text
      component="span"
      role="timer"
      size={size}
      fw={650}
      style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}
      c={left < URGENT_MS ? 'var(--tg-critical)' : undefined}
    >
      {leftInWords(left)}
    </Text>
  );
}

/** `4:05 left`, `2 h 5 min left` */
export function leftInWords(ms: number): string {
  if (ms <= 0) return 'Time is over';
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
  return `${minutes}:${String(seconds % 60).padStart(2, '0')} left`;
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
