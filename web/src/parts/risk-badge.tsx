import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';

export type Category = 'read' | 'write' | 'execute' | 'destructive' | 'financial' | 'unknown';

const LEVEL: Readonly<Record<Category, 'low' | 'medium' | 'high' | 'critical' | 'unknown'>> = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  destructive: 'critical',
  financial: 'critical',
  unknown: 'unknown',
};

export const CATEGORIES: readonly Category[] = [
  'financial',
  'destructive',
  'execute',
  'unknown',
  'write',
  'read',
];

/** The class of a tool, in the colour of its level. `children` replaces the word, e.g. by a count. */
export function RiskBadge({
  category,
  children,
}: {
  readonly category: Category;
  readonly children?: ReactNode;
}): ReactNode {
  const level = LEVEL[category];
  const name = category.charAt(0).toUpperCase() + category.slice(1);
  return (
    <Badge
      variant="filled"
      radius="sm"
      tt="none"
      title={`${name}: ${level === 'unknown' ? 'governed as Execute' : `${level} risk`}`}
      styles={{
        root: { background: `var(--tg-${level}-ground)`, color: `var(--tg-${level})` },
        label: { fontWeight: 650 },
      }}
    >
      {children ?? name}
    </Badge>
  );
}
