import { Chip, Group, Stack, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import type { ServerTool } from '../api/server-shapes.ts';
import { classesIn, countByClass } from './class-counts.tsx';
import { CATEGORIES, classWord, type Category } from './risk-badge.tsx';

/** What narrows a list of tools. */
export interface ToolFilter {
  readonly words: string;
  /** Empty for all. */
  readonly categories: readonly Category[];
}

const byName = new Intl.Collator('en', { numeric: true });

/** Tools, the riskiest first. */
export function byRisk<T extends ServerTool>(tools: readonly T[]): readonly T[] {
  return tools.toSorted(
    (a, b) =>
      CATEGORIES.indexOf(a.risk.category) - CATEGORIES.indexOf(b.risk.category) ||
      byName.compare(a.name, b.name),
  );
}

/** The tools that a filter leaves, in their order. Every word must stand in name, title or description. */
export function matching<T extends ServerTool>(
  tools: readonly T[],
  { words, categories }: ToolFilter,
): readonly T[] {
  const wanted = words.trim().toLowerCase().split(/\s+/);
  return tools.filter(({ name, title = '', description = '', risk }) => {
    if (categories.length > 0 && !categories.includes(risk.category)) return false;
    const text = `${name} ${title} ${description}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** `1 tool`, `12 tools` */
export function toolsInWords(count: number): string {
  return count === 1 ? '1 tool' : `${count} tools`;
}

/** Finds tools by words and class. */
export function ToolFilterBar<F extends ToolFilter>({
  tools,
  filter,
  change,
  children,
}: {
  readonly tools: readonly ServerTool[];
  readonly filter: F;
  readonly change: (filter: F) => void;
  /** Whatever else narrows the list. */
  readonly children?: ReactNode;
}): ReactNode {
  const counts = useMemo(() => countByClass(tools), [tools]);
  const classes = classesIn(counts);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <TextInput
          flex="1 1 12rem"
          type="search"
          aria-label="Find tools"
          placeholder="Find by name or description"
          leftSection={<Search size={16} aria-hidden />}
          value={filter.words}
          onChange={({ currentTarget }) => change({ ...filter, words: currentTarget.value })}
        />
        {children}
      </Group>
      {classes.length > 1 && (
        <Chip.Group
          multiple
          value={[...filter.categories]}
          onChange={(categories) => change({ ...filter, categories })}
        >
          <Group gap={6} role="group" aria-label="Classes">
            {classes.map((category) => (
              <Chip key={category} value={category} size="xs" variant="outline">
                {classWord(category)} {counts[category]}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      )}
    </Stack>
  );
}
