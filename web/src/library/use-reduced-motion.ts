import { useMediaQuery } from '@mantine/hooks';

/** Whether somebody wants little motion: known at the first drawing. The component library asks after it, and draws again. */
export function useReducedMotion(): boolean {
  return useMediaQuery('(prefers-reduced-motion: reduce)', undefined, { getInitialValueInEffect: false });
}
