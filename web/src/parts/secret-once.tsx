import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { Download, KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { CopyBlock } from './copy-block.tsx';

interface SecretOnceProps {
  /** What it is, for the copy button: "token". */
  readonly label: string;
  readonly text: string;
  /** What it is for, and where it goes. */
  readonly children?: ReactNode;
  /** Offers it as a file of this name, too. */
  readonly fileName?: string;
  /** The word on the button that ends it. */
  readonly done?: string;
  readonly onDone: () => void;
}

/** A secret that no page shows again: to be copied now, or made anew. */
export function SecretOnce({
  label,
  text,
  children,
  fileName,
  done = 'I have kept it',
  onDone,
}: SecretOnceProps): ReactNode {
  return (
    <Stack>
      <Alert icon={<KeyRound size={18} aria-hidden />} color="gate" title="Copy it now" role="status">
        It is shown this once. Nobody can look it up later, only make a new one.
      </Alert>
      <CopyBlock text={text} label={label} />
      {children}
      <Group justify="flex-end">
        {fileName !== undefined && (
          <Button
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
            onClick={() => saveText(text, fileName)}
          >
            Save as a file
          </Button>
        )}
        <Button onClick={onDone}>{done}</Button>
      </Group>
    </Stack>
  );
}

/** The same over the page. It closes by its own button only: a slip must not lose the secret. */
export function SecretOnceModal({
  opened,
  title,
  ...secret
}: SecretOnceProps & { readonly opened: boolean; readonly title: string }): ReactNode {
  return (
    <Modal
      opened={opened}
      onClose={secret.onDone}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <SecretOnce {...secret} />
    </Modal>
  );
}

function saveText(text: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}
