import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './state-badge.module.css';

/** A colour of a risk level, which can be read on every ground: green is well, red is not. */
export type Tone = 'low' | 'medium' | 'high' | 'critical' | 'unknown';

/** How something stands: a colour, a word, and a sign where there is one. Plain elements: lists have one in every row. */
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
  return (
    <span className={classes['badge']} data-tone={tone} data-hollow={isHollow || undefined} title={title}>
      {Icon && <Icon size={12} aria-hidden />}
      <span>{children}</span>
    </span>
  );
}
