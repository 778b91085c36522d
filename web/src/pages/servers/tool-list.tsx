import { ChevronDown, ChevronRight } from 'lucide-react';
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { PinState, ServerTool } from '../../api/servers.ts';
import { Breakable } from '../../parts/breakable.tsx';
import { focusWhenThere } from '../../parts/focus-when-there.ts';
import { inertName } from '../../parts/inert.ts';
import { PlainButton } from '../../parts/plain-button.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useWindowRows } from '../../parts/use-window-rows.ts';
import classes from './servers.module.css';
import { ToolDetails } from './tool-details.tsx';

const USUAL_PX = 62;
const USUAL_TOP = 310;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Tools, of which only those in sight are drawn; arrow keys go from one to the next. */
export function ToolList({ tools }: { readonly tools: readonly ServerTool[] }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<string>();
  const virtual = useWindowRows({
    list,
    count: tools.length,
    keyOf: (index) => tools[index]?.name ?? index,
    rowPx: USUAL_PX,
    usualTop: USUAL_TOP,
  });
  const move = (event: KeyboardEvent): void => {
    const row = event.target instanceof HTMLElement ? event.target.dataset['row'] : undefined;
    const step = STEPS[event.key];
    if (row === undefined || step === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(Number(row) + step, tools.length - 1));
    virtual.scrollToIndex(index, { align: 'auto' });
    focusWhenThere(() => list.current?.querySelector<HTMLElement>(`[data-row="${index}"]`));
  };
  return (
    <div
      ref={list}
      role="list"
      aria-label="Tools"
      className={classes['tools']}
      style={{ height: virtual.getTotalSize() }}
      onKeyDown={move}
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
            className={classes['tool']}
            style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
          >
            <ToolHead
              tool={tool}
              index={index}
              isOpen={isOpen}
              toggle={() => setOpened(isOpen ? undefined : tool.name)}
            />
            {isOpen && <ToolDetails tool={tool} />}
          </div>
        );
      })}
    </div>
  );
}

function ToolHead({
  tool,
  index,
  isOpen,
  toggle,
}: {
  readonly tool: ServerTool;
  readonly index: number;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}): ReactNode {
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  const about = tool.title ?? tool.description ?? '';
  return (
    <PlainButton className={classes['opener']} aria-expanded={isOpen} data-row={index} onClick={toggle}>
      <Chevron size={16} aria-hidden style={{ flex: 'none' }} />
      <span className={classes['words']}>
        <span className={`mono ${classes['name']}`}>
          <Breakable text={inertName(tool.name, 200)} />
        </span>
        <span className={classes['about']}>{inertName(about, 200)}</span>
      </span>
      <span className={classes['badges']}>
        <PinBadge pin={tool.pin} />
        <RiskBadge category={tool.risk.category} />
      </span>
    </PlainButton>
  );
}

/** Nothing for tools as they were accepted: what is well needs no word. */
function PinBadge({ pin }: { readonly pin: PinState }): ReactNode {
  if (pin === 'changed') return <StateBadge tone="medium">Changed</StateBadge>;
  if (pin === 'new') return <StateBadge tone="medium">New</StateBadge>;
  return null;
}
