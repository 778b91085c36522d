import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import {
  useEndOtherSessions,
  useEndSession,
  useMySessions,
  useMySignIns,
  type Session,
} from '../../api/own-account.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { inertName } from '../../parts/inert.ts';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { browserWords } from './browser-words.ts';
import { ListState } from './list-state.tsx';
import { Row, Rows, Section } from './section.tsx';
import { StateBadge } from './state-badge.tsx';

const LONGEST_AGENT = 300;

/** Where the person is signed in, and the way to end it there. */
export function Sessions(): ReactNode {
  const list = useMySessions();
  const hasPassword = useMySignIns().data?.password !== false;
  const all = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section
      title="Where you are signed in"
      lead={
        hasPassword ? 'End what you do not know, then choose a new password.' : 'End what you do not know.'
      }
      action={all.length > 1 && <EndOthers />}
    >
      <ListState list={list}>
        {(sessions) => (
          <Rows label="Sessions">
            {sessions.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </Rows>
        )}
      </ListState>
    </Section>
  );
}

function SessionRow({ session }: { readonly session: Session }): ReactNode {
  const { isCurrent, createdAt, lastSeenAt, expiresAt, address, agent } = session;
  return (
    <Row controls={isCurrent ? undefined : <End session={session} />}>
      <Group gap="xs">
        <Text title={agent && inertName(agent, LONGEST_AGENT)}>{nameOf(session)}</Text>
        {isCurrent && <StateBadge tone="low">This browser</StateBadge>}
      </Group>
      <Text size="sm" c="dimmed">
        {!isCurrent && (
          <>
            Last seen <TimeAgo at={lastSeenAt} />,{' '}
          </>
        )}
        {isCurrent ? 'Signed in' : 'signed in'} <TimeAgo at={createdAt} />
        {address !== undefined && ` from ${inertName(address)}`}, ends <TimeAgo at={expiresAt} />
      </Text>
    </Row>
  );
}

function End({ session }: { readonly session: Session }): ReactNode {
  const [opened, { open, close }] = useDisclosure(false);
  const end = useEndSession();
  const name = nameOf(session);
  return (
    <>
      <Button variant="default" size="xs" onClick={open} aria-label={`Sign out ${name}`}>
        Sign out
      </Button>
      <Confirm
        opened={opened}
        title={`Sign out ${name}?`}
        action="Sign out"
        isPending={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate(session.id, { onSuccess: close })}
        onClose={close}
      >
        Whoever uses it is asked to sign in again at the next step. What was done there stays as it is.
      </Confirm>
    </>
  );
}

function EndOthers(): ReactNode {
  const [opened, { open, close }] = useDisclosure(false);
  const end = useEndOtherSessions();
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Sign out everywhere else
      </Button>
      <Confirm
        opened={opened}
        title="Sign out everywhere else?"
        action="Sign out"
        isPending={end.isPending}
        error={end.error}
        onConfirm={() =>
          end.mutate(undefined, {
            onSuccess: ({ ended }) => {
              close();
              notifications.show({
                message: ended === 1 ? 'One session was ended.' : `${ended} sessions were ended.`,
              });
            },
          })
        }
        onClose={close}
      >
        All other browsers and devices are asked to sign in again. You stay signed in here, and API keys and
        grants go on.
      </Confirm>
    </>
  );
}

function nameOf({ agent }: Session): string {
  return browserWords(agent) ?? 'A program that does not say what it is';
}
