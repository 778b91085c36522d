import { Button, Group, Modal, Stack } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

interface ConfirmProps {
  readonly opened: boolean;
  /** Names the thing: "Remove Ada?". */
  readonly title: string;
  /** What will happen, and what will not. */
  readonly children: ReactNode;
  /** The word on the button, the same verb as in the title: "Remove". */
  readonly action: string;
  /** False for what can be taken back. */
  readonly destroys?: boolean;
  readonly isPending?: boolean;
  /** Why it could not be done; the question stays open. */
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is done that cannot be taken back. Keep it mounted beside its button: the focus returns there. */
export function Confirm(props: ConfirmProps): ReactNode {
  const { opened, title, children, action, destroys = true, isPending = false, error } = props;
  const text = useId();
  const close = (): void => {
    if (!isPending) props.onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={title} aria-describedby={text} withCloseButton={false}>
      <Stack>
        <div id={text}>{children}</div>
        {error !== undefined && error !== null && <Problem error={error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus disabled={isPending} onClick={close}>
            Cancel
          </Button>
          <Button color={destroys ? 'red.9' : 'gate'} loading={isPending} onClick={props.onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
