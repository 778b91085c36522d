import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { GovernedServer } from '../../api/servers.ts';
import { inert, inertName } from '../../parts/inert.ts';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { Row } from '../settings/section.tsx';
import { RiskCounts } from './risk-counts.tsx';
import { isAskable, placeOf, ServerState, transportWord } from './server-state.tsx';

/** One server of the list. Its tools are asked for when the row comes into sight: that may start a program. */
export function ServerRow({
  server,
  lastUsedAt,
}: {
  readonly server: GovernedServer;
  readonly lastUsedAt: string | undefined;
}): ReactNode {
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const [wasSeen, setWasSeen] = useState(false);
  if (inViewport && !wasSeen) setWasSeen(true);
  return (
    <Row>
      <Stack gap={6} ref={ref}>
        <Group gap="sm">
          <Anchor component={Link} to={`/servers/${encodeURIComponent(server.id)}`} fw={650}>
            {inertName(server.name, 100)}
          </Anchor>
          <ServerState server={server} />
        </Group>
        <Text size="sm" c="dimmed">
          {transportWord(server.kind)}: <span className="mono">{inert(placeOf(server), 160)}</span>
        </Text>
        <Group gap="md" justify="space-between">
          <RiskCounts server={server.id} isAsked={wasSeen && isAskable(server)} />
          <Text size="sm" c="dimmed" ml="auto">
            {lastUsedAt === undefined ? (
              'Not used yet'
            ) : (
              <>
                Last used <TimeAgo at={lastUsedAt} />
              </>
            )}
          </Text>
        </Group>
      </Stack>
    </Row>
  );
}
