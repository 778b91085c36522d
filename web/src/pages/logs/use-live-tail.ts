import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { followDecisions, readDecisions, type Decision, type DecisionFilter } from '../../api/logs.ts';
import { ApiProblem } from '../../api/client.ts';
import { useSignedIn } from '../../shell/rights.tsx';

/** `off` is a view that ends in the past; `full` is more than a page should hold. */
export type LiveState = 'off' | 'connecting' | 'live' | 'lost' | 'full';

const FIRST = 50;
const TOGETHER_MS = 150;
const AGAIN_MS = 3_000;
/** The server ended it, to be asked anew: unless it does nothing else, it is asked at once. */
const AT_ONCE_MS = 200;
const STEADY_MS = 5_000;
const MUCH_LATER_MS = 30_000;
const MOST_HELD = 10_000;
/** Pages that are read to close the gap that a lost connection left. */
const MOST_GAP_PAGES = 10;

export interface LiveTail {
  readonly state: LiveState;
  /** What has come since the page was opened, in no order. */
  readonly arrived: readonly Decision[];
  /** Why it is lost. */
  readonly reason: string | undefined;
}

/** Follows the log as long as it is shown. Give it a new `key` of a component for another filter. */
export function useLiveTail(filter: DecisionFilter, isOn: boolean): LiveTail {
  const { organisation } = useSignedIn();
  const [tail, setTail] = useState<LiveTail>({
    state: isOn ? 'connecting' : 'off',
    arrived: [],
    reason: undefined,
  });
  const asked = useRef(filter);
  const organisationId = organisation?.id;
  const queries = useQueryClient();
  useEffect(() => {
    if (!isOn) return undefined;
    const end = new AbortController();
    const tell = (state: LiveState, reason?: string): void => setTail((now) => ({ ...now, state, reason }));
    let count = 0;
    const take = gather(end.signal, (decisions) => {
      count += decisions.length;
      setTail((now) => ({ ...now, arrived: [...now.arrived, ...decisions] }));
      if (count <= MOST_HELD) return;
      end.abort();
      tell('full');
    });
    // whoever is signed in no more gets the sign-in page
    const onSignedOut = (): void => void queries.invalidateQueries({ queryKey: ['me'] });
    void keepFollowing({ filter: asked.current, organisation: organisationId, end, tell, take, onSignedOut });
    return () => end.abort();
  }, [isOn, organisationId, queries]);
  return tail;
}

interface Follower {
  readonly filter: DecisionFilter;
  readonly organisation: string | undefined;
  readonly end: AbortController;
  readonly tell: (state: LiveState, reason?: string) => void;
  readonly take: (decision: Decision) => void;
  readonly onSignedOut: () => void;
}

async function keepFollowing({
  filter,
  organisation,
  end,
  tell,
  take,
  onSignedOut,
}: Follower): Promise<void> {
  const { signal } = end;
  const { since: _since, until: _until, ...live } = filter;
  let newest = '';
  let wasOpen = false;
  let openedAt = Number.POSITIVE_INFINITY;
  const onDecision = (decision: Decision): void => {
    if (decision.id > newest) newest = decision.id;
    take(decision);
  };
  const onOpen = (): void => {
    tell('live');
    if (wasOpen) void closeGap(filter, newest, signal, take);
    wasOpen = true;
    openedAt = Date.now();
  };
  while (!signal.aborted) {
    let wait = AGAIN_MS;
    try {
      await followDecisions({ filter: live, limit: FIRST, organisation, signal, onOpen, onDecision });
      if (!signal.aborted) tell('connecting');
      if (Date.now() - openedAt > STEADY_MS) wait = AT_ONCE_MS;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiProblem && error.status === 401) onSignedOut();
      // what the API refuses it will refuse again for a while
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) wait = MUCH_LATER_MS;
      tell('lost', error instanceof ApiProblem ? error.message : undefined);
    }
    await pause(wait, signal);
  }
}

/** Reads what was decided while nobody was connected. What cannot be read now is there when the page is loaded anew. */
async function closeGap(
  filter: DecisionFilter,
  newest: string,
  signal: AbortSignal,
  take: (decision: Decision) => void,
): Promise<void> {
  try {
    let cursor: string | undefined;
    for (let page = 0; page < MOST_GAP_PAGES; page++) {
      const { items, next } = await readDecisions(filter, cursor, signal);
      for (const decision of items) if (decision.id > newest) take(decision);
      cursor = next;
      if (cursor === undefined || items.some(({ id }) => id <= newest)) return;
    }
  } catch {
    // the stream itself goes on, and says so when it does not
  }
}

/** Hands over what comes within a moment together: a burst must not draw the page a hundred times. */
function gather(
  signal: AbortSignal,
  give: (decisions: readonly Decision[]) => void,
): (decision: Decision) => void {
  let held: Decision[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return (decision) => {
    held.push(decision);
    timer ??= setTimeout(() => {
      timer = undefined;
      const all = held;
      held = [];
      give(all);
    }, TOGETHER_MS);
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
