import { Anchor, Button, Code, Drawer, Group, Loader, Stack, Text } from '@mantine/core';
import { Check, Link2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useDecision, type Decision } from '../../api/logs.ts';
import { Fact, Facts } from '../../parts/facts.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { duration, wholeTime } from '../../parts/moment.ts';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';
import { Problem } from '../../parts/problem.tsx';
import { RuleLink } from '../../parts/rule-link.tsx';
import { ruleAddress, ruleInWords } from '../../parts/rule.ts';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useCopy } from '../../parts/use-copy.ts';
import { useServerName } from '../../parts/use-server-name.ts';
import { endingInWords } from './ending.ts';
import { searchOf } from './filter-address.ts';
import classes from './logs.module.css';

/** All that is known of one decision, beside the list. */
export function DecisionDrawer({
  id,
  known,
  close,
}: {
  readonly id: string | undefined;
  readonly known: Decision | undefined;
  readonly close: () => void;
}): ReactNode {
  const { data: decision, error, refetch } = useDecision(id, known);
  return (
    <Drawer.Root opened={id !== undefined} onClose={close} position="right" size="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        <Drawer.Body>
          <Group justify="space-between" py="xs">
            <Drawer.Title>Decision</Drawer.Title>
            <Drawer.CloseButton aria-label="Close the details" />
          </Group>
          {decision !== undefined ? (
            <Details decision={decision} />
          ) : error ? (
            <Problem error={error} retry={() => void refetch()} />
          ) : (
            <Loader role="status" aria-label="Loading" />
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Details({ decision }: { readonly decision: Decision }): ReactNode {
  const { id, tool, method, outcome, enforced, message } = decision;
  return (
    <Stack>
      <Group gap="sm" align="center">
        <OutcomeBadge outcome={outcome} enforced={enforced} />
        <Text fw={650} className="mono">
          {inertName(tool ?? (method === '' ? 'no method' : method))}
        </Text>
      </Group>
      {!enforced && (
        <Text size="sm">
          The policy only observes: this is what it would have decided. Nothing was stopped.
        </Text>
      )}
      <Why decision={decision} />
      {message !== '' && (
        <div>
          <Text size="sm" c="dimmed">
            {outcome === 'allow' ? 'Noted' : 'What the agent was told'}
          </Text>
          <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {inert(message)}
          </Code>
        </div>
      )}
      <DecisionFacts decision={decision} />
      <Group>
        <CopyLink address={`${location.origin}/app/logs?decision=${id}`} />
      </Group>
    </Stack>
  );
}

function CopyLink({ address }: { readonly address: string }): ReactNode {
  const { state, copy } = useCopy(address);
  const isCopied = state === 'copied';
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={isCopied ? <Check size={14} aria-hidden /> : <Link2 size={14} aria-hidden />}
        onClick={copy}
      >
        {isCopied ? 'Copied' : 'Copy a link to this'}
      </Button>
      {state === 'failed' && (
        <Text size="sm" role="status">
          This browser lets no page copy here. The link stands in its address bar.
        </Text>
      )}
    </>
  );
}

/** The answer to the question that people come with. */
function Why({ decision }: { readonly decision: Decision }): ReactNode {
  const { rule, policy, policyVersion } = decision;
  const words = ruleInWords(rule);
  const to = ruleAddress(decision);
  return (
    <Stack gap={4}>
      {words !== undefined && <Text>{words}</Text>}
      <Text size="sm" component="div">
        <Text span size="sm" c="dimmed">
          Rule{' '}
        </Text>
        <RuleLink ruled={decision} />
        {policy !== undefined && (
          <Text span size="sm" c="dimmed">
            {' '}
            of {policy}, version {policyVersion ?? 'unknown'}
          </Text>
        )}
      </Text>
      {to !== undefined && (
        <Group>
          <Button component={Link} to={to} size="xs" variant="default">
            Open the rule
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function DecisionFacts({ decision }: { readonly decision: Decision }): ReactNode {
  const nameOf = useServerName();
  const { id, at, server, grant, tool, argumentKeys, ending, method, requestId, revision, transport } =
    decision;
  return (
    <Facts>
      <Fact name="When">
        {wholeTime(at)} (<TimeAgo at={at} />)
      </Fact>
      <Fact name="Grant">
        {inertName(grant.label)} · <More view={{ grant: grant.id }}>all its calls</More>
      </Fact>
      <Fact name="Server">
        <Anchor component={Link} to={`/servers/${encodeURIComponent(server)}`} size="sm" underline="always">
          {nameOf(server)}
        </Anchor>
        {tool !== undefined && (
          <>
            {' · '}
            <More view={{ server, tool }}>calls of this tool</More>
          </>
        )}
      </Fact>
      <Fact name="Argument names">
        {argumentKeys.length === 0 ? (
          'none'
        ) : (
          <span className={classes['keys']}>
            {argumentKeys.map((key) => (
              <Code key={key}>{inertName(key)}</Code>
            ))}
          </span>
        )}
        <Text size="xs" c="dimmed">
          The log never holds a value.
        </Text>
      </Fact>
      <Fact name="Ending">{endingInWords(decision).whole}</Fact>
      {ending !== undefined && (
        <Fact name="Took">
          {duration(ending.latencyMs)}
          {ending.upstreamStatus !== undefined && `, HTTP ${ending.upstreamStatus} from the server`}
          {ending.quotaReturned && '; its limits were given back'}
        </Fact>
      )}
      <Fact name="Protocol">
        <span className="mono">{method === '' ? 'no method' : inertName(method)}</span>
        {revision !== '' && `, ${inertName(revision)}`} over{' '}
        {transport === 'http' ? 'HTTP' : 'standard input'}
      </Fact>
      <Fact name="Request">
        <span className="mono">{requestId}</span>
      </Fact>
      <Fact name="Decision">
        <span className="mono">{id}</span>
      </Fact>
    </Facts>
  );
}

function More({
  view,
  children,
}: {
  readonly view: Parameters<typeof searchOf>[0];
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Anchor component={Link} to={`/logs?${searchOf(view)}`} size="sm" underline="always">
      {children}
    </Anchor>
  );
}
