import { useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useState, type RefObject } from 'react';
import { useOverscan } from './use-painted.ts';

interface RowsOptions {
  /** The element that the rows stand in. */
  readonly list: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly keyOf: (index: number) => string | number;
  /** Height of a row in pixels, until it is measured. */
  readonly rowPx: number;
  /** Where the list begins on a usual screen, until that is measured: what is guessed well is drawn once. */
  readonly usualTop: number;
  /** Rows that are drawn beyond those in sight. */
  readonly beyond?: number;
}

/** A long list that scrolls with the window, of which only the rows in sight are drawn. */
export function useWindowRows(options: RowsOptions): Virtualizer<Window, Element> {
  const { list, count, keyOf, rowPx, usualTop, beyond = 8 } = options;
  const [top, setTop] = useState(usualTop);
  // what stands above it may grow and shrink: where it begins is measured whenever it is drawn
  useLayoutEffect(() => {
    const now = (list.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(now - top) > NEAR_PX) setTop(now);
  });
  return useWindowVirtualizer({
    count,
    estimateSize: () => rowPx,
    overscan: useOverscan(beyond),
    scrollMargin: top,
    scrollPaddingStart: HEADER_PX,
    getItemKey: keyOf,
    // known before anything is drawn, so that the rows come with the list
    initialRect: { width: innerWidth, height: innerHeight },
  });
}

/** So little makes no difference to which rows are in sight, and is not worth drawing them again. */
const NEAR_PX = 8;

/** What stays at the top of the window covers a row there. */
const HEADER_PX = 64;
