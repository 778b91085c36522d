import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { inertName } from '../../parts/inert.ts';
import type { Category } from '../../parts/risk-badge.tsx';

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
