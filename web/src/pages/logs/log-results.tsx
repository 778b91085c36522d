import { Alert, Anchor, Button, Group, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import { ArrowUp, Pause, Play } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Decision } from '../../api/logs.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import { DecisionDrawer } from './decision-drawer.tsx';
import { ExportButtons } from './export-buttons.tsx';
import { filterOf, type LogView } from './filter-address.ts';
import { LogList } from './log-list.tsx';
import classes from './logs.module.css';
import type { LiveState } from './use-live-tail.ts';
import { useLog, type Log } from './use-log.ts';

interface ResultsProps {
  readonly view: LogView;
  /** Id of the decision whose details are open. */
  readonly opened: string | undefined;
  readonly open: (id: string) => void;
  readonly close: () => void;
  /** Told of what was read, for the suggestions of the filter. */
  readonly see: (decisions: readonly Decision[]) => void;
  /** Takes the filter away, where there is one. */
  readonly clear?: () => void;
  /** Reads everything anew. */
  readonly restart: () => void;
}

/** The decisions of one filter, with what can be done with all of them. */
export function LogResults(props: ResultsProps): ReactNode {
  const { view, opened, open, close, see, restart } = props;
  // a span that ends now ends at the moment when the view was opened
  const [filter] = useState(() => filterOf(view, Date.now()));
  const log = useLog(filter);
  const { pages } = log.query.data ?? {};
  useEffect(() => {
    const last = pages?.at(-1);
    if (last) see(last.items);
  }, [pages, see]);
  const known = useMemo(() => log.decisions.find(({ id }) => id === opened), [log.decisions, opened]);
  return (
    <Stack gap="xs">
      <Group justify="space-between" mih={36}>
        <LiveSwitch log={log} />
        <ExportButtons filter={filter} />
      </Group>
      {log.tail.state === 'full' && (
        <Alert color="gray" title="Much has happened since this page was opened">
          <Button size="xs" variant="default" onClick={restart}>
            Show the newest
          </Button>
        </Alert>
      )}
      <Rows {...props} log={log} open={open} />
      <DecisionDrawer id={opened} known={known} close={close} />
    </Stack>
  );
}

function Rows({ log, open, clear }: ResultsProps & { readonly log: Log }): ReactNode {
  const { query, decisions, held, resume, onTop } = log;
  const { error, isPending, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const readMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const openRow = useCallback(({ id }: Decision) => open(id), [open]);
  if (isPending) return <Skeleton height={400} role="status" aria-label="Loading the log" />;
  if (error && query.data === undefined) return <Problem error={error} retry={() => void query.refetch()} />;
  const more = (
    <NewRows
      held={held}
      show={() => {
        resume();
        window.scrollTo({ top: 0 });
      }}
    />
  );
  if (decisions.length === 0) {
    return (
      <>
        {more}
        <Nothing {...(clear && { clear })} />
      </>
    );
  }
  return (
    <>
      {more}
      <LogList
        decisions={decisions}
        hasMore={hasNextPage && !isFetchingNextPage && !isFetchNextPageError}
        readMore={readMore}
        open={openRow}
        onTop={onTop}
      />
      {isFetchNextPageError ? (
        <Problem error={error} retry={readMore} />
      ) : (
        <Text size="sm" c="dimmed" ta="center" role="status" py="sm">
          {hasNextPage ? 'Reading older ones …' : 'That is all.'}
        </Text>
      )}
    </>
  );
}

function NewRows({ held, show }: { readonly held: number; readonly show: () => void }): ReactNode {
  if (held === 0) return null;
  return (
    <div className={classes['news']}>
      <Button size="compact-md" radius="xl" leftSection={<ArrowUp size={14} aria-hidden />} onClick={show}>
        {held.toLocaleString()} new {held === 1 ? 'row' : 'rows'}
      </Button>
    </div>
  );
}

function Nothing({ clear }: { readonly clear?: () => void }): ReactNode {
  if (clear) {
    return (
      <EmptyState
        title="No decision matches"
        action={
          <Button variant="default" onClick={clear}>
            Clear the filter
          </Button>
        }
      >
        Names of grants, tools and rules must be exact. New decisions that match appear here by themselves.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No calls yet"
      action={
        <Anchor component={Link} to="/servers">
          Servers
        </Anchor>
      }
    >
      Every call of an agent is written down here with what was decided and why. Give an agent a grant of one
      of your servers, and its first call appears by itself.
    </EmptyState>
  );
}

const STATE_WORDS: Readonly<Record<LiveState, string>> = {
  off: 'Of the past: nothing new is added',
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Not live; trying again',
  full: 'Not live any more',
};

function LiveSwitch({ log: { tail, isPaused, pause, resume, held } }: { readonly log: Log }): ReactNode {
  const { state, reason } = tail;
  const words = isPaused && state === 'live' ? 'Paused' : STATE_WORDS[state];
  return (
    <Group gap="sm">
      <Group gap={8} wrap="nowrap">
        <span className={classes['dot']} data-state={isPaused ? 'paused' : state} aria-hidden />
        <Text size="sm" role="status">
          {words}
          {state === 'lost' && reason !== undefined && `. ${reason}`}
        </Text>
      </Group>
      {(state === 'live' || isPaused) && (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
          onClick={isPaused ? resume : pause}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      )}
      <VisuallyHidden role="status">{held > 0 ? `${held} new rows` : ''}</VisuallyHidden>
    </Group>
  );
}
