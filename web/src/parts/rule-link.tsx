import type { MouseEvent, ReactNode } from 'react';
import { Link } from 'wouter';
import { inertName } from './inert.ts';
import classes from './rule-link.module.css';
import { ruleAddress } from './rule.ts';

/** The rule that decided; leads to it, in the version that decided. */
export function RuleLink({
  ruled,
  truncate = false,
}: {
  readonly ruled: Parameters<typeof ruleAddress>[0];
  readonly truncate?: boolean;
}): ReactNode {
  const to = ruleAddress(ruled);
  const text = inertName(ruled.rule);
  const className = `mono ${classes[truncate ? 'cut' : 'rule']}`;
  if (to === undefined) {
    return (
      <span className={className} title={text}>
        {text}
      </span>
    );
  }
  const { policy, policyVersion } = ruled;
  return (
    <Link
      to={to}
      className={`${className} ${classes['link']}`}
      title={`${text} of ${policy ?? ''}, version ${policyVersion ?? ''}`}
      // the row behind it opens the details; this goes to the rule
      onClick={(event: MouseEvent) => event.stopPropagation()}
    >
      {text}
    </Link>
  );
}
