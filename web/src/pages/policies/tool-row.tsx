import { ChevronRight } from 'lucide-react';
import { memo, type KeyboardEvent, type ReactNode } from 'react';
import type { PolicyTool } from '../../api/policies.ts';
import type { ToolState } from '../../builder/tool-state.ts';
import { Breakable } from '../../parts/breakable.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { PlainButton } from '../../parts/plain-button.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { ChoiceControl } from './choice-control.tsx';
import { ToolDetail } from './tool-detail.tsx';
import classes from './tool-list.module.css';

const KEYS: Readonly<Record<string, ToolState>> = {
  a: 'allow',
  d: 'deny',
  h: 'hide',
  p: 'approve',
  c: 'custom',
  Delete: 'none',
};

/** Id of the button that opens a row: keys move between these. */
export function rowId(index: number): string {
  return `policy-tool-${index}`;
}

interface RowProps {
  readonly tool: PolicyTool;
  readonly index: number;
  readonly isOpen: boolean;
  readonly state: ToolState;
  /** What becomes of its calls. */
  readonly effect: string;
  readonly mayEdit: boolean;
  readonly canEdit: boolean;
  readonly choose: (tools: readonly PolicyTool[], choice: ToolState) => void;
  readonly toggle: (name: string) => void;
  /** Goes to another row. */
  readonly move: (index: number) => void;
}

/** One tool: what it is, what becomes of its calls, and the choice. Opened, all about it. Drawn anew only when one of these changes. */
export const ToolRow = memo(function ToolRow(props: RowProps): ReactNode {
  const { tool, index, isOpen, state, effect, mayEdit, canEdit, choose, toggle, move } = props;
  const chooseHere = (choice: ToolState): void => {
    choose([tool], choice);
    if (choice === 'custom' && !isOpen) toggle(tool.name);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: Number.MAX_SAFE_INTEGER }[
      event.key
    ];
    const choice = KEYS[event.key];
    if (target !== undefined) move(target);
    else if (choice !== undefined && canEdit) chooseHere(choice);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className={classes['head']}>
        <PlainButton
          id={rowId(index)}
          className={classes['opener']}
          aria-expanded={isOpen}
          onClick={() => toggle(tool.name)}
          onKeyDown={onKeyDown}
        >
          <ChevronRight size={16} aria-hidden className={classes['chevron']} />
          <span className={classes['names']}>
            <bdi className={`mono ${classes['name']}`}>
              <Breakable text={inertName(tool.name, 120)} />
            </bdi>
            <RiskBadge category={tool.risk.category} />
            {tool.pin === 'changed' && <StateBadge tone="medium">Definition changed</StateBadge>}
            {tool.pin === 'new' && <StateBadge tone="medium">New</StateBadge>}
          </span>
        </PlainButton>
        <div className={classes['words']}>
          <p>{effect}</p>
          {!isOpen && tool.description !== undefined && (
            <p className={classes['about']}>
              <bdi>{inert(tool.description, 200).replaceAll('\n', ' ')}</bdi>
            </p>
          )}
        </div>
        <ChoiceControl
          name={tool.name}
          state={state}
          mayEdit={mayEdit}
          canEdit={canEdit}
          choose={chooseHere}
        />
      </div>
      {isOpen && <ToolDetail tool={tool} />}
    </>
  );
});
