import { Button, Group, Modal, Select, Stack, Text, type MantineSize } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

const OVERLAPS = [
  { value: '0', label: 'Not at all: the old one leaked' },
  { value: '3600', label: 'For an hour' },
  { value: '86400', label: 'For a day' },
  { value: '604800', label: 'For a week' },
  { value: '2592000', label: 'For 30 days' },
];

interface RotateProps<T> {
  readonly title: string;
  /** What becomes of the old one. */
  readonly lead: string;
  /** Asks how long the old one counts, too. */
  readonly label: string;
  /** The word on the button: "Make a new token". */
  readonly action: string;
  /** How long the old one may count at most. */
  readonly mostSeconds: number;
  readonly size: MantineSize;
  /** Takes how long the old one counts, in seconds. */
  readonly rotate: UseMutationResult<T, Error, number>;
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Shows the new one, this once. */
  readonly children: (made: T, done: () => void) => ReactNode;
}

/** A new secret in the place of one that is in use, with time to bring it to whoever uses it. */
export function RotateSecret<T>(props: RotateProps<T>): ReactNode {
  const { rotate, opened, title, size } = props;
  const [overlap, setOverlap] = useState('86400');
  const { data: made } = rotate;
  const close = (): void => {
    if (rotate.isPending) return;
    props.onClose();
    rotate.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      size={size}
      withCloseButton={false}
      // a slip must not lose the new one
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
    >
      {made === undefined ? (
        <Stack>
          <Text>{props.lead}</Text>
          <Select
            label={props.label}
            allowDeselect={false}
            data={OVERLAPS.filter(({ value }) => Number(value) <= props.mostSeconds)}
            value={overlap}
            onChange={(chosen) => setOverlap(chosen ?? overlap)}
          />
          {rotate.error && <Problem error={rotate.error} />}
          <Group justify="flex-end">
            <Button variant="default" disabled={rotate.isPending} onClick={close}>
              Cancel
            </Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate(Number(overlap))}>
              {props.action}
            </Button>
          </Group>
        </Stack>
      ) : (
        props.children(made, close)
      )}
    </Modal>
  );
}
