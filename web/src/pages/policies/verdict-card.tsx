import { Anchor, Code, List, Paper, Spoiler, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CompiledPolicy, Decision, Explanation } from '#policy';
import { placeOfRule, type Place } from '../../builder/place.ts';
import { limitInWords } from '../../builder/effect.ts';
import { inert } from '../../parts/inert.ts';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';

const MICROS = 1_000_000;
const RESULTS = { passed: 'passed', refused: 'refused', held: 'held', skipped: 'not asked' } as const;

/** What one policy says of a call: the decision, the rule, and what the agent would read. */
export function VerdictCard({
  title,
  policy,
  explanation: { decision, steps },
  show,
}: {
  readonly title: string;
  readonly policy: CompiledPolicy;
  readonly explanation: Explanation;
  /** Shows a place of this very policy, where it can be shown. */
  readonly show: ((place: Place) => void) | undefined;
}): ReactNode {
  const place = placeOfRule(policy.document, decision.rule);
  return (
    <Paper withBorder p="sm" radius="md" component="section" aria-label={title}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        <div>
          <OutcomeBadge outcome={decision.outcome} enforced={policy.mode === 'enforce'} />
        </div>
        <Text size="sm">
          Rule:{' '}
          {place === undefined || show === undefined ? (
            <Code>{inert(decision.rule)}</Code>
          ) : (
            <Anchor component="button" type="button" size="sm" className="mono" onClick={() => show(place)}>
              {inert(decision.rule)}
            </Anchor>
          )}
        </Text>
        {policy.mode === 'observe' && decision.outcome !== 'allow' && (
          <Text size="sm">The policy only observes: the call would pass, and this would be logged.</Text>
        )}
        <AgentReads decision={decision} />
        <Limits decision={decision} />
        <Spoiler
          maxHeight={0}
          showLabel="Every step"
          hideLabel="Hide the steps"
          styles={{ control: { fontSize: 'var(--mantine-font-size-sm)' } }}
        >
          <List size="xs" type="ordered">
            {steps.map(({ rule, question, result, why }) => (
              <List.Item key={`${rule} ${question}`}>
                {question} <b>{RESULTS[result]}</b>: {inert(why)}
              </List.Item>
            ))}
          </List>
        </Spoiler>
      </Stack>
    </Paper>
  );
}

function AgentReads({ decision }: { readonly decision: Decision }): ReactNode {
  if (decision.outcome === 'allow')
    return <Text size="sm">The call goes to the server, and the agent reads its answer.</Text>;
  return (
    <div>
      <Text size="sm">The agent reads:</Text>
      <Code block style={{ whiteSpace: 'pre-wrap' }}>
        {messageOf(decision)}
      </Code>
      {decision.outcome === 'hold' && (
        <Text size="sm" mt={4}>
          A person is asked. When they agree, the same call passes once.
        </Text>
      )}
    </div>
  );
}

function messageOf(decision: Exclude<Decision, { outcome: 'allow' }>): string {
  if (decision.outcome === 'hold') return `[APPROVAL REQUIRED] ${decision.message}`;
  return decision.kind === 'refused' ? `[POLICY DENIED] ${decision.message}` : decision.message;
}

function Limits({ decision }: { readonly decision: Decision }): ReactNode {
  if (decision.outcome === 'deny' || decision.limits.length === 0) return null;
  return (
    <div>
      <Text size="sm">Whether there is room left is asked when a call is made:</Text>
      <List size="sm">
        {decision.limits.map(({ rule, counter, windowSeconds, maxMicros, amountMicros, scope }) => (
          <List.Item key={rule}>
            {limitInWords({ counter, window: windowSeconds, max: maxMicros / MICROS, scope })} (counter{' '}
            {inert(counter)}); this call takes {amountMicros / MICROS}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
