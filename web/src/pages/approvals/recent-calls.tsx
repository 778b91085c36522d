import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ApprovalDetail, RecentCall } from '../../api/approvals.ts';
import { inertName } from '../../parts/inert.ts';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay } from '../../shell/rights.tsx';
import classes from './approvals.module.css';

/** What else the grant did lately: whether this call fits to it. */
export function RecentCalls({ approval }: { readonly approval: ApprovalDetail }): ReactNode {
  const { grant, server, recentCalls } = approval;
  const maySeeLogs = useMay('logs:read');
  return (
    <Stack gap={4} component="section" aria-labelledby="lately">
      <Group justify="space-between">
        <Title order={2} size="h4" id="lately">
          What this grant did lately
        </Title>
        {maySeeLogs && (
          <Anchor
            component={Link}
            size="sm"
            to={`/logs?${new URLSearchParams({ server, grant: grant.id }).toString()}`}
          >
            All of it
          </Anchor>
        )}
      </Group>
      {recentCalls.length === 0 ? (
        <Text size="sm">Nothing else yet.</Text>
      ) : (
        <ul className={classes['calls']}>
          {recentCalls.map((call) => (
            <Call key={call.id} call={call} isLinked={maySeeLogs} />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function Call({ call, isLinked }: { readonly call: RecentCall; readonly isLinked: boolean }): ReactNode {
  const { id, at, tool, outcome, enforced, rule, result } = call;
  const name = tool === undefined ? 'no tool' : inertName(tool);
  return (
    <li className={classes['call']}>
      <OutcomeBadge outcome={outcome} enforced={enforced} />
      <Text size="sm" className="mono" component="div">
        {isLinked ? (
          <Anchor component={Link} inherit to={`/logs?decision=${encodeURIComponent(id)}`}>
            {name}
          </Anchor>
        ) : (
          name
        )}
        <Text size="xs" c="dimmed" component="div">
          {inertName(rule)}
          {result !== undefined && result !== 'ok' && ` · ${result.replace('_', ' ')}`}
        </Text>
      </Text>
      <Text size="xs" c="dimmed">
        <TimeAgo at={at} />
      </Text>
    </li>
  );
}
