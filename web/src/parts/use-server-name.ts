import { useMemo } from 'react';
import { useServerNames } from '../api/logs.ts';
import { distinctNames } from './distinct-names.ts';

/** Says the name of a server by its id; the id itself until the names are there, and of one that is there no more. */
export function useServerName(): (server: string) => string {
  const { data } = useServerNames();
  return useMemo(() => distinctNames(data ?? []), [data]);
}
