import { Skeleton, Text } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { useServerTools } from '../../api/servers.ts';
import { ClassCounts, countByClass } from '../../parts/class-counts.tsx';
import { inert } from '../../parts/inert.ts';

/** What the tools of a server could do, in numbers that lead to them. The server is asked only while `isAsked`. */
export function RiskCounts({
  server,
  isAsked,
}: {
  readonly server: string;
  readonly isAsked: boolean;
}): ReactNode {
  const { data, error, isFetching } = useServerTools(server, isAsked);
  const counts = useMemo(() => countByClass(data?.items ?? []), [data]);
  if (data !== undefined)
    return (
      <ClassCounts
        counts={counts}
        linkTo={(category) => `/servers/${encodeURIComponent(server)}/tools?class=${category}`}
      />
    );
  if (error !== null)
    return (
      <Text size="sm" c="var(--tg-critical)" lineClamp={2} title={error.message}>
        {inert(error.message, 300)}
      </Text>
    );
  return isFetching ? (
    <Skeleton height={20} width={180} role="status" aria-label="Asking the server" />
  ) : null;
}
