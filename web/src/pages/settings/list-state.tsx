import { Button } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from '../../parts/problem.tsx';
import { Waiting } from '../../parts/waiting.tsx';

/** What a list shows that has nothing to show yet: that it is on its way, why it did not come, or what would be there. */
export function ListState<T>({
  list,
  empty,
  children,
}: {
  readonly list: UseInfiniteQueryResult<InfiniteData<{ readonly items: readonly T[] }>>;
  /** For a list without anything in it. */
  readonly empty?: ReactNode;
  readonly children: (items: readonly T[]) => ReactNode;
}): ReactNode {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = list;
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {items === undefined && !error && <Waiting />}
      {items?.length === 0 && empty}
      {items !== undefined && items.length > 0 && children(items)}
      {hasNextPage && (
        <Button variant="default" mx="auto" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}
