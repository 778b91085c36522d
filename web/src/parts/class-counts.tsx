import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { CATEGORIES, classWord, RiskBadge, type Category } from './risk-badge.tsx';

/** Numbers of tools by class. */
export type ClassNumbers = Readonly<Record<Category, number>>;

/** How many of these tools are of each class. */
export function countByClass(
  tools: readonly { readonly risk: { readonly category: Category } }[],
): ClassNumbers {
  const counts = { financial: 0, destructive: 0, execute: 0, unknown: 0, write: 0, read: 0 };
  for (const { risk } of tools) counts[risk.category]++;
  return counts;
}

/** Which classes there are, the riskiest first. */
export function classesIn(counts: ClassNumbers): readonly Category[] {
  return CATEGORIES.filter((category) => counts[category] > 0);
}

/** What tools could do, in numbers, the riskiest first; a number may lead to its tools. */
export function ClassCounts({
  counts,
  textOf = (category) => String(counts[category]),
  linkTo,
}: {
  readonly counts: ClassNumbers;
  /** What stands beside the word, if not the number alone. */
  readonly textOf?: (category: Category) => string;
  readonly linkTo?: (category: Category) => string;
}): ReactNode {
  const present = classesIn(counts);
  if (present.length === 0) {
    return (
      <Text span size="sm" c="dimmed">
        No tools
      </Text>
    );
  }
  return (
    <Group component="span" gap={6}>
      {present.map((category) => {
        const badge = (
          <RiskBadge key={category} category={category}>
            {classWord(category)} {textOf(category)}
          </RiskBadge>
        );
        return linkTo === undefined ? (
          badge
        ) : (
          <Link key={category} to={linkTo(category)} className="plain" style={{ color: 'inherit' }}>
            {badge}
          </Link>
        );
      })}
    </Group>
  );
}
