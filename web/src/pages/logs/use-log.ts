import { useCallback, useMemo, useState } from 'react';
import { useDecisions, type Decision, type DecisionFilter } from '../../api/logs.ts';
import { useLiveTail, type LiveTail } from './use-live-tail.ts';

/** The log of one view: what was read page by page and what came since, as one list. */
export interface Log {
  readonly query: ReturnType<typeof useDecisions>;
  readonly tail: LiveTail;
  /** What is shown, newest first. */
  readonly decisions: readonly Decision[];
  /** How many newer ones wait to be shown: the list stands still while somebody reads further down, or has paused it. */
  readonly held: number;
  readonly isPaused: boolean;
  readonly pause: () => void;
  /** Shows all that waits and goes on. */
  readonly resume: () => void;
  /** To be told whether the newest row is in sight. */
  readonly onTop: (isAtTop: boolean) => void;
}

/** Reads and follows the log. A view with an end is not followed. */
export function useLog(filter: DecisionFilter): Log {
  const query = useDecisions(filter);
  const tail = useLiveTail(filter, filter.until === undefined);
  const { pages } = query.data ?? {};
  const read = useMemo(() => (pages ?? []).flatMap(({ items }) => items), [pages]);
  const came = useMemo(() => newestFirst(tail.arrived), [tail.arrived]);
  const all = useMemo(() => merged(came, read), [came, read]);
  const [isPaused, setPaused] = useState(false);
  // newer ones than this are held back; undefined lets everything show
  const [ceiling, setCeiling] = useState<string>();
  const newest = all[0]?.id ?? '';
  const decisions = useMemo(
    () => (ceiling === undefined ? all : all.slice(countAbove(all, ceiling))),
    [all, ceiling],
  );
  const onTop = useCallback(
    (isAtTop: boolean) => {
      if (!isAtTop) setCeiling((now) => now ?? newest);
      else if (!isPaused) setCeiling(undefined);
    },
    [isPaused, newest],
  );
  return {
    query,
    tail,
    decisions,
    isPaused,
    onTop,
    held: all.length - decisions.length,
    pause: () => {
      setPaused(true);
      setCeiling((now) => now ?? newest);
    },
    resume: () => {
      setPaused(false);
      setCeiling(undefined);
    },
  };
}

/** Ids begin with their time. */
function newestFirst(decisions: readonly Decision[]): readonly Decision[] {
  return decisions.toSorted((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

/** Two lists, newest first, as one in which each decision stands once: that of the first list, which knows more of its ending. */
function merged(came: readonly Decision[], read: readonly Decision[]): readonly Decision[] {
  const all: Decision[] = [];
  let at = 0;
  for (const decision of came) {
    if (decision.id === all.at(-1)?.id) continue;
    for (let next = read[at]; next !== undefined && next.id >= decision.id; next = read[++at])
      if (next.id !== decision.id) all.push(next);
    all.push(decision);
  }
  return [...all, ...read.slice(at)];
}

/** How many at the beginning are newer than this one. */
function countAbove(decisions: readonly Decision[], ceiling: string): number {
  const index = decisions.findIndex(({ id }) => id <= ceiling);
  return index === -1 ? decisions.length : index;
}
