import { Text, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react';
import type { ServerTool } from '../../api/servers.ts';
import { Breakable } from '../../parts/breakable.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { useWindowRows } from '../../parts/use-window-rows.ts';
import classes from './start.module.css';

const USUAL_PX = 84;
const USUAL_TOP = 400;
const FEW = 12;
const LONGEST_SHOWN = 300;

/** Tools with something beside each. Only those in sight are there, so that hundreds are no burden. */
export function ToolRows({
  tools,
  label,
  beside,
}: {
  readonly tools: readonly ServerTool[];
  readonly label: string;
  readonly beside: (tool: ServerTool) => ReactNode;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const words = useDeferredValue(typed.trim().toLowerCase());
  const found = useMemo(
    () => (words === '' ? tools : tools.filter((tool) => isFound(tool, words))),
    [tools, words],
  );
  return (
    <>
      {tools.length > FEW && (
        <TextInput
          aria-label="Find a tool"
          placeholder="Find a tool"
          leftSection={<Search size={16} aria-hidden />}
          type="search"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {found.length === 0 ? (
        <Text size="sm" role="status">
          No tool of this name.
        </Text>
      ) : (
        <Rows tools={found} label={label} beside={beside} />
      )}
    </>
  );
}

function isFound({ name, title = '', description = '', risk }: ServerTool, words: string): boolean {
  return `${name} ${title} ${description} ${risk.category}`.toLowerCase().includes(words);
}

function Rows({ tools, label, beside }: Parameters<typeof ToolRows>[0]): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useWindowRows({
    list,
    count: tools.length,
    keyOf: (index) => tools[index]?.name ?? index,
    rowPx: USUAL_PX,
    usualTop: USUAL_TOP,
  });
  return (
    <div
      ref={list}
      className={classes['tools']}
      role="list"
      aria-label={label}
      style={{ height: virtual.getTotalSize() }}
    >
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const tool = tools[index];
        if (tool === undefined) return null;
        return (
          <div
            key={key}
            ref={virtual.measureElement}
            role="listitem"
            aria-setsize={tools.length}
            aria-posinset={index + 1}
            data-index={index}
            className={classes['toolPlace']}
            style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
          >
            <div className={classes['tool']}>
              <ToolText tool={tool} />
              <div>{beside(tool)}</div>
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** Name, class, and what the tool says of itself. */
export function ToolText({ tool }: { readonly tool: ServerTool }): ReactNode {
  const { name, title, description, risk } = tool;
  const said = (description ?? title ?? '').trim();
  return (
    <div style={{ minWidth: 0 }}>
      <div className={classes['toolName']}>
        <span className="mono">
          <Breakable text={inertName(name)} />
        </span>
        <RiskBadge category={risk.category} />
      </div>
      {said !== '' && (
        <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
          {inert(said, LONGEST_SHOWN)}
        </Text>
      )}
      {risk.hasHiddenText && (
        <Text size="sm" c="var(--tg-critical)">
          Its definition holds characters that a reader does not see.
        </Text>
      )}
    </div>
  );
}
