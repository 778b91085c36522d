import type { ReactNode } from 'react';
import { capital } from './sentence.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

export type Category = 'read' | 'write' | 'execute' | 'destructive' | 'financial' | 'unknown';

const LEVEL: Readonly<Record<Category, Tone>> = {
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
  const name = classWord(category);
  return (
    <StateBadge
      tone={level}
      title={`${name}: ${level === 'unknown' ? 'governed as Execute' : `${level} risk`}`}
    >
      {children ?? name}
    </StateBadge>
  );
}

/** A class as a word at the beginning of a label. */
export function classWord(category: Category): string {
  return capital(category);
}
