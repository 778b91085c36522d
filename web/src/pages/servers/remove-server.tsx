import { Button, Group, Modal, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useRemoveServer, type GovernedServer } from '../../api/servers.ts';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';

/** Removes a server, for those who mean it: its name is to be typed. */
export function RemoveServer({ server }: { readonly server: GovernedServer }): ReactNode {
  const [isAsking, { open, close }] = useDisclosure(false);
  const name = inertName(server.name, 100);
  return (
    <Paper withBorder p="md" component="section" aria-label="Remove this server">
      <Group justify="space-between">
        <div style={{ flex: '1 1 20rem' }}>
          <Title order={2} size="h5">
            Remove this server
          </Title>
          <Text size="sm" c="dimmed" maw="70ch">
            Agents are refused at once, its grants are revoked, and its credentials are deleted. The log
            stays.
          </Text>
        </div>
        <Button variant="default" c="var(--tg-critical)" onClick={open}>
          Remove
        </Button>
      </Group>
      <Modal opened={isAsking} onClose={close} title={`Remove ${name}?`}>
        <Question server={server} onClose={close} />
      </Modal>
    </Paper>
  );
}

function Question({
  server,
  onClose,
}: {
  readonly server: GovernedServer;
  readonly onClose: () => void;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const [, go] = useLocation();
  const remove = useRemoveServer(server.id);
  const isNamed = typed.trim() === server.name.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isNamed || remove.isPending) return;
        remove.mutate(undefined, {
          onSuccess: () => {
            go('/servers');
            notifications.show({ message: `${inertName(server.name, 100)} is removed.` });
          },
        });
      }}
    >
      <Stack>
        <Text size="sm">
          This cannot be taken back: its id is never given again, so that every agent needs a new address and
          a new grant.
        </Text>
        <TextInput
          label={`Type its name: ${inertName(server.name, 100)}`}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {remove.error && <Problem error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" disabled={remove.isPending} onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red.8" disabled={!isNamed} loading={remove.isPending}>
            Remove
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
