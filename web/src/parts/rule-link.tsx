import { Anchor, Text } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';
import { Link } from 'wouter';
import { inertName } from './inert.ts';
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
  if (to === undefined) {
    return (
      <Text component="span" size="sm" className="mono" truncate={truncate} title={text}>
        {text}
      </Text>
    );
  }
  const { policy, policyVersion } = ruled;
  return (
    <Anchor
      component={Link}
      to={to}
      size="sm"
      className="mono"
      truncate={truncate}
      title={`${text} of ${policy ?? ''}, version ${policyVersion ?? ''}`}
      // the row behind it opens the details; this goes to the rule
      onClick={(event: MouseEvent) => event.stopPropagation()}
    >
      {text}
    </Anchor>
  );
}
