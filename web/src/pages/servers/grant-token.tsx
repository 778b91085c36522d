import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { GovernedServer } from '../../api/servers.ts';
import { endpointOf } from '../../parts/client-blocks.ts';
import { ClientBlocks } from '../../parts/client-blocks.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';

/** A token, this once, with what is to be pasted into the client that gets it. */
export function GrantToken({
  server,
  token,
  onDone,
}: {
  readonly server: GovernedServer;
  readonly token: string;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <SecretOnce label="token" text={token} onDone={onDone}>
      <Stack gap="xs">
        <Title order={3} size="h5">
          Or copy the whole block for your client
        </Title>
        <Text size="sm" c="dimmed">
          The token is in it. Keep such a file out of repositories.
        </Text>
        <ClientBlocks id={server.id} url={endpointOf(location.origin, server.path)} token={token} />
      </Stack>
    </SecretOnce>
  );
}
