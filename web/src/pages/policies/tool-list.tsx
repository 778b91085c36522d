import { useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { PolicyTool } from '../../api/policies.ts';
import { effectOn, type Effect } from '../../builder/effect.ts';
import { stateOf } from '../../builder/tool-state.ts';
import { focusWhenThere } from '../../parts/focus-when-there.ts';
import { capital } from '../../parts/sentence.ts';
import { useOverscan } from '../../parts/use-painted.ts';
import { useChoose } from './choice-control.tsx';
import { sourceInWords } from './rule-words.ts';
import classes from './tool-list.module.css';
import { rowId, ToolRow } from './tool-row.tsx';
import { useWorkbench } from './workbench.ts';

const USUAL_HEIGHT = 78;
const HEADER = 64;
/** Where the list begins on a usual screen, until that is measured. */
const USUAL_TOP = 310;
const BEYOND = 6;

/** The tools of the server. Only those in sight are there, so that hundreds are no burden; arrow keys go through all. */
export function ToolList({
  tools,
  label,
}: {
  readonly tools: readonly PolicyTool[];
  readonly label: string;
}): ReactNode {
  const { document, policy, known, mayEdit, canEdit } = useWorkbench();
  const { hide } = document;
  const choose = useChoose();
  const list = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<string>();
  const virtual = useRows(list, tools);
  const move = useMove(virtual, tools.length);
  const toggle = useCallback(
    (name: string) => setOpened((before) => (before === name ? undefined : name)),
    [],
  );
  return (
    <div
      ref={list}
      className={classes['list']}
      role="list"
      aria-label={label}
      style={{ height: virtual.getTotalSize() }}
    >
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const tool = tools[index];
        if (tool === undefined) return null;
        const isOpen = tool.name === opened;
        return (
          <div
            key={key}
            ref={virtual.measureElement}
            role="listitem"
            aria-setsize={tools.length}
            aria-posinset={index + 1}
            data-index={index}
            data-open={isOpen || undefined}
            className={classes['row']}
            style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
          >
            <ToolRow
              tool={tool}
              index={index}
              isOpen={isOpen}
              state={stateOf(document, tool.name)}
              effect={effectInWords(effectOn(policy, tool.name, known.get(tool.name)), tool.name, hide)}
              mayEdit={mayEdit}
              canEdit={canEdit}
              choose={choose}
              toggle={toggle}
              move={move}
            />
          </div>
        );
      })}
    </div>
  );
}

function useRows(
  list: RefObject<HTMLElement | null>,
  tools: readonly PolicyTool[],
): Virtualizer<Window, Element> {
  const margin = useTop(list, tools.length);
  return useWindowVirtualizer({
    count: tools.length,
    estimateSize: () => USUAL_HEIGHT,
    overscan: useOverscan(BEYOND),
    scrollMargin: margin,
    scrollPaddingStart: HEADER,
    getItemKey: (index) => tools[index]?.name ?? index,
  });
}

/** Where the list begins on the page, in pixels; measured again when the number of its rows changes. */
function useTop(list: RefObject<HTMLElement | null>, rows: number): number {
  const [top, setTop] = useState(USUAL_TOP);
  useLayoutEffect(() => {
    const place = list.current?.getBoundingClientRect();
    if (place !== undefined) setTop(place.top + window.scrollY);
  }, [list, rows]);
  return top;
}

/** Goes to a row that may not be there yet. Always the same function. */
function useMove(
  virtual: Pick<Virtualizer<Window, Element>, 'scrollToIndex'>,
  count: number,
): (to: number) => void {
  const latest = useRef({ virtual, count });
  latest.current = { virtual, count };
  return useCallback((to: number) => {
    const { virtual: list, count: rows } = latest.current;
    const index = Math.min(Math.max(to, 0), rows - 1);
    list.scrollToIndex(index, { align: 'auto' });
    focusWhenThere(() => document.getElementById(rowId(index)));
  }, []);
}

function effectInWords(
  { sentence, rule, questions }: Effect,
  name: string,
  hide: readonly string[] | undefined,
): string {
  const asked =
    questions.length === 1
      ? ' · 1 argument rule'
      : questions.length > 1
        ? ` · ${questions.length} argument rules`
        : '';
  return `${capital(sentence)}, ${sourceInWords(rule, name, hide)}${asked}`;
}
