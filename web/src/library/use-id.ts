import { useId as useReactId } from 'react';

/** An id of a part: the given one, or one of React's own. The component library makes one up after the first drawing, and draws again. */
export function useId(given?: string): string {
  const own = useReactId();
  return given ?? `mantine-${own.replaceAll(/[^\w-]/g, '')}`;
}
