import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { GovernedServer } from '../../api/servers.ts';
import { ClassCounts } from '../../parts/class-counts.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { Row } from '../../parts/rows.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { placeOf, ServerState, transportWord } from './server-state.tsx';

/** One server of the list, as it was last seen: looking at the list asks no server. */
export function ServerRow({ server }: { readonly server: GovernedServer }): ReactNode {
  const { id, name, kind, tools, lastAsked, lastUsedAt } = server;
  return (
    <Row>
      <Stack gap={6}>
        <Group gap="sm">
          <Anchor component={Link} to={`/servers/${encodeURIComponent(id)}`} fw={650}>
            {inertName(name, 100)}
          </Anchor>
          <ServerState server={server} />
        </Group>
        <Text size="sm" c="dimmed">
          {transportWord(kind)}: <span className="mono">{inert(placeOf(server), 160)}</span>
        </Text>
        {lastAsked?.ok === false && (
          <Text size="sm" c="var(--tg-critical)" lineClamp={2}>
            {inert(lastAsked.reason ?? 'It did not answer', 300)}
          </Text>
        )}
        <Group gap="md" justify="space-between">
          {tools === undefined ? (
            <Text size="sm" c="dimmed">
              Its tools are not known yet
            </Text>
          ) : (
            <ClassCounts counts={tools.classes} />
          )}
          <Text size="sm" c="dimmed" ml="auto">
            {lastAsked !== undefined && (
              <>
                {lastAsked.ok ? 'Answered' : 'Did not answer'} <TimeAgo at={lastAsked.at} /> ·{' '}
              </>
            )}
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
