import { memo, type ReactNode } from 'react';
import type { Decision } from '../../api/logs.ts';
import { inertName } from '../../parts/inert.ts';
import { clockTime, dayOf, duration, wholeTime } from '../../parts/moment.ts';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';
import { PlainButton } from '../../parts/plain-button.tsx';
import { RuleLink } from '../../parts/rule-link.tsx';
import { endingInWords } from './ending.ts';
import classes from './logs.module.css';

interface RowProps {
  readonly decision: Decision;
  readonly serverName: string;
  readonly index: number;
  readonly isNarrow: boolean;
  readonly height: number;
  /** Where it stands in the list, in pixels. */
  readonly offset: number;
  readonly open: (decision: Decision) => void;
}

/** One decision: six cells, or two lines where there is no room. The name of the tool opens the details. */
export const LogRow = memo(function LogRow({
  decision,
  serverName,
  index,
  isNarrow,
  height,
  offset,
  open,
}: RowProps): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes['row']}
      style={{ height, transform: `translateY(${offset}px)` }}
      onClick={() => open(decision)}
    >
      {isNarrow ? (
        <NarrowCells decision={decision} index={index} />
      ) : (
        <WideCells decision={decision} serverName={serverName} index={index} />
      )}
    </div>
  );
});

interface CellsProps {
  readonly decision: Decision;
  readonly index: number;
}

function WideCells({ decision, serverName, index }: CellsProps & { readonly serverName: string }): ReactNode {
  const { at, outcome, enforced, server, grant, message, ending } = decision;
  return (
    <>
      <div role="cell" className={`${classes['cell']} ${classes['time']}`} title={wholeTime(at)}>
        {clockTime(at)}
        <span className={classes['second']}>{dayOf(at)}</span>
      </div>
      <div role="cell" className={classes['cell']}>
        <OutcomeBadge outcome={outcome} enforced={enforced} />
        {!enforced && <span className={classes['second']}>observed</span>}
      </div>
      <div role="cell" className={classes['cell']}>
        <ToolButton decision={decision} index={index} />
        <span className={classes['second']} title={server}>
          {serverName}
        </span>
      </div>
      <div role="cell" className={classes['cell']}>
        <span className={classes['line']} title={inertName(grant.label)}>
          {inertName(grant.label)}
        </span>
      </div>
      <div role="cell" className={classes['cell']}>
        <span className={classes['line']}>
          <RuleLink ruled={decision} />
        </span>
        <span className={classes['second']} title={inertName(message, 600)}>
          {inertName(message, 300)}
        </span>
      </div>
      <div role="cell" className={`${classes['cell']} ${classes['number']}`}>
        {ending === undefined ? '' : duration(ending.latencyMs)}
        <span className={classes['second']}>{endingInWords(decision).short}</span>
      </div>
    </>
  );
}

function NarrowCells({ decision, index }: CellsProps): ReactNode {
  const { at, outcome, enforced, grant, rule, ending } = decision;
  return (
    <>
      <div role="cell" data-area="outcome">
        <OutcomeBadge outcome={outcome} enforced={enforced} />
      </div>
      <div role="cell" data-area="tool" className={classes['cell']}>
        <ToolButton decision={decision} index={index} />
      </div>
      <div role="cell" data-area="time" className={classes['time']}>
        <span className={classes['second']} title={wholeTime(at)}>
          {clockTime(at)}
        </span>
      </div>
      <div role="cell" data-area="about" className={classes['cell']}>
        <span className={classes['second']}>
          {!enforced && 'observed · '}
          {inertName(grant.label)} · {inertName(rule)}
        </span>
      </div>
      <div role="cell" data-area="number" className={classes['number']}>
        <span className={classes['second']}>{ending === undefined ? '' : duration(ending.latencyMs)}</span>
      </div>
    </>
  );
}

/** What was called; the one place of the row that the keyboard stops at for its details. */
function ToolButton({ decision: { tool, method }, index }: CellsProps): ReactNode {
  const name = inertName(tool ?? (method === '' ? 'no method' : method));
  return (
    <PlainButton className={classes['open']} data-row={index} title={name} aria-haspopup="dialog">
      {name}
    </PlainButton>
  );
}
