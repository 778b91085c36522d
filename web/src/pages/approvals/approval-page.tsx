import { Anchor, Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { useApproval, type ApprovalDetail } from '../../api/approvals.ts';
import { ApiProblem } from '../../api/client.ts';
import { Breakable } from '../../parts/breakable.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { ApprovalBadge } from '../../parts/outcome-badge.tsx';
import { Problem } from '../../parts/problem.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { RuleLink } from '../../parts/rule-link.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useServerName } from '../../parts/use-server-name.ts';
import { AnswerForm } from './answer-form.tsx';
import classes from './approvals.module.css';
import { categoryOf } from './category.ts';
import { RecentCalls } from './recent-calls.tsx';
import { ToolFacts } from './tool-facts.tsx';

/** One held call: everything that a person needs for a yes or a no. Notifications lead here. */
export default function ApprovalPage(): ReactNode {
  const { approval: id = '' } = useParams<{ approval?: string }>();
  const { data, error, isPending, refetch } = useApproval(id);
  return (
    <Stack maw={1100}>
      <Anchor component={Link} to="/approvals" size="sm">
        <Group gap={6} wrap="nowrap">
          <ArrowLeft size={16} aria-hidden /> Approvals
        </Group>
      </Anchor>
      {isPending ? (
        <>
          <HiddenTitle />
          <Skeleton height={400} role="status" aria-label="Loading the call" />
        </>
      ) : data === undefined ? (
        <>
          <HiddenTitle />
          <Absent error={error} retry={() => void refetch()} />
        </>
      ) : (
        <>
          {error && <Problem error={error} retry={() => void refetch()} />}
          <HeldCall key={data.id} approval={data} />
        </>
      )}
    </Stack>
  );
}

/** What the page is about, while there is no call that could say it. */
function HiddenTitle(): ReactNode {
  return (
    <VisuallyHidden>
      <h1>Held call</h1>
    </VisuallyHidden>
  );
}

function Absent({ error, retry }: { readonly error: unknown; readonly retry: () => void }): ReactNode {
  if (!(error instanceof ApiProblem) || error.status !== 404) return <Problem error={error} retry={retry} />;
  return (
    <EmptyState
      title="There is no such call"
      action={
        <Anchor component={Link} to="/approvals">
          All approvals
        </Anchor>
      }
    >
      It was decided long ago and is not kept any more, or it belongs to an organisation that you are not
      looking at.
    </EmptyState>
  );
}

function HeldCall({ approval }: { readonly approval: ApprovalDetail }): ReactNode {
  const { tool, toolDefinition, status, reason } = approval;
  return (
    <div className={classes['page']}>
      <Stack gap="lg">
        <div>
          <Group gap="sm" mb={4}>
            <ApprovalBadge status={status} />
            {toolDefinition?.category !== undefined && (
              <RiskBadge category={categoryOf(toolDefinition.category)} />
            )}
          </Group>
          <Title order={1} size="h3">
            <span className="mono">
              <Breakable text={inertName(tool)} />
            </span>
          </Title>
          {reason !== '' && (
            <Text mt={4} style={{ overflowWrap: 'anywhere' }}>
              {inert(reason)}
            </Text>
          )}
        </div>
        <Arguments approval={approval} />
        <Who approval={approval} />
        <ToolFacts tool={toolDefinition} />
        <RecentCalls approval={approval} />
      </Stack>
      <AnswerForm approval={approval} />
    </div>
  );
}

function Arguments({ approval }: { readonly approval: ApprovalDetail }): ReactNode {
  const { arguments: given } = approval;
  return (
    <Stack gap="xs" component="section" aria-labelledby="arguments">
      <Title order={2} size="h4" id="arguments">
        Arguments
      </Title>
      {given === undefined ? (
        <Text size="sm">The agent sent none.</Text>
      ) : (
        <JsonView value={given} label="Arguments of the call" />
      )}
    </Stack>
  );
}

function Who({ approval }: { readonly approval: ApprovalDetail }): ReactNode {
  const { server, grant, policy, policyVersion, requestedAt, asked, fingerprint } = approval;
  const nameOf = useServerName();
  return (
    <Stack gap="xs" component="section" aria-labelledby="who">
      <Title order={2} size="h4" id="who">
        Who asks, and which rule
      </Title>
      <Facts>
        <Fact name="Grant">{inertName(grant.label)}</Fact>
        <Fact name="Server">
          <Anchor component={Link} to={`/servers/${encodeURIComponent(server)}`} size="sm">
            {nameOf(server)}
          </Anchor>
        </Fact>
        <Fact name="Rule">
          <RuleLink ruled={approval} />
          <Text size="xs" c="dimmed">
            of {policy}, version {policyVersion}
          </Text>
        </Fact>
        <Fact name="Asked">
          <TimeAgo at={requestedAt} />
          {asked > 1 && `; the agent has tried ${asked} times`}
        </Fact>
        <Fact name="Fingerprint">
          <span className="mono" title={fingerprint}>
            {fingerprint.slice(0, 16)}
          </span>
          <Text size="xs" c="dimmed">
            The same for the very same call only.
          </Text>
        </Fact>
      </Facts>
    </Stack>
  );
}
