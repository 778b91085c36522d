import { Group, Skeleton, Text } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useServerTools, type GovernedServer, type ServerTool } from '../../api/servers.ts';
import { inert } from '../../parts/inert.ts';
import { CATEGORIES, classWord, RiskBadge, type Category } from '../../parts/risk-badge.tsx';
import classes from './servers.module.css';

/** Numbers of tools by class, the riskiest first; only those that there are. */
export function countByClass(
  tools: readonly ServerTool[],
): readonly { readonly category: Category; readonly count: number }[] {
  const counts = new Map<Category, number>();
  for (const { risk } of tools) counts.set(risk.category, (counts.get(risk.category) ?? 0) + 1);
  return CATEGORIES.flatMap((category) => {
    const count = counts.get(category);
    return count === undefined ? [] : [{ category, count }];
  });
}

/** What the tools of a server could do, in numbers. The server is asked only while `isAsked`. */
export function RiskCounts({
  server,
  isAsked,
  links = false,
}: {
  readonly server: string;
  readonly isAsked: boolean;
  /** Whether each number leads to its tools. */
  readonly links?: boolean;
}): ReactNode {
  const { data, error, isFetching } = useServerTools(server, isAsked);
  const counts = useMemo(() => countByClass(data?.items ?? []), [data]);
  if (data === undefined && error !== null)
    return (
      <Text size="sm" c="var(--tg-critical)" lineClamp={2} title={error.message}>
        {inert(error.message, 300)}
      </Text>
    );
  if (data === undefined)
    return isFetching ? (
      <Skeleton height={20} width={180} role="status" aria-label="Asking the server" />
    ) : null;
  if (counts.length === 0) return <NoTools />;
  return (
    <Group gap={6}>
      {counts.map(({ category, count }) =>
        links ? (
          <Link
            key={category}
            to={`/servers/${encodeURIComponent(server)}/tools?class=${category}`}
            className={`plain ${classes['rowLink']}`}
          >
            <ClassCount category={category} count={count} />
          </Link>
        ) : (
          <ClassCount key={category} category={category} count={count} />
        ),
      )}
    </Group>
  );
}

/** The same as it was last seen: nobody is asked. */
export function SeenRiskCounts({
  tools: { classes: seen, count },
}: {
  readonly tools: NonNullable<GovernedServer['tools']>;
}): ReactNode {
  if (count === 0) return <NoTools />;
  return (
    <Group gap={6}>
      {CATEGORIES.filter((category) => seen[category] > 0).map((category) => (
        <ClassCount key={category} category={category} count={seen[category]} />
      ))}
    </Group>
  );
}

function ClassCount({ category, count }: { readonly category: Category; readonly count: number }): ReactNode {
  return (
    <RiskBadge category={category}>
      {classWord(category)} {count}
    </RiskBadge>
  );
}

function NoTools(): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      No tools
    </Text>
  );
}
