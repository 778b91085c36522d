import { ActionIcon, Box, Code, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import type { ReactNode } from 'react';

/** Text to take away: shown as it is, with a button that copies it. */
export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <Box pos="relative">
      <Code
        block
        pr={48}
        tabIndex={0}
        aria-label={label}
        style={{ maxHeight: '24rem', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {text}
      </Code>
      <Box pos="absolute" top={8} right={8}>
        <CopyButton value={text} timeout={2000}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon variant="default" onClick={copy} aria-label={copied ? 'Copied' : `Copy ${label}`}>
                {copied ? <Check size={16} /> : <Copy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Box>
    </Box>
  );
}
