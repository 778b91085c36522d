import { Anchor, Group, Text } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { ServerTool } from '../../api/servers.ts';
import { CATEGORIES, RiskBadge, type Category } from '../../parts/risk-badge.tsx';
import { capital } from '../../parts/sentence.ts';
import classes from './start.module.css';

interface EffectLine {
  readonly category: Category;
  readonly count: number;
  readonly effect: string;
}

/** What a policy does, class by class, in the engine's words. */
export function Effects({
  tools,
  effectOf,
  isChanged,
  restore,
}: {
  readonly tools: readonly ServerTool[];
  readonly effectOf: (tool: ServerTool) => string;
  readonly isChanged: boolean;
  readonly restore: () => void;
}): ReactNode {
  const lines = useMemo(() => linesOf(tools, effectOf), [tools, effectOf]);
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Text fw={650}>
          {isChanged ? 'The recommended policy, with your changes' : 'The recommended policy'}
        </Text>
        {isChanged && (
          <Anchor component="button" type="button" size="sm" onClick={restore}>
            Undo all changes
          </Anchor>
        )}
      </Group>
      <ul className={classes['effects']} aria-live="polite">
        {lines.map(({ category, count, effect }) => (
          <li key={`${category} ${effect}`} className={classes['effect']}>
            <span>
              <RiskBadge category={category}>
                {count} {category}
              </RiskBadge>
            </span>
            <Text size="sm">{capital(effect)}</Text>
          </li>
        ))}
        <li className={classes['effect']}>
          <Text size="sm" c="dimmed" component="span">
            Anything else
          </Text>
          <Text size="sm">Denied, tools that the server adds later too</Text>
        </li>
      </ul>
    </>
  );
}

function linesOf(
  tools: readonly ServerTool[],
  effectOf: (tool: ServerTool) => string,
): readonly EffectLine[] {
  const lines = new Map<string, EffectLine>();
  for (const tool of tools) {
    const { category } = tool.risk;
    const effect = effectOf(tool);
    const key = `${category} ${effect}`;
    lines.set(key, { category, effect, count: (lines.get(key)?.count ?? 0) + 1 });
  }
  return [...lines.values()].toSorted(
    (a, b) => CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category) || b.count - a.count,
  );
}
