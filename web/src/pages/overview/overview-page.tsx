import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { QueryObserver } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useApprovals } from '../../api/approvals.ts';
import { useGrants } from '../../api/grants.ts';
import { SERVERS, useServers, type GovernedServer } from '../../api/servers.ts';
import { useUsage } from '../../api/usage.ts';
import { distinctNames } from '../../parts/distinct-names.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import { unfinishedStart } from '../../parts/unfinished-start.ts';
import type { First } from '../../shell/first-page.ts';
import { useMay } from '../../shell/rights.tsx';
import { Attention } from './attention.tsx';
import { ReachSection } from './reach-section.tsx';
import { UsageSection, useSpan } from './usage-section.tsx';
import { useReach } from './use-reach.ts';

const LATE_MS = 400;

// the rest comes while the gateway counts, which takes longest
export const first: First = (queries) => [new QueryObserver(queries, SERVERS)];

/** What needs a person, what agents can call, and what they did. */
export default function OverviewPage(): ReactNode {
  const mayAdd = useMay('servers:write');
  const { data: servers, error, refetch } = useServers();
  const isEmpty = servers?.length === 0;
  const unfinished = unfinishedStart();
  return (
    <Stack gap="xl" maw={1200}>
      <AskedAtOnce />
      <Group justify="space-between">
        <Title order={1} size="h2">
          Overview
        </Title>
        {mayAdd && !isEmpty && (
          <Group gap="md">
            {unfinished !== undefined && (
              <Anchor component={Link} to={unfinished} size="sm">
                Go on with what you began
              </Anchor>
            )}
            <Button
              component={Link}
              to="/start"
              variant="default"
              leftSection={<Plus size={16} aria-hidden />}
            >
              Add servers
            </Button>
          </Group>
        )}
      </Group>
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {servers === undefined && error === null && <Skeleton height={160} animate={false} />}
      {isEmpty && <Invitation mayAdd={mayAdd} />}
      {servers !== undefined && !isEmpty && <Governed servers={servers} />}
    </Stack>
  );
}

/** Begins to ask what parts of the page show that wait for something else; shows nothing itself. */
function AskedAtOnce(): ReactNode {
  const [span] = useSpan();
  useUsage(span, useMay('logs:read'));
  useGrants(undefined, useMay('grants:read'));
  useApprovals('pending');
  return null;
}

/** Whether it is time to ask the servers: that is more work than all the rest, which comes first unless it takes long. */
function useServersTurn(mayReadLogs: boolean): boolean {
  const [span] = useSpan();
  const { isLoading } = useUsage(span, mayReadLogs);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, []);
  return !isLoading || isLate;
}

function Governed({ servers }: { readonly servers: readonly GovernedServer[] }): ReactNode {
  const mayReadPolicies = useMay('policies:read');
  const mayReadGrants = useMay('grants:read');
  const mayReadLogs = useMay('logs:read');
  const ids = useMemo(() => servers.map(({ id }) => id), [servers]);
  const reach = useReach(ids, mayReadPolicies, useServersTurn(mayReadLogs));
  const approvals = useApprovals('pending');
  const grants = useGrants(undefined, mayReadGrants);
  const nameOf = useMemo(() => distinctNames(servers), [servers]);
  const failed = [approvals, grants].find(({ error }) => error !== null);
  const pages = approvals.data?.pages;
  const held = pages && {
    items: pages.flatMap(({ items }) => items),
    hasMore: pages.at(-1)?.next !== undefined,
  };
  return (
    <>
      {failed !== undefined && <Problem error={failed.error} retry={() => void failed.refetch()} />}
      <Attention
        servers={servers}
        nameOf={nameOf}
        reach={reach}
        held={held}
        grants={mayReadGrants ? grants.data : []}
      />
      <ReachSection servers={servers} nameOf={nameOf} reach={reach} mayReadPolicies={mayReadPolicies} />
      {mayReadLogs && <UsageSection nameOf={nameOf} />}
    </>
  );
}

function Invitation({ mayAdd }: { readonly mayAdd: boolean }): ReactNode {
  return (
    <EmptyState
      title="Nothing is governed yet"
      action={
        mayAdd ? (
          <Button component={Link} to="/start" mt="sm">
            Add your servers
          </Button>
        ) : (
          <Text size="sm">An administrator adds the first server.</Text>
        )
      }
    >
      Add the MCP servers that your agents use. You see what they could do, put a policy on it, and every call
      that an agent makes then passes here. It takes about two minutes.
    </EmptyState>
  );
}
