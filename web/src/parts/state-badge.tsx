import { Badge } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** A colour of a risk level, which can be read on every ground: green is well, red is not. */
export type Tone = 'low' | 'medium' | 'high' | 'critical' | 'unknown';

/** How something stands: a colour, a word, and a sign where there is one. */
export function StateBadge({
  tone,
  icon: Icon,
  isHollow = false,
  title,
  children,
}: {
  readonly tone: Tone;
  readonly icon?: LucideIcon;
  /** For what only would be so. */
  readonly isHollow?: boolean;
  readonly title?: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  const colour = `var(--tg-${tone})`;
  return (
    <Badge
      variant="filled"
      radius="sm"
      tt="none"
      title={title}
      leftSection={Icon && <Icon size={12} aria-hidden />}
      styles={{
        root: {
          flex: 'none',
          background: isHollow ? 'transparent' : `var(--tg-${tone}-ground)`,
          color: colour,
          ...(isHollow && { border: `1px dashed ${colour}` }),
        },
        label: { fontWeight: 650 },
      }}
    >
      {children}
    </Badge>
  );
}
