import { useEffect, useState } from 'react';

/** How many rows a long list draws beyond those in sight: none until it was seen once, so that it is seen soon; then `rows`. */
export function useOverscan(rows: number): number {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // a frame is asked for before it is painted: what is to come after it waits for a turn more
    const frame = requestAnimationFrame(() => (timer = setTimeout(() => setSeen(true))));
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, []);
  return isSeen ? rows : 0;
}
