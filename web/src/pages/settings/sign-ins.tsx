import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { returnProblem, useProvider, useSignInOptions, type SignInOptions } from '../../api/account.ts';
import { useMySignIns, useUnlink, type LinkedProvider, type SignIns as Ways } from '../../api/own-account.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { Row, Rows } from '../../parts/rows.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { Waiting } from '../../parts/waiting.tsx';

/** How the person can sign in: a password, and the providers that are joined or can be. */
export function SignIns(): ReactNode {
  const { data: options } = useSignInOptions();
  const { data: ways, error, refetch } = useMySignIns();
  const [returned] = useState(() => returnProblem(location.search));
  const offered = options?.providers ?? [];
  return (
    <Section
      title="Ways to sign in"
      {...(offered.length > 0 && {
        lead: 'With each of them you come in. An account at a provider must have the same e-mail address to be joined.',
      })}
    >
      {returned && <Problem error={returned} />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {ways === undefined && !error && <Waiting />}
      {ways !== undefined && <WayRows ways={ways} offered={offered} />}
    </Section>
  );
}

function WayRows({
  ways: { password, providers },
  offered,
}: {
  readonly ways: Ways;
  readonly offered: SignInOptions['providers'];
}): ReactNode {
  const others = offered.filter(({ id }) => !providers.some(({ provider }) => provider === id));
  const open = providers.filter(({ isOffered }) => isOffered).length + (password ? 1 : 0);
  return (
    <Rows label="Ways to sign in">
      <Row>
        <Group gap="xs">
          <Text>Password</Text>
          <StateBadge tone={password ? 'low' : 'unknown'}>{password ? 'Set' : 'Not set'}</StateBadge>
        </Group>
      </Row>
      {providers.map((linked) => (
        <LinkedRow key={linked.id} linked={linked} isLast={linked.isOffered && open === 1} />
      ))}
      {others.map((provider) => (
        <OfferedRow key={provider.id} {...provider} />
      ))}
    </Rows>
  );
}

function LinkedRow({
  linked: { id, name, isOffered, linkedAt },
  isLast,
}: {
  readonly linked: LinkedProvider;
  /** Without it the person could not come in. */
  readonly isLast: boolean;
}): ReactNode {
  const [opened, { open, close }] = useDisclosure(false);
  const unlink = useUnlink();
  const shown = inertName(name);
  return (
    <Row
      controls={
        isLast ? undefined : (
          <>
            <Button variant="default" size="xs" onClick={open} aria-label={`Remove ${shown}`}>
              Remove
            </Button>
            <Confirm
              opened={opened}
              title={`Remove ${shown}?`}
              action="Remove"
              isPending={unlink.isPending}
              error={unlink.error}
              onConfirm={() => unlink.mutate(id, { onSuccess: close })}
              onClose={close}
            >
              You can sign in with it no more until you join it again. Sessions that are open go on.
            </Confirm>
          </>
        )
      }
    >
      <Group gap="xs">
        <Text>{shown}</Text>
        {!isOffered && <StateBadge tone="unknown">Not offered any more</StateBadge>}
      </Group>
      <Text size="sm" c="dimmed">
        Joined <TimeAgo at={linkedAt} />
        {isLast && '. It is your only way in, so it cannot be removed.'}
      </Text>
    </Row>
  );
}

function OfferedRow({ id, name }: SignInOptions['providers'][number]): ReactNode {
  const join = useProvider('join');
  return (
    <Row
      controls={
        <Button
          variant="default"
          size="xs"
          loading={join.isPending}
          onClick={() => join.mutate({ provider: id })}
          aria-label={`Join ${name}`}
        >
          Join
        </Button>
      }
      below={join.error === null ? undefined : <Problem error={join.error} />}
    >
      <Text>{name}</Text>
    </Row>
  );
}
