import { Anchor, Code, List, Paper, Spoiler, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CompiledPolicy } from '#policy';
import type { Verdict } from '../../api/policy-trials.ts';
import { placeOfRule, type Place } from '../../builder/place.ts';
import { inert } from '../../parts/inert.ts';
import { OutcomeBadge } from '../../parts/outcome-badge.tsx';

const RESULTS = { passed: 'passed', refused: 'refused', held: 'held', skipped: 'not asked' } as const;

/** What one policy says of a call: the decision, the rule, and what the agent would read. */
export function VerdictCard({
  title,
  policy,
  verdict,
  show,
}: {
  readonly title: string;
  readonly policy: CompiledPolicy;
  readonly verdict: Verdict;
  /** Shows a place of this very policy, where it can be shown. */
  readonly show: ((place: Place) => void) | undefined;
}): ReactNode {
  const { outcome, rule, steps } = verdict;
  const place = placeOfRule(policy.document, rule);
  return (
    <Paper withBorder p="sm" radius="md" component="section" aria-label={title}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        <div>
          <OutcomeBadge outcome={outcome} enforced={policy.mode === 'enforce'} />
        </div>
        <Text size="sm">
          Rule:{' '}
          {place === undefined || show === undefined ? (
            <Code>{inert(rule)}</Code>
          ) : (
            <Anchor component="button" type="button" size="sm" className="mono" onClick={() => show(place)}>
              {inert(rule)}
            </Anchor>
          )}
        </Text>
        {policy.mode === 'observe' && outcome !== 'allow' && (
          <Text size="sm">The policy only observes: the call would pass, and this would be logged.</Text>
        )}
        <AgentReads verdict={verdict} />
        <Limits verdict={verdict} />
        <Spoiler
          maxHeight={0}
          showLabel="Every step"
          hideLabel="Hide the steps"
          styles={{ control: { fontSize: 'var(--mantine-font-size-sm)' } }}
        >
          <List size="xs" type="ordered">
            {steps.map(({ rule: asked, question, result, why }) => (
              <List.Item key={`${asked} ${question}`}>
                {question} <b>{RESULTS[result]}</b>: {inert(why)}
              </List.Item>
            ))}
          </List>
        </Spoiler>
      </Stack>
    </Paper>
  );
}

function AgentReads({ verdict }: { readonly verdict: Verdict }): ReactNode {
  if (verdict.outcome === 'allow')
    return <Text size="sm">The call goes to the server, and the agent reads its answer.</Text>;
  return (
    <div>
      <Text size="sm">The agent reads:</Text>
      <Code block style={{ whiteSpace: 'pre-wrap' }}>
        {messageOf(verdict)}
      </Code>
      {verdict.outcome === 'hold' && (
        <Text size="sm" mt={4}>
          A person is asked. When they agree, the same call passes once.
        </Text>
      )}
    </div>
  );
}

/** Tools that are hidden and tools that do not exist are answered alike, without a word of the policy. */
const UNKNOWN: readonly string[] = ['(hidden)', '(unknown tool)'];

function messageOf({ outcome, rule, message = '' }: Verdict): string {
  if (outcome === 'hold') return `[APPROVAL REQUIRED] ${message}`;
  return UNKNOWN.includes(rule) ? message : `[POLICY DENIED] ${message}`;
}

function Limits({ verdict: { outcome, limits } }: { readonly verdict: Verdict }): ReactNode {
  if (outcome === 'deny' || limits.length === 0) return null;
  return (
    <div>
      <Text size="sm">Whether there is room left is asked when a call is made:</Text>
      <List size="sm">
        {limits.map(({ counter, scope, windowSeconds, max, amount }) => (
          <List.Item key={`${counter} ${scope} ${windowSeconds} ${max}`}>
            at most {max} {WINDOWS[windowSeconds] ?? `in ${windowSeconds} seconds`} {SCOPES[scope]} (counter{' '}
            {inert(counter)}); this call takes {amount}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

const SCOPES = {
  grant: 'for each grant',
  session: 'for each session',
  server: 'for all grants of the server together',
  organisation: 'for the whole organisation together',
} as const satisfies Record<Verdict['limits'][number]['scope'], string>;
const WINDOWS: Readonly<Record<number, string>> = { 60: 'a minute', 3600: 'an hour', 86_400: 'a day' };
