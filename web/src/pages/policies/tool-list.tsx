import type { Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useRef, useState, type ReactNode } from 'react';
import type { PolicyTool } from '../../api/policies.ts';
import { effectOn, type Effect } from '../../builder/effect.ts';
import { stateOf } from '../../builder/tool-state.ts';
import { focusWhenThere } from '../../parts/focus-when-there.ts';
import { capital } from '../../parts/sentence.ts';
import { useWindowRows } from '../../parts/use-window-rows.ts';
import { useChoose } from './choice-control.tsx';
import { sourceInWords } from './rule-words.ts';
import classes from './tool-list.module.css';
import { rowId, ToolRow } from './tool-row.tsx';
import { useWorkbench } from './workbench.ts';

const USUAL_PX = 78;
const USUAL_TOP = 307;

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
  const virtual = useWindowRows({
    list,
    count: tools.length,
    keyOf: (index) => tools[index]?.name ?? index,
    rowPx: USUAL_PX,
    usualTop: USUAL_TOP,
    beyond: 6,
  });
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
