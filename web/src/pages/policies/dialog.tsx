import { Group, Modal, type ModalRootProps } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useFocusBack } from '../../parts/use-focus-back.ts';

/** A dialog with its title; on a phone it takes the whole screen. */
export function Dialog({
  title,
  close,
  size = 'md',
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly size?: ModalRootProps['size'];
  readonly children: ReactNode;
}): ReactNode {
  useFocusBack();
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return (
    // not `Modal`: its header is a second banner of the page for a screen reader
    <Modal.Root opened onClose={close} size={size} fullScreen={isNarrow} centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Group justify="space-between" wrap="nowrap" align="flex-start" mb="md">
            <Modal.Title fw={650} fz="lg">
              {title}
            </Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
