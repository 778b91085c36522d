import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useEffect, type ReactNode, type RefObject } from 'react';
import { COPY_KEYS, useCopy } from './use-copy.ts';

/** The button that copies what is shown beside it; where no page may copy, it selects it and says what to press. */
export function CopyShown({
  text,
  label,
  shown,
}: {
  readonly text: string;
  readonly label: string;
  readonly shown: RefObject<HTMLElement | null>;
}): ReactNode {
  const { state, copy } = useCopy(text);
  const isCopied = state === 'copied';
  const isFailed = state === 'failed';
  useEffect(() => {
    if (isFailed && shown.current !== null) getSelection()?.selectAllChildren(shown.current);
  }, [isFailed, shown]);
  const instead = `The text is selected: press ${COPY_KEYS}`;
  return (
    <>
      <Tooltip
        label={isFailed ? instead : isCopied ? 'Copied' : 'Copy'}
        {...(isFailed && { opened: true, position: 'left' })}
      >
        <ActionIcon variant="default" onClick={copy} aria-label={isCopied ? 'Copied' : `Copy ${label}`}>
          {isCopied ? <Check size={16} /> : <Copy size={16} />}
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{isFailed && instead}</VisuallyHidden>
    </>
  );
}
