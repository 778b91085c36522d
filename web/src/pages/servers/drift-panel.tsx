import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  useAcceptAllDrift,
  useAcceptDrift,
  useDrift,
  type DefinitionChange,
  type Drift,
  type DriftList,
  type GovernedServer,
} from '../../api/servers.ts';
import { Breakable } from '../../parts/breakable.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useMay } from '../../shell/rights.tsx';
import classes from './servers.module.css';

/** Tools that are not as they were accepted: what changed in each, and the way to accept it. */
export function DriftPanel({ server }: { readonly server: GovernedServer }): ReactNode {
  const { data, error, refetch } = useDrift(server.id);
  if (data?.items.length === 0) return null;
  return (
    <Section
      title="Not as it was accepted"
      lead={
        server.onChange === 'block'
          ? 'Calls of these tools are refused until somebody accepts them as they are now.'
          : 'Calls of these tools pass. Accept what is harmless; for the rest, change the policy first.'
      }
      action={data !== undefined && data.items.length > 1 && <AcceptAll server={server} list={data} />}
    >
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Waiting />}
      {data?.items.map((drift) => (
        <DriftCard key={`${drift.tool} ${drift.hash}`} server={server} drift={drift} />
      ))}
    </Section>
  );
}

function AcceptAll({
  server,
  list: { items, seen },
}: {
  readonly server: GovernedServer;
  readonly list: DriftList;
}): ReactNode {
  const [isAsking, { open, close }] = useDisclosure(false);
  const accept = useAcceptAllDrift(server.id);
  if (!useMay('policies:write')) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Accept all {items.length}
      </Button>
      <Confirm
        opened={isAsking}
        title={`Accept all ${items.length} changes of ${server.name}?`}
        action="Accept all"
        destroys={false}
        isPending={accept.isPending}
        error={accept.error}
        onConfirm={() =>
          accept.mutate(seen, {
            onSuccess: () => {
              close();
              notifications.show({ message: `${items.length} changes are accepted.` });
            },
          })
        }
        onClose={close}
      >
        Exactly the list that stands here is accepted, or nothing: if something else changes meanwhile, you
        are asked to look again.
      </Confirm>
    </>
  );
}

const KINDS: Readonly<Record<Drift['kind'], { readonly word: string; readonly action: string }>> = {
  added: { word: 'New', action: 'Accept this tool' },
  changed: { word: 'Changed', action: 'Accept this definition' },
  removed: { word: 'Gone', action: 'Accept that it is gone' },
};

function DriftCard({ server, drift }: { readonly server: GovernedServer; readonly drift: Drift }): ReactNode {
  const accept = useAcceptDrift(server.id);
  const { word, action } = KINDS[drift.kind];
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Group gap="sm">
            <Title order={3} size="h5" className="mono">
              <Breakable text={inertName(drift.tool, 200)} />
            </Title>
            <StateBadge tone="medium">{word}</StateBadge>
            <Classes drift={drift} />
          </Group>
          <Text size="sm" c="dimmed">
            seen <TimeAgo at={drift.seenAt} />
          </Text>
        </Group>
        {drift.changes.map((change) => (
          <Change key={`${change.pointer} ${change.kind}`} change={change} />
        ))}
        {accept.error && <Problem error={accept.error} />}
        {useMay('policies:write') && (
          <Group>
            <Button
              size="xs"
              variant="default"
              loading={accept.isPending}
              onClick={() =>
                accept.mutate(drift, {
                  onSuccess: () =>
                    notifications.show({
                      message: `${inertName(drift.tool, 100)} is accepted as it is now.`,
                    }),
                })
              }
            >
              {action}
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

/** A class that rose is the news of a change. */
function Classes({ drift: { categoryBefore, categoryNow } }: { readonly drift: Drift }): ReactNode {
  if (categoryBefore === categoryNow || categoryBefore === undefined || categoryNow === undefined) {
    const category = categoryNow ?? categoryBefore;
    return category === undefined ? null : <RiskBadge category={category} />;
  }
  return (
    <Group gap={6} aria-label={`Class was ${categoryBefore}, is ${categoryNow}`} role="group">
      <RiskBadge category={categoryBefore} />
      <ArrowRight size={14} aria-hidden />
      <RiskBadge category={categoryNow} />
    </Group>
  );
}

function Change({
  change: { text, words, before, after },
}: {
  readonly change: DefinitionChange;
}): ReactNode {
  return (
    <div>
      <Text size="sm" mb={4} style={{ overflowWrap: 'anywhere' }}>
        {inert(text, 600)}
      </Text>
      {words !== undefined ? (
        <p className={classes['diff']}>
          {words.map(({ kind, text: run }, index) => {
            // oxlint-disable-next-line react/no-array-index-key -- the runs of a change never move
            if (kind === 'added') return <ins key={index}>{inert(run)}</ins>;
            // oxlint-disable-next-line react/no-array-index-key -- the runs of a change never move
            if (kind === 'removed') return <del key={index}>{inert(run)}</del>;
            return inert(run);
          })}
        </p>
      ) : (
        (before !== undefined || after !== undefined) && (
          <pre className={`mono ${classes['diff']}`}>
            {before !== undefined && <del>{inert(before, 2_000)}</del>}
            {before !== undefined && after !== undefined && '\n'}
            {after !== undefined && <ins>{inert(after, 2_000)}</ins>}
          </pre>
        )
      )}
    </div>
  );
}
