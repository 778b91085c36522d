import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useRotateGrant, type Grant } from '../../api/grants.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { GrantToken } from './grant-token.tsx';

const OVERLAPS = [
  { value: '0', label: 'Not at all: it leaked' },
  { value: '3600', label: 'For an hour' },
  { value: '86400', label: 'For a day' },
  { value: '604800', label: 'For a week' },
  { value: '2592000', label: 'For 30 days' },
];

/** A new token for a grant, with time to bring it to the agent. */
export function RotateGrant({
  server,
  grant,
  opened,
  onClose,
}: {
  readonly server: GovernedServer;
  readonly grant: Grant;
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const rotate = useRotateGrant(grant.id);
  const [overlap, setOverlap] = useState('86400');
  const { data: rotated } = rotate;
  const close = (): void => {
    if (rotate.isPending) return;
    onClose();
    rotate.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`New token for “${inertName(grant.label, 100)}”`}
      size="xl"
      withCloseButton={false}
      closeOnClickOutside={rotated === undefined}
      closeOnEscape={rotated === undefined}
    >
      {rotated === undefined ? (
        <Stack>
          <Text>
            The grant stays the same in the log and under its limits. The token of before is taken for a
            while, too, so that the agent goes on until it has the new one.
          </Text>
          <Select
            label="Take the token of before"
            allowDeselect={false}
            data={OVERLAPS}
            value={overlap}
            onChange={(chosen) => setOverlap(chosen ?? overlap)}
          />
          {rotate.error && <Problem error={rotate.error} />}
          <Group justify="flex-end">
            <Button variant="default" disabled={rotate.isPending} onClick={close}>
              Cancel
            </Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate(Number(overlap))}>
              Make a new token
            </Button>
          </Group>
        </Stack>
      ) : (
        <GrantToken server={server} token={rotated.token} onDone={close} />
      )}
    </Modal>
  );
}
