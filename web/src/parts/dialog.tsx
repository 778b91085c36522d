import { Modal, type ModalProps } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useFocusBack } from './use-focus-back.ts';

/** A dialog to fill in or to read; on a phone it takes the whole screen. */
export function Dialog(props: ModalProps): ReactNode {
  useFocusBack();
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return <Modal fullScreen={isNarrow} {...props} />;
}
