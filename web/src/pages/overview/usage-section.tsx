import { Alert, Anchor, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { spanIn } from '../../api/usage-span.ts';
import { barsOf, SPANS, useUsage, type Span, type Usage } from '../../api/usage.ts';
import cards from '../../parts/cards.module.css';
import { TimeChart } from '../../parts/chart/time-chart.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import type { LimitsProps } from '../../parts/limits/limits.tsx';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { page } from '../../shell/page.tsx';
import { useMay } from '../../shell/rights.tsx';
import classes from './overview.module.css';
import { TopRules, TopTools } from './top-lists.tsx';

// brings the engine along, which has the words for a limit
const Limits = page<LimitsProps>(() => import('../../parts/limits/limits.tsx'));

/** What agents did over time, and how full the limits were, as long as the address says. */
export const UsageSection = memo(function UsageSection({
  nameOf,
}: {
  readonly nameOf: (server: string) => string;
}): ReactNode {
  const [span, choose] = useSpan();
  const { data, error, refetch, isPlaceholderData } = useUsage(span);
  return (
    <>
      <Stack component="section" aria-labelledby="usage">
        <Group justify="space-between">
          <Title order={2} size="h4" id="usage">
            Calls
          </Title>
          <SegmentedControl
            aria-label="How far back"
            size="xs"
            data={SPANS.map(({ value, label }) => ({ value, label }))}
            value={span.value}
            onChange={choose}
          />
        </Group>
        {error !== null && <Problem error={error} retry={() => void refetch()} />}
        {data === undefined ? (
          error === null && <Skeleton height={240} animate={false} />
        ) : (
          <div aria-busy={isPlaceholderData}>
            {data.total.calls === 0 ? (
              <NoCalls span={span} />
            ) : (
              <Counted usage={data} span={span} nameOf={nameOf} />
            )}
          </div>
        )}
      </Stack>
      {data !== undefined && data.total.calls > 0 && (
        <Stack gap="sm" component="section" aria-labelledby="limits">
          <Title order={2} size="h4" id="limits">
            Limits
          </Title>
          <Limits span={span} nameOf={nameOf} />
        </Stack>
      )}
    </>
  );
});

/** The span that the address names, and how to choose another. */
export function useSpan(): readonly [Span, (value: string) => void] {
  const search = useSearch();
  const [, go] = useLocation();
  const span = spanIn(new URLSearchParams(search));
  return [span, (value) => go(value === SPANS[0].value ? '/' : `/?span=${value}`, { replace: true })];
}

function Counted({
  usage,
  span,
  nameOf,
}: {
  readonly usage: Usage;
  readonly span: Span;
  readonly nameOf: (server: string) => string;
}): ReactNode {
  const bars = barsOf(usage, span.barMs);
  const timesMs = bars.map(({ startMs }) => startMs);
  const allowed = { label: 'Allowed', colour: '--tg-chart-allowed', values: bars.map((bar) => bar.allowed) };
  const stopped = [
    { label: 'Denied', colour: '--tg-chart-denied', values: bars.map(({ denied }) => denied) },
    { label: 'Held', colour: '--tg-chart-held', values: bars.map(({ held }) => held) },
    { label: 'Refused', colour: '--tg-chart-refused', values: bars.map(({ refused }) => refused) },
  ];
  return (
    <Stack gap="lg" className={classes['colours']}>
      {!usage.complete && (
        <Alert color="gate" title="Not everything is counted">
          There were more calls in this time than are counted at once. A shorter time shows all of them.
        </Alert>
      )}
      <div className={cards['pair']}>
        <div className={cards['card']}>
          <TimeChart title="All calls" timesMs={timesMs} barMs={span.barMs} series={[allowed, ...stopped]} />
        </div>
        <div className={cards['card']}>
          <TimeChart title="Stopped calls" timesMs={timesMs} barMs={span.barMs} series={stopped} />
        </div>
      </div>
      <Remarks usage={usage} />
      <div className={cards['pair']}>
        <TopTools usage={usage} span={span} nameOf={nameOf} />
        <TopRules usage={usage} span={span} nameOf={nameOf} />
      </div>
    </Stack>
  );
}

/** What the bars do not tell. */
function Remarks({ usage: { total } }: { readonly usage: Usage }): ReactNode {
  const texts = [
    total.failed > 0 &&
      `${total.failed.toLocaleString('en')} of the calls that were made did not end well at their server.`,
    total.observed > 0 &&
      `${total.observed.toLocaleString('en')} were decided by a policy that only observes: nothing of them was stopped.`,
  ].filter((text) => text !== false);
  if (texts.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {texts.join(' ')}
    </Text>
  );
}

function NoCalls({ span }: { readonly span: Span }): ReactNode {
  const mayAdd = useMay('servers:write');
  return (
    <EmptyState
      title={`No call in the last ${span.label}`}
      action={
        mayAdd && (
          <Anchor component={Link} to="/start">
            Connect an agent
          </Anchor>
        )
      }
    >
      Every call that an agent makes is counted here, with what became of it.
    </EmptyState>
  );
}
