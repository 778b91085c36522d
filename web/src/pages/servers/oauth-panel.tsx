import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { Link2, Unlink } from 'lucide-react';
import type { ReactNode } from 'react';
import { useDisconnect, useStartConsent, type GovernedServer } from '../../api/servers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { inert } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { Sheet } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay } from '../../shell/rights.tsx';

const STATES = {
  none: {
    word: 'Not connected',
    tone: 'critical',
    about: 'Nobody has connected this server yet. Until then its calls fail.',
  },
  connected: {
    word: 'Connected',
    tone: 'low',
    about: 'The gateway has an access, and renews it ahead of its end.',
  },
  needs_consent: {
    word: 'Needs consent again',
    tone: 'critical',
    about: 'The access was ended there, ran out for good, or the server wants more rights. Connect it again.',
  },
  unreadable: {
    word: 'Cannot be decrypted',
    tone: 'critical',
    about:
      'The key that the access was encrypted with is not here. Connect it again, or have the key put back.',
  },
} as const;

/** The access that a person gave to the gateway: how it stands, and the way to give or end it. */
export function OAuthPanel({ server }: { readonly server: GovernedServer }): ReactNode {
  const { state = 'none', expiresAt, scope } = server.credential;
  const { word, tone, about } = STATES[state];
  const mayConnect = useMay('servers:write') && server.managed;
  return (
    <Sheet title="Login with OAuth">
      <Stack gap="sm">
        <Group gap="sm">
          <StateBadge tone={tone}>{word}</StateBadge>
          <Text size="sm">{about}</Text>
        </Group>
        {state === 'connected' && (
          <Text size="sm" c="dimmed">
            {expiresAt !== undefined && (
              <>
                The current token ends <TimeAgo at={expiresAt} />.{' '}
              </>
            )}
            {scope !== undefined && <>Rights: {inert(scope, 500)}.</>}
          </Text>
        )}
        {mayConnect ? (
          <Actions server={server} isConnected={state === 'connected'} hasAccess={state !== 'none'} />
        ) : (
          server.managed &&
          state !== 'connected' && (
            <Text size="sm" c="dimmed">
              An admin of the organisation can connect it.
            </Text>
          )
        )}
      </Stack>
    </Sheet>
  );
}

function Actions({
  server,
  isConnected,
  hasAccess,
}: {
  readonly server: GovernedServer;
  readonly isConnected: boolean;
  readonly hasAccess: boolean;
}): ReactNode {
  const start = useStartConsent(server.id);
  const disconnect = useDisconnect(server.id);
  const [isAsking, { open, close }] = useDisclosure(false);
  const isLeaving = start.isPending || start.isSuccess;
  return (
    <>
      <Text size="sm" c="dimmed">
        You are sent to the login of the server, agree there, and come back to this page.
      </Text>
      {start.error && <Problem error={start.error} />}
      <Group>
        <Button
          variant={isConnected ? 'default' : 'filled'}
          leftSection={<Link2 size={16} aria-hidden />}
          loading={isLeaving}
          onClick={() => start.mutate(undefined, { onSuccess: ({ url }) => leaveFor(url) })}
        >
          {hasAccess ? 'Connect again' : 'Connect'}
        </Button>
        {hasAccess && (
          <Button variant="default" leftSection={<Unlink size={16} aria-hidden />} onClick={open}>
            Disconnect
          </Button>
        )}
      </Group>
      <Confirm
        opened={isAsking}
        title={`Disconnect ${server.name}?`}
        action="Disconnect"
        isPending={disconnect.isPending}
        error={disconnect.error}
        onConfirm={() =>
          disconnect.mutate(undefined, {
            onSuccess: () => {
              close();
              notifications.show({ message: `${server.name} is disconnected.` });
            },
          })
        }
        onClose={close}
      >
        The access is forgotten, and ended there where the server offers that. Calls of agents fail until
        somebody connects it again.
      </Confirm>
    </>
  );
}

/** Only to a page of the web, whatever an authorization server calls its login. */
function leaveFor(url: string): void {
  if (/^https?:/.test(new URL(url).protocol)) location.assign(url);
}
