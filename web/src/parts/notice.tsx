import { Alert, type AlertProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Tone } from './state-badge.tsx';

/** Something to know, in the colours of the levels of risk, which can be read on every ground. */
export function Notice({ tone, ...props }: AlertProps & { readonly tone: Tone }): ReactNode {
  return (
    <Alert
      role="status"
      {...props}
      styles={{
        root: { background: `var(--tg-${tone}-ground)` },
        title: { color: `var(--tg-${tone})`, fontWeight: 650 },
        icon: { color: `var(--tg-${tone})` },
        message: { color: 'var(--mantine-color-text)' },
        closeButton: { color: `var(--tg-${tone})` },
      }}
    />
  );
}
