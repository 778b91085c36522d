import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { inertName } from '../../parts/inert.ts';
import { CATEGORIES, RiskBadge, type Category } from '../../parts/risk-badge.tsx';
import classes from './start.module.css';

/** How many tools there are of each class, the most dangerous first. */
export function RiskCounts({ counts }: { readonly counts: Readonly<Record<Category, number>> }): ReactNode {
  const present = CATEGORIES.filter((category) => counts[category] > 0);
  if (present.length === 0) return <Text size="sm">It lists no tool.</Text>;
  return (
    <span className={classes['badges']}>
      {present.map((category) => (
        <RiskBadge key={category} category={category}>
          {counts[category]} {category}
        </RiskBadge>
      ))}
    </span>
  );
}

/** The tools that could do most harm, by name. */
export function MostDangerous({
  tools,
}: {
  readonly tools: readonly { readonly name: string; readonly category: Category }[];
}): ReactNode {
  const shown = tools.filter(({ category }) => category !== 'read').slice(0, 5);
  if (shown.length === 0) return null;
  return (
    <Text size="sm" c="dimmed" component="div">
      Most dangerous:{' '}
      {shown.map(({ name }, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <span className="mono">{inertName(name, 80)}</span>
        </span>
      ))}
    </Text>
  );
}
