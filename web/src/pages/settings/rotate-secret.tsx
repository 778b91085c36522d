import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useRotateSecret, type Webhook } from '../../api/webhooks.ts';
import { Problem } from '../../parts/problem.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';

const OVERLAPS = [
  { value: '0', label: 'Not at all: the old one leaked' },
  { value: '3600', label: 'For an hour' },
  { value: '86400', label: 'For a day' },
  { value: '604800', label: 'For a week' },
];

/** A new signing secret, with time to bring it to the receiver. */
export function RotateSecret({
  webhook,
  opened,
  onClose,
}: {
  readonly webhook: Webhook;
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const rotate = useRotateSecret(webhook.id);
  const [overlap, setOverlap] = useState('86400');
  const { data: rotated } = rotate;
  const close = (): void => {
    onClose();
    rotate.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={`New secret for "${webhook.label}"`}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={rotated === undefined}
      closeOnEscape={rotated === undefined}
    >
      {rotated === undefined ? (
        <Stack>
          <Text>
            Messages are signed with the new secret at once. For a while they carry the signature of the old
            one, too, so that the receiver takes them before and after it knows the new one.
          </Text>
          <Select
            label="Sign with the old one, too"
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
              Make a new secret
            </Button>
          </Group>
        </Stack>
      ) : (
        <SecretOnce label="signing secret" text={rotated.secret} onDone={close} />
      )}
    </Modal>
  );
}
