import { Alert, type AlertProps } from '@mantine/core';
import type { ReactNode } from 'react';

/** Something to know, in the colours of the levels of risk, which can be read on every ground. */
export function Notice({
  tone,
  ...props
}: AlertProps & { readonly tone: 'unknown' | 'medium' | 'high' | 'critical' }): ReactNode {
  return (
    <Alert
      {...props}
      styles={{
        root: { background: `var(--tg-${tone}-ground)` },
        title: { color: `var(--tg-${tone})`, fontWeight: 650 },
        message: { color: 'var(--mantine-color-text)' },
      }}
    />
  );
}
