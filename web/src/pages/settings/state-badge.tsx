import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

/** How something stands, in a word and the colour of a risk level: green is well, red is not. */
export function StateBadge({
  tone,
  children,
}: {
  readonly tone: 'low' | 'medium' | 'critical' | 'unknown';
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Badge
      variant="filled"
      radius="sm"
      tt="none"
      styles={{
        root: { flex: 'none', background: `var(--tg-${tone}-ground)`, color: `var(--tg-${tone})` },
        label: { fontWeight: 650 },
      }}
    >
      {children}
    </Badge>
  );
}
