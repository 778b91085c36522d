import { useCallback, useState } from 'react';
import { rangeAt } from '../../builder/edit-text.ts';
import type { Place } from '../../builder/place.ts';
import type { Highlight } from '../../parts/code-editor/code-editor.tsx';
import type { Fault } from './findings-list.tsx';

/** What the editor shows, and ways to show something else. */
export interface Spotlight {
  readonly highlight: Highlight | undefined;
  readonly show: (place: Place) => void;
  readonly goTo: (fault: Fault) => void;
}

/** Shows places of a text in the editor. `onShow` brings the editor into sight. */
export function useSpotlight(text: { readonly current: string }, onShow: () => void): Spotlight {
  const [highlight, setHighlight] = useState<Highlight>();
  const put = useCallback(
    (range: Highlight | undefined) => {
      onShow();
      setHighlight(range && { ...range });
    },
    [onShow],
  );
  const show = useCallback((place: Place) => put(rangeAt(text.current, place)), [put, text]);
  const goTo = useCallback(
    ({ line, pointer = '' }: Fault) => {
      if (line !== undefined) put(lineRange(text.current, line));
      else
        put(
          rangeAt(
            text.current,
            pointer
              .split('/')
              .slice(1)
              .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
          ),
        );
    },
    [put, text],
  );
  return { highlight, show, goTo };
}

function lineRange(text: string, line: number): Highlight {
  const lines = text.split('\n');
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return { from, to: from + (lines[line - 1]?.length ?? 0) };
}
