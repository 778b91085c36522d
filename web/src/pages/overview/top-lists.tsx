import { Anchor, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { byRule, useLatestDenials, type Span, type Usage } from '../../api/usage.ts';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import classes from './overview.module.css';

const SHOWN = 8;

interface TopProps {
  readonly usage: Usage;
  readonly span: Span;
  readonly nameOf: (server: string) => string;
}

/** The tools that are called most. */
export function TopTools({ usage: { tools }, span, nameOf }: TopProps): ReactNode {
  const shown = tools.slice(0, SHOWN);
  const most = shown[0]?.calls ?? 1;
  return (
    <Stack gap={4} component="section" aria-labelledby="top-tools" className={classes['card']}>
      <Title order={3} size="h5" id="top-tools">
        Most called tools
      </Title>
      {shown.length === 0 && <Text size="sm">No tool was called.</Text>}
      <ol className={classes['top']}>
        {shown.map(({ server, tool, calls, denied, held }) => (
          <Row
            key={`${server} ${tool}`}
            to={logAddress(span, { server, tool })}
            name={inertName(tool)}
            about={[
              nameOf(server),
              ...(denied > 0 ? [`${denied.toLocaleString('en')} denied`] : []),
              ...(held > 0 ? [`${held.toLocaleString('en')} held`] : []),
            ]}
            count={calls}
            share={calls / most}
          />
        ))}
      </ol>
    </Stack>
  );
}

/** The rules that denied most, as far as the newest denials tell. */
export function TopRules({ usage, span, nameOf }: TopProps): ReactNode {
  const { data, error, refetch } = useLatestDenials(span);
  return (
    <Stack gap={4} component="section" aria-labelledby="top-rules" className={classes['card']}>
      <Title order={3} size="h5" id="top-rules">
        Rules that denied most
      </Title>
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height={80} animate={false} />}
      {data !== undefined && (
        <>
          <Text size="sm" c="dimmed">
            {data.items.length === 0 && 'Nothing was denied.'}
            {data.next !== undefined &&
              `Of the newest ${data.items.length} of ${usage.total.denied.toLocaleString('en')} denials.`}
          </Text>
          <RuleRows items={data.items} span={span} nameOf={nameOf} />
        </>
      )}
    </Stack>
  );
}

function RuleRows({
  items,
  span,
  nameOf,
}: {
  readonly items: Parameters<typeof byRule>[0];
  readonly span: Span;
  readonly nameOf: (server: string) => string;
}): ReactNode {
  const rules = byRule(items).slice(0, SHOWN);
  const most = rules[0]?.count ?? 1;
  return (
    <ol className={classes['top']}>
      {rules.map(({ server, rule, policy, count }) => (
        <Row
          key={`${server} ${policy ?? ''} ${rule}`}
          to={logAddress(span, { server, rule, outcome: 'deny' })}
          name={inertName(rule)}
          about={[nameOf(server), ...(policy === undefined ? [] : [`policy ${policy}`])]}
          count={count}
          share={count / most}
        />
      ))}
    </ol>
  );
}

function Row({
  to,
  name,
  about,
  count,
  share,
}: {
  readonly to: string;
  readonly name: string;
  readonly about: readonly string[];
  readonly count: number;
  readonly share: number;
}): ReactNode {
  return (
    <li className={classes['topRow']}>
      <div className={classes['topBar']} style={{ width: `${Math.max(1, share * 100)}%` }} aria-hidden />
      <div className={classes['topText']}>
        <Anchor component={Link} to={to} size="sm" className="mono">
          {name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {about.join(' · ')}
        </Text>
      </div>
      <Text size="sm" className={classes['topCount']}>
        {count.toLocaleString('en')}
      </Text>
    </li>
  );
}

/** The log of just these calls. */
function logAddress({ value, ms }: Span, filter: Readonly<Record<string, string>>): string {
  const time: Record<string, string> =
    value === '30d' ? { since: new Date(Date.now() - ms).toISOString() } : { last: value };
  return `/logs?${new URLSearchParams({ ...filter, ...time }).toString()}`;
}
