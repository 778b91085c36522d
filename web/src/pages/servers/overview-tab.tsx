import { Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { PlugZap, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useGrants } from '../../api/grants.ts';
import { isInForce, usePolicies } from '../../api/policy-list.ts';
import { useCheckServer, useServerTools, type GovernedServer } from '../../api/servers.ts';
import { SPANS } from '../../api/usage.ts';
import { endpointOf } from '../../parts/client-blocks.ts';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { inertName } from '../../parts/inert.ts';
import type { LimitsProps } from '../../parts/limits/limits.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Section, Sheet } from '../../parts/section.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { toolsInWords } from '../../parts/tool-filter.tsx';
import { page } from '../../shell/page.tsx';
import { useMay } from '../../shell/rights.tsx';
import { CheckResult } from './check-result.tsx';
import { RiskCounts } from './risk-counts.tsx';
import { credentialWord, isAskable, transportWord } from './server-state.tsx';

const Limits = page<LimitsProps>(() => import('../../parts/limits/limits.tsx'));

interface TabProps {
  readonly server: GovernedServer;
}

/** What one wants to know of a server at once: what is wrong, what agents can call, under what, and from where. */
export function OverviewTab({ server }: TabProps): ReactNode {
  const mayReadLogs = useMay('logs:read');
  return (
    <Stack gap="lg">
      <Attention server={server} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Sheet title="What agents can call">
          <ToolSummary server={server} />
        </Sheet>
        <Sheet title="How it is governed">
          <Governance server={server} />
        </Sheet>
      </SimpleGrid>
      <Sheet title="Address for agents" lead="With the token of a grant; without one nobody gets in.">
        <CopyBlock text={endpointOf(location.origin, server.path)} label="address" />
      </Sheet>
      {mayReadLogs && (
        <Section title="Limits" lead="In the last 24 hours.">
          <Limits span={SPANS[0]} server={server.id} nameOf={() => inertName(server.name)} />
        </Section>
      )}
      <Connection server={server} />
    </Stack>
  );
}

function to(server: GovernedServer, tab: string): string {
  return `/servers/${encodeURIComponent(server.id)}/${tab}`;
}

/** What needs somebody: broken first, then drift. */
function Attention({ server }: TabProps): ReactNode {
  const { error, refetch, isFetching } = useServerTools(server.id, isAskable(server));
  const { credential, drift, onChange } = server;
  return (
    <>
      {credential.state === 'unreadable' && (
        <Attend title="The credentials of this server cannot be decrypted" action={undefined}>
          The key that they were encrypted with is not here. Whoever runs the gateway can put it back; or give
          the connection anew.
        </Attend>
      )}
      {(credential.state === 'none' || credential.state === 'needs_consent') && (
        <Attend
          title={
            credential.state === 'none'
              ? 'This server is not connected yet'
              : 'The access to this server has ended'
          }
          action={{ to: to(server, 'connection'), label: 'To the connection' }}
        >
          It wants a person’s consent. Until an admin connects it, every call of an agent fails.
        </Attend>
      )}
      {error !== null && <Problem error={error} retry={isFetching ? undefined : () => void refetch()} />}
      {drift > 0 && (
        <Attend
          title={
            drift === 1
              ? 'One tool is not as it was accepted'
              : `${drift} tools are not as they were accepted`
          }
          action={{ to: to(server, 'tools'), label: 'See what changed' }}
        >
          {onChange === 'block'
            ? 'Calls of them are refused until somebody accepts the new definitions.'
            : 'Calls of them pass. Look at what changed, and accept it or change the policy.'}
        </Attend>
      )}
    </>
  );
}

function Attend({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action: { readonly to: string; readonly label: string } | undefined;
}): ReactNode {
  return (
    <Notice tone="medium" icon={<TriangleAlert size={18} aria-hidden />} title={title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{children}</Text>
        {action !== undefined && (
          <Button component={Link} to={action.to} size="xs" variant="default">
            {action.label}
          </Button>
        )}
      </Stack>
    </Notice>
  );
}

function ToolSummary({ server }: TabProps): ReactNode {
  const { data } = useServerTools(server.id, isAskable(server));
  return (
    <Stack gap="sm">
      <RiskCounts server={server.id} isAsked={isAskable(server)} />
      {!isAskable(server) && (
        <Text size="sm" c="dimmed">
          The tools are known when the server is connected.
        </Text>
      )}
      {data !== undefined && (
        <Text size="sm">
          {toolsInWords(data.items.length)} before any policy.{' '}
          <Anchor component={Link} to={to(server, 'tools')} size="sm" underline="always">
            See them
          </Anchor>
        </Text>
      )}
      {server.catalogueSlug !== undefined && (
        <Anchor href={`/tools/${encodeURIComponent(server.catalogueSlug)}`} size="sm">
          What the catalogue says of it
        </Anchor>
      )}
    </Stack>
  );
}

function Governance({ server }: TabProps): ReactNode {
  const mayGrants = useMay('grants:read');
  const { data: policies } = usePolicies(server.id, useMay('policies:read'));
  const { data: grants } = useGrants(server.id, mayGrants);
  const live = grants?.filter(({ state }) => state === 'live');
  const declared = live?.filter(({ managed }) => !managed).length ?? 0;
  return (
    <Facts>
      <Fact name="Policies">
        <Anchor component={Link} to={to(server, 'policies')} size="sm">
          {policies === undefined ? '…' : `${policies.filter(isInForce).length} in force`}
        </Anchor>
      </Fact>
      <Fact name="Grants">
        <Anchor component={Link} to={to(server, 'grants')} size="sm">
          {live === undefined ? '…' : `${live.length} live`}
        </Anchor>
        {declared > 0 && `, ${declared} of them in the configuration file`}
      </Fact>
      <Fact name="Last used">
        <TimeAgo at={server.lastUsedAt} />
      </Fact>
      <Fact name="When a tool changes">
        {server.onChange === 'block' ? 'Its calls are refused' : 'It is told, calls pass'}
      </Fact>
      <Fact name="Definitions">{server.pinned ? 'Accepted' : 'Not accepted yet'}</Fact>
    </Facts>
  );
}

function Connection({ server }: TabProps): ReactNode {
  // whoever may write policies may also ask a server
  const mayAsk = useMay('policies:write');
  const check = useCheckServer(server.id);
  return (
    <Sheet title="Connection">
      <Stack gap="sm">
        <Text size="sm">
          {transportWord(server.kind)}. Credential: {credentialWord(server)}.{' '}
          <Anchor component={Link} to={to(server, 'connection')} size="sm" underline="always">
            More
          </Anchor>
        </Text>
        {mayAsk && (
          <Group>
            <Button
              variant="default"
              leftSection={<PlugZap size={16} aria-hidden />}
              loading={check.isPending}
              onClick={() => check.mutate()}
            >
              Check the connection
            </Button>
          </Group>
        )}
        <div aria-live="polite">
          {check.error && <Problem error={check.error} retry={() => check.mutate()} />}
          {check.data !== undefined && !check.isPending && <CheckResult check={check.data} />}
        </div>
      </Stack>
    </Sheet>
  );
}
