import { Anchor, Button, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'wouter';
import { api } from '../../api/client.ts';
import type { Grant } from '../../api/grants.ts';
import type { Decision, DecisionPage } from '../../api/logs.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { inert, inertName } from '../../parts/inert.ts';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';
import { Problem } from '../../parts/problem.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { finishStart } from '../../parts/unfinished-start.ts';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';

const ASK_MS = 1_500;
const SHOWN = 5;

type FirstCallProps = StepProps & { readonly server: GovernedServer; readonly grant: Grant };

/** Waits for the first call of a grant, and shows what was decided of it. */
export function FirstCall({ server, grant, view, go }: FirstCallProps): ReactNode {
  const { data, error, refetch } = useQuery({
    queryKey: ['logs', 'first', grant.id],
    queryFn: ({ signal }) => api<DecisionPage>('/logs', { query: { grant: grant.id, limit: SHOWN }, signal }),
    refetchInterval: ASK_MS,
    // the agent is in another window, and this one is to be green when it is looked at
    refetchIntervalInBackground: true,
    staleTime: 0,
  });
  const calls = data?.items ?? [];
  const hasArrived = calls.length > 0;
  useEffect(() => {
    if (hasArrived) finishStart();
  }, [hasArrived]);
  return (
    <Stack gap="lg">
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      <section
        className={classes['waiting']}
        data-arrived={hasArrived || undefined}
        aria-label="The first call"
        aria-live="polite"
      >
        {hasArrived ? <Arrived calls={calls} /> : <Waiting grant={grant} />}
      </section>
      <Done hasArrived={hasArrived} server={server} grant={grant} view={view} go={go} />
    </Stack>
  );
}

function Waiting({ grant: { label, lastUsedAt } }: { readonly grant: Grant }): ReactNode {
  return (
    <>
      <Loader size="sm" aria-hidden />
      <div>
        <Text fw={650}>Waiting for the first call…</Text>
        <Text size="sm" c="dimmed">
          {lastUsedAt === undefined
            ? 'Paste the block, start the client again if it asks for that, and let your agent use a tool. It shows here by itself.'
            : `${inertName(label)} has connected. Let your agent use a tool.`}
        </Text>
      </div>
    </>
  );
}

function Arrived({ calls }: { readonly calls: readonly Decision[] }): ReactNode {
  return (
    <>
      <span className={classes['arrived']}>
        <CircleCheck size={24} aria-hidden />
      </span>
      <Text fw={650} className={classes['arrived']}>
        {calls.length === 1 ? 'The first call has arrived' : 'Calls are arriving'}
      </Text>
      <ul className={classes['calls']}>
        {calls.map((call) => (
          <Call key={call.id} call={call} />
        ))}
      </ul>
    </>
  );
}

function Call({
  call: { id, at, tool, method, outcome, enforced, rule, message },
}: {
  readonly call: Decision;
}): ReactNode {
  return (
    <li>
      <Group gap="4px 8px">
        <OutcomeBadge outcome={outcome} enforced={enforced} />
        <Anchor
          component={Link}
          to={`/logs?decision=${encodeURIComponent(id)}`}
          className="mono"
          c="inherit"
          td="underline"
        >
          {inertName(tool ?? method)}
        </Anchor>
        <Text size="sm">
          <TimeAgo at={at} />
        </Text>
      </Group>
      <Text size="sm">
        By <span className="mono">{inertName(rule)}</span>
        {message !== '' && `: ${inert(message, 300)}`}
      </Text>
    </li>
  );
}

function Done({
  hasArrived,
  server,
  grant,
  view,
  go,
}: FirstCallProps & { readonly hasArrived: boolean }): ReactNode {
  const [next, ...more] = view.more;
  const path = `/servers/${encodeURIComponent(server.id)}`;
  const log = new URLSearchParams({ server: server.id, grant: grant.id });
  return (
    <section aria-labelledby="from-here">
      <Title order={2} size="h4" id="from-here">
        {hasArrived ? 'Done' : 'Meanwhile'}
      </Title>
      <Text size="sm" mb="sm">
        {hasArrived
          ? 'Every call of this agent now passes the policy, and stands in the log.'
          : 'You need not wait here: whatever the agent does is in the log.'}
      </Text>
      {next !== undefined && (
        <Button
          mb="sm"
          onClick={() => go({ server: next, more, step: 'tools', policy: undefined, grant: undefined })}
        >
          Go on with the next server
        </Button>
      )}
      <ul className={classes['inline']}>
        <li>
          <Anchor component={Link} to={`/logs?${log.toString()}`}>
            Its log
          </Anchor>
        </li>
        <li>
          <Anchor component={Link} to="/approvals">
            Approvals
          </Anchor>
        </li>
        {grant.policy !== undefined && (
          <li>
            <Anchor component={Link} to={`${path}/policies/${encodeURIComponent(grant.policy)}`}>
              The policy in the builder
            </Anchor>
          </li>
        )}
        <li>
          <Anchor component={Link} to={path}>
            The server
          </Anchor>
        </li>
        <li>
          <Anchor component={Link} to="/">
            Overview
          </Anchor>
        </li>
      </ul>
    </section>
  );
}
