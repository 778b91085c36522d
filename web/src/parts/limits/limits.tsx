import { Alert, Anchor, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { limitBarsOf, useLimitUsage, type LimitUsage, type LimitUse, type Span } from '../../api/usage.ts';
import { useMay } from '../../shell/rights.tsx';
import cards from '../cards.module.css';
import { valueInWords } from '../chart/stack.ts';
import { TimeChart } from '../chart/time-chart.tsx';
import { EmptyState } from '../empty-state.tsx';
import { inertName } from '../inert.ts';
import { logAddress } from '../log-address.ts';
import { Problem } from '../problem.tsx';
import { RankedRow, RankedRows } from '../ranked-rows.tsx';
import { TimeAgo } from '../time-ago.tsx';
import { limitNames, wordsFor } from './limit-names.ts';
import classes from './limits.module.css';

const DRAWN = 5;
const FIRST_SHOWN = 8;

export interface LimitsProps {
  readonly span: Span;
  /** Of this server alone; of all when it is left out. */
  readonly server?: string;
  readonly nameOf: (server: string) => string;
}

/** How full the limits were over time, and which of them refused calls. */
export default function Limits(props: LimitsProps): ReactNode {
  const { data, error, refetch, isPlaceholderData } = useLimitUsage(props.span, props.server);
  if (error !== null && data === undefined) return <Problem error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton height={160} animate={false} />;
  if (data.limits.length === 0) return <NoLimits {...props} />;
  return (
    <Stack gap="md" className={classes['colours']} aria-busy={isPlaceholderData}>
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {!data.complete && (
        <Alert color="gate" title="Not everything is counted">
          There were more calls in this time than are counted at once. A shorter time shows all of them.
        </Alert>
      )}
      <div className={cards['pair']}>
        <div className={cards['card']}>
          <Fullest usage={data} {...props} />
        </div>
        <div className={cards['card']}>
          <List limits={data.limits} {...props} />
        </div>
      </div>
    </Stack>
  );
}

/** The fullest limits over time. */
function Fullest({ usage, span, nameOf }: LimitsProps & { readonly usage: LimitUsage }): ReactNode {
  const limits = usage.limits.slice(0, DRAWN);
  const names = limitNames(limits, nameOf);
  const bars = limitBarsOf(usage, limits, span.barMs);
  const series = bars.limits.map(({ shares, refused }, index) => ({
    label: names[index] ?? '',
    colour: `--tg-line-${index + 1}`,
    values: shares,
    refused,
  }));
  return (
    <>
      <TimeChart
        title={limits.length < usage.limits.length ? 'The five fullest' : 'How full they were'}
        kind="shares"
        timesMs={bars.timesMs}
        barMs={span.barMs}
        series={series}
      />
      <Text size="xs" c="dimmed">
        The fullest window of each time, of whoever used it most. A dot marks where calls were refused.
      </Text>
    </>
  );
}

function List({
  limits,
  span,
  server,
  nameOf,
}: LimitsProps & { readonly limits: readonly LimitUse[] }): ReactNode {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? limits : limits.slice(0, FIRST_SHOWN);
  return (
    <Stack gap={4}>
      <Title order={3} size="h5">
        The highest they reached
      </Title>
      <RankedRows>
        {shown.map((limit) => (
          <RankedRow
            key={JSON.stringify([
              limit.server,
              limit.policy,
              limit.scope,
              limit.counter,
              limit.windowSeconds,
            ])}
            name={
              <Text size="sm" component="span">
                {wordsFor(limit)}
              </Text>
            }
            about={<About limit={limit} span={span} server={server === undefined && nameOf(limit.server)} />}
            number={valueInWords('shares', limit.share)}
            share={limit.share}
          />
        ))}
      </RankedRows>
      {!isAll && limits.length > FIRST_SHOWN && (
        <Button variant="default" size="xs" mt="xs" onClick={() => setAll(true)}>
          Show all {limits.length} limits
        </Button>
      )}
    </Stack>
  );
}

function About({
  limit: { server: id, policy, counter, fullest, share, rules },
  span,
  server,
}: {
  readonly limit: LimitUse;
  readonly span: Span;
  /** Its name, where it is not plain which server it is. */
  readonly server: string | false;
}): ReactNode {
  const parts = [
    inertName(counter),
    ...(server === false ? [] : [server]),
    ...(policy === undefined ? [] : [`policy ${inertName(policy)}`]),
  ];
  return (
    <>
      <div>{parts.join(' · ')}</div>
      {fullest !== undefined && share > 0 && (
        <div>
          The fullest window began <TimeAgo at={fullest.start} />
          {fullest.grant !== undefined && `, for ${inertName(fullest.grant.label)}`}
        </div>
      )}
      {rules.length > 0 && (
        <div className={classes['refusals']}>
          {rules.map(({ rule, refused }) => (
            <Anchor
              key={rule}
              component={Link}
              to={logAddress(span, { server: id, rule, outcome: 'deny' })}
              size="xs"
              underline="always"
            >
              {refused.toLocaleString('en')} refused{rules.length > 1 && ` by ${inertName(rule)}`}
            </Anchor>
          ))}
        </div>
      )}
    </>
  );
}

function NoLimits({ span, server }: LimitsProps): ReactNode {
  const mayWrite = useMay('policies:write');
  const where = server === undefined ? '/servers' : `/servers/${encodeURIComponent(server)}/policies`;
  return (
    <EmptyState
      title={`No limit had a say in the last ${span.label}`}
      action={
        mayWrite && (
          <Anchor component={Link} to={where}>
            {server === undefined ? 'Choose a server' : 'See its policies'}
          </Anchor>
        )
      }
    >
      A policy can say how often a tool may be called, or how much an argument may add up to. How full such
      limits are, and what they refuse, is shown here.
    </EmptyState>
  );
}
