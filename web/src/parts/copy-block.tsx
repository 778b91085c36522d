import { Box, Code } from '@mantine/core';
import { useRef, type ReactNode } from 'react';
import { CopyShown } from './copy-shown.tsx';

/** Text to take away: shown as it is, with a button that copies it. */
export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const shown = useRef<HTMLElement>(null);
  return (
    <Box pos="relative">
      <Code
        ref={shown}
        block
        pr={48}
        tabIndex={0}
        aria-label={label}
        style={{ maxHeight: '24rem', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {text}
      </Code>
      <Box pos="absolute" top={8} right={8}>
        <CopyShown text={text} label={label} shown={shown} />
      </Box>
    </Box>
  );
}
