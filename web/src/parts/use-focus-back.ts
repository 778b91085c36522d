import { useEffect, useState } from 'react';

/**
 * Gives the focus back to what had it when the calling part came, once that part is gone. For dialogs that are there only while they are
 * open: the library does it for those that are opened and closed.
 */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement) before.focus({ preventScroll: true });
    },
    [before],
  );
}
