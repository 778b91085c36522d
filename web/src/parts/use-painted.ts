import { useEffect, useState } from 'react';

/** Whether what was drawn first has been painted: what may come a moment later waits for it. */
export function useIsPainted(): boolean {
  const [isPainted, setPainted] = useState(false);
  useEffect(() => afterPaint(() => setPainted(true)), []);
  return isPainted;
}

/** Does something when what has been drawn is painted. Gives the way to call it off. */
export function afterPaint(task: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // a frame is asked for before it is painted: what is to come after it waits for a turn more
  const frame = requestAnimationFrame(() => (timer = setTimeout(task)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** How many rows a long list draws beyond those in sight: none until it was seen once, so that it is seen soon; then `rows`. */
export function useOverscan(rows: number): number {
  return useIsPainted() ? rows : 0;
}
