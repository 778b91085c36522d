import { Chip, Group, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ServerTool } from '../../api/servers.ts';
import { classWord, type Category } from '../../parts/risk-badge.tsx';
import { countByClass } from './risk-counts.tsx';

export interface ToolFilter {
  readonly words: string;
  /** Empty for all. */
  readonly categories: readonly Category[];
}

export const NO_FILTER: ToolFilter = { words: '', categories: [] };

type ClassCounts = ReturnType<typeof countByClass>;

/** The classes that there are among tools, with numbers. */
export function classesIn(tools: readonly ServerTool[]): ClassCounts {
  return countByClass(tools);
}

const ORDER: Readonly<Record<Category, number>> = {
  financial: 0,
  destructive: 1,
  execute: 2,
  unknown: 3,
  write: 4,
  read: 5,
};

const byName = new Intl.Collator('en', { numeric: true });

/** The tools that a filter leaves, the riskiest first. */
export function matching(
  tools: readonly ServerTool[],
  { words, categories }: ToolFilter,
): readonly ServerTool[] {
  const wanted = words.trim().toLowerCase().split(/\s+/);
  return tools
    .filter(({ name, title = '', description = '', risk }) => {
      if (categories.length > 0 && !categories.includes(risk.category)) return false;
      const text = `${name} ${title} ${description}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .toSorted((a, b) => ORDER[a.risk.category] - ORDER[b.risk.category] || byName.compare(a.name, b.name));
}

/** Finds tools by words and class. */
export function ToolFilterBar({
  filter,
  change,
  classes,
}: {
  readonly filter: ToolFilter;
  readonly change: (filter: ToolFilter) => void;
  readonly classes: ClassCounts;
}): ReactNode {
  return (
    <>
      <TextInput
        type="search"
        aria-label="Find tools"
        placeholder="Find by name or description"
        leftSection={<Search size={16} aria-hidden />}
        value={filter.words}
        onChange={(event) => change({ ...filter, words: event.currentTarget.value })}
      />
      {classes.length > 1 && (
        <Chip.Group
          multiple
          value={[...filter.categories]}
          onChange={(chosen) =>
            change({
              ...filter,
              categories: classes.flatMap(({ category }) => (chosen.includes(category) ? [category] : [])),
            })
          }
        >
          <Group gap={6} role="group" aria-label="Classes">
            {classes.map(({ category, count }) => (
              <Chip key={category} value={category} size="xs" variant="outline">
                {classWord(category)} {count}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
    </>
  );
}
