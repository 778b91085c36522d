import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ApprovalItem } from '../../api/approvals.ts';
import { Breakable } from '../../parts/breakable.tsx';
import { inert, inertName } from '../../parts/inert.ts';
import { ApprovalBadge } from '../../parts/outcome-badge.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import classes from './approvals.module.css';
import { categoryOf } from './category.ts';
import { TimeLeft } from './time-left.tsx';

/** One held call in the list; leads to the page where it is decided. */
export function ApprovalCard({
  approval,
  serverName,
  decidedBy,
}: {
  readonly approval: ApprovalItem;
  readonly serverName: string;
  readonly decidedBy: string | undefined;
}): ReactNode {
  const { id, tool, grant, reason, status, risk, requestedAt, expiresAt, asked, decidedAt } = approval;
  return (
    <li className={classes['card']}>
      <div className={classes['cardHead']}>
        {risk && <RiskBadge category={categoryOf(risk.category)} />}
        <Text component="span" fw={650} className={`mono ${classes['name']}`}>
          <Link to={`/approvals/${encodeURIComponent(id)}`} className={classes['link']}>
            <Breakable text={inertName(tool)} />
          </Link>
        </Text>
        <span className={classes['left']}>
          {status === 'pending' ? <TimeLeft until={expiresAt} /> : <ApprovalBadge status={status} />}
        </span>
      </div>
      <Text size="sm" mt={4} lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
        {inert(reason, 400)}
      </Text>
      <Text size="sm" c="dimmed" component="div" className={classes['facts']}>
        <span>Server {serverName}</span>
        <span>Grant {inertName(grant.label)}</span>
        {decidedAt === undefined ? (
          <span>
            Asked <TimeAgo at={requestedAt} />
            {asked > 1 && `, ${asked} times`}
          </span>
        ) : (
          <span>
            Answered by {decidedBy ?? 'somebody'}, <TimeAgo at={decidedAt} />
          </span>
        )}
      </Text>
    </li>
  );
}
