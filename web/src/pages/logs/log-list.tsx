import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import type { Decision } from '../../api/logs.ts';
import { useServerName } from '../../parts/use-server-name.ts';
import { useWindowRows } from '../../parts/use-window-rows.ts';
import { LogRow } from './log-row.tsx';
import classes from './logs.module.css';

const NARROW = '(max-width: 48em)';
const ROW_REM = 3.5;
const USUAL_TOP = 282;
/** How near its end the list asks for more. */
const NEAR = 30;

interface ListProps {
  readonly decisions: readonly Decision[];
  /** Whether older ones are still to be read. */
  readonly hasMore: boolean;
  readonly readMore: () => void;
  readonly open: (decision: Decision) => void;
  /** Told whether the newest row is in sight. */
  readonly onTop: (isAtTop: boolean) => void;
}

/** The decisions, of which only those in sight are drawn; arrow keys go from row to row. */
export function LogList({ decisions, hasMore, readMore, open, onTop }: ListProps): ReactNode {
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const nameOf = useServerName();
  const body = useRef<HTMLDivElement>(null);
  const rowPx = ROW_REM * rootPx();
  const virtual = useWindowRows({
    list: body,
    count: decisions.length,
    keyOf: (index) => decisions[index]?.id ?? index,
    rowPx,
    usualTop: USUAL_TOP,
  });
  const { scrollMargin: top } = virtual.options;
  const items = virtual.getVirtualItems();
  const isNearEnd = (items.at(-1)?.index ?? 0) >= decisions.length - NEAR;
  useEffect(() => {
    if (hasMore && isNearEnd) readMore();
  }, [hasMore, isNearEnd, readMore]);
  useAtTop(top, onTop);

  const focusRow = (index: number): void => {
    const wanted = Math.max(0, Math.min(index, decisions.length - 1));
    virtual.scrollToIndex(wanted, { align: 'auto' });
    requestAnimationFrame(() => rowButton(body.current, wanted)?.focus({ preventScroll: true }));
  };
  return (
    <div role="table" aria-label="Decisions" aria-rowcount={hasMore ? -1 : decisions.length + 1}>
      <div role="rowgroup" className={classes['headGroup']} hidden={isNarrow}>
        <div role="row" aria-rowindex={1} className={classes['head']}>
          {['Time', 'Outcome', 'Tool', 'Grant', 'Rule', 'Took'].map((name) => (
            <div key={name} role="columnheader" className={name === 'Took' ? classes['number'] : undefined}>
              {name}
            </div>
          ))}
        </div>
      </div>
      <div
        ref={body}
        role="rowgroup"
        className={classes['body']}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={(event) => moveByKey(event, focusRow)}
      >
        {items.map(({ key, index, start }) => {
          const decision = decisions[index];
          return (
            decision && (
              <LogRow
                key={key}
                decision={decision}
                serverName={nameOf(decision.server)}
                index={index}
                isNarrow={isNarrow}
                height={rowPx}
                offset={start - top}
                open={open}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** Tells whether the window is scrolled to where the list begins. */
function useAtTop(margin: number, onTop: (isAtTop: boolean) => void): void {
  useEffect(() => {
    let was: boolean | undefined;
    const look = (): void => {
      const is = window.scrollY <= Math.max(0, margin - HEADER_PX);
      if (is !== was) onTop(is);
      was = is;
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, [margin, onTop]);
}

const HEADER_PX = 100;

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
};

function moveByKey(event: KeyboardEvent, focusRow: (index: number) => void): void {
  const row = event.target instanceof HTMLElement ? event.target.dataset['row'] : undefined;
  const step = STEPS[event.key];
  if (row === undefined || step === undefined) return;
  event.preventDefault();
  focusRow(Number(row) + step);
}

function rowButton(within: HTMLElement | null, index: number): HTMLElement | null {
  return within?.querySelector<HTMLElement>(`[data-row="${index}"]`) ?? null;
}

/** Rows grow with the text size that people have chosen. */
function rootPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
