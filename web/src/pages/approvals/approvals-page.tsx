import { Anchor, Button, Group, Skeleton, Stack, Title, VisuallyHidden } from '@mantine/core';
import { InfiniteQueryObserver, QueryObserver } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import {
  approvalsQuery,
  useActorName,
  useApprovals,
  type ApprovalItem,
  type ApprovalStatus,
} from '../../api/approvals.ts';
import { SERVER_NAMES } from '../../api/logs.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { useServerName } from '../../parts/use-server-name.ts';
import type { First } from '../../shell/first-page.ts';
import { ApprovalCard } from './approval-card.tsx';
import classes from './approvals.module.css';

const DECIDED: readonly { readonly value: ApprovalStatus; readonly label: string }[] = [
  { value: 'approved', label: 'Approved, not used yet' },
  { value: 'used', label: 'Approved, call made' },
  { value: 'denied', label: 'Denied' },
  { value: 'expired', label: 'Expired' },
];

export const first: First = (queries, _, search) =>
  search.size === 0
    ? [
        new InfiniteQueryObserver(queries, approvalsQuery('pending')),
        new QueryObserver(queries, SERVER_NAMES),
      ]
    : [];

/** The inbox of held calls: what waits, the most urgent first, and what was decided. */
export default function ApprovalsPage(): ReactNode {
  const [search, setSearch] = useSearchParams();
  const isDecided = search.get('show') === 'decided';
  const status = DECIDED.find(({ value }) => value === search.get('status'))?.value;
  const show = (view: Record<string, string>): void => setSearch(view, { replace: true });
  return (
    <Stack maw={860}>
      <Title order={1} size="h2">
        Approvals
      </Title>
      <Group>
        <SegmentedControl
          aria-label="Which calls"
          data={[
            { value: 'waiting', label: 'Waiting' },
            { value: 'decided', label: 'Decided' },
          ]}
          value={isDecided ? 'decided' : 'waiting'}
          onChange={(value) => show(value === 'decided' ? { show: value } : {})}
        />
        {isDecided && (
          <FilterSelect
            aria-label="How they were decided"
            all="All of them"
            data={DECIDED}
            value={status}
            onChange={(value) => show({ show: 'decided', ...(value !== undefined && { status: value }) })}
          />
        )}
      </Group>
      <Inbox isDecided={isDecided} status={isDecided ? (status ?? 'decided') : 'pending'} />
    </Stack>
  );
}

function Inbox({
  isDecided,
  status,
}: {
  readonly isDecided: boolean;
  readonly status: ApprovalStatus | 'decided';
}): ReactNode {
  const { data, error, isPending, isPlaceholderData, refetch, ...more } = useApprovals(status);
  const all = data?.pages.flatMap(({ items }) => items) ?? [];
  const approvals = isDecided ? all : mostUrgentFirst(all);
  const actorName = useActorName();
  const serverName = useServerName();
  if (isPending || isPlaceholderData)
    return <Skeleton height={240} role="status" aria-label="Loading the approvals" />;
  if (error && data === undefined) return <Problem error={error} retry={() => void refetch()} />;
  const isEmpty = approvals.length === 0;
  return (
    <>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {isEmpty && (isDecided ? <NothingDecided isAll={status === 'decided'} /> : <NothingWaits />)}
      <ul
        className={classes['list']}
        aria-label={isDecided ? 'Decided calls' : 'Calls that wait for an answer'}
        hidden={isEmpty}
      >
        {approvals.map((approval) => (
          <ApprovalCard
            key={approval.id}
            approval={approval}
            serverName={serverName(approval.server)}
            decidedBy={approval.decidedBy === undefined ? undefined : actorName(approval.decidedBy)}
          />
        ))}
      </ul>
      {!isDecided && <Announcement count={approvals.length} hasMore={more.hasNextPage} />}
      {more.hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            loading={more.isFetchingNextPage}
            onClick={() => void more.fetchNextPage()}
          >
            Show more
          </Button>
        </Group>
      )}
    </>
  );
}

function mostUrgentFirst(approvals: readonly ApprovalItem[]): readonly ApprovalItem[] {
  return approvals.toSorted((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt));
}

/** Tells those who do not see the list that it changed. */
function Announcement({ count, hasMore }: { readonly count: number; readonly hasMore: boolean }): ReactNode {
  const text = count === 1 ? '1 call waits' : `${count}${hasMore ? ' or more' : ''} calls wait`;
  return <VisuallyHidden role="status">{text} for an answer</VisuallyHidden>;
}

function NothingWaits(): ReactNode {
  return (
    <EmptyState
      title="Nothing waits for an answer"
      action={
        <Anchor component={Link} to="/servers">
          Servers and their policies
        </Anchor>
      }
    >
      When a policy asks for approval of a tool, each such call waits here until a person has said yes or no.
      This page keeps itself up to date.
    </EmptyState>
  );
}

function NothingDecided({ isAll }: { readonly isAll: boolean }): ReactNode {
  return (
    <EmptyState title={isAll ? 'Nothing was decided yet' : 'None of this kind'}>
      Answers are kept here for 90 days, with who gave them and what became of the call.
    </EmptyState>
  );
}
