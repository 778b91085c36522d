import { Anchor, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { GovernedServer } from '../../api/servers.ts';
import cards from '../../parts/cards.module.css';
import { ClassCounts } from '../../parts/class-counts.tsx';
import { CATEGORIES, RiskBadge } from '../../parts/risk-badge.tsx';
import classes from './overview.module.css';
import { sumOfReach, type ClassReach, type Reach } from './sum-of-reach.ts';
import type { ServerReach } from './use-reach.ts';

const FIRST_SHOWN = 12;

/** Everything that agents can call, over all servers, the most dangerous first. */
export function ReachSection({
  servers,
  nameOf,
  reach,
  mayReadPolicies,
}: {
  readonly servers: readonly GovernedServer[];
  readonly nameOf: (server: string) => string;
  readonly reach: readonly ServerReach[];
  readonly mayReadPolicies: boolean;
}): ReactNode {
  const [isAll, setAll] = useState(false);
  const known = reach.flatMap(({ reach: one }) => one ?? []);
  const sum = useMemo(() => sumOfReach(known), [known]);
  const missing = reach.filter(({ reach: one, isPending }) => one === undefined && !isPending).length;
  const isPending = reach.some((one) => one.isPending);
  const shown = isAll ? servers : servers.slice(0, FIRST_SHOWN);
  return (
    <Stack gap="sm" component="section" aria-labelledby="reach" aria-busy={isPending}>
      <div>
        <Title order={2} size="h4" id="reach">
          What agents can call
        </Title>
        <Text size="sm" c="dimmed">
          {mayReadPolicies
            ? 'Tools that a policy in force lets through, of all that the servers list. An agent reaches what the policy of its grant allows.'
            : 'Tools that the servers list.'}
          {missing > 0 &&
            ` Without ${missing === 1 ? 'a server that does' : `${missing} servers that do`} not answer.`}
        </Text>
      </div>
      {known.length === 0 && isPending ? (
        <Skeleton height={96} animate={false} />
      ) : (
        <Tiles sum={sum} mayReadPolicies={mayReadPolicies} />
      )}
      <ul className={classes['servers']}>
        {shown.map((server) => (
          <ServerRow
            key={server.id}
            id={server.id}
            name={nameOf(server.id)}
            found={reach.find((one) => one.server === server.id)}
            mayReadPolicies={mayReadPolicies}
          />
        ))}
      </ul>
      {!isAll && servers.length > FIRST_SHOWN && (
        <Button variant="default" onClick={() => setAll(true)}>
          Show all {servers.length} servers
        </Button>
      )}
    </Stack>
  );
}

function Tiles({
  sum,
  mayReadPolicies,
}: {
  readonly sum: Reach;
  readonly mayReadPolicies: boolean;
}): ReactNode {
  return (
    <ul className={classes['tiles']}>
      {CATEGORIES.filter((category) => category !== 'unknown' || sum.unknown.tools > 0).map((category) => (
        <li key={category} className={cards['card']}>
          <RiskBadge category={category} />
          <div className={classes['number']}>
            {(mayReadPolicies ? sum[category].open : sum[category].tools).toLocaleString('en')}
          </div>
          <Text size="xs" c="dimmed">
            {mayReadPolicies ? ofAll(sum[category]) : 'tools'}
          </Text>
        </li>
      ))}
    </ul>
  );
}

function ofAll({ tools, held }: ClassReach): string {
  if (tools === 0) return 'no such tool';
  const all = `of ${tools.toLocaleString('en')} ${tools === 1 ? 'tool' : 'tools'}`;
  return held === 0 ? all : `${all}; ${held.toLocaleString('en')} more if a person agrees`;
}

function ServerRow({
  id,
  name,
  found,
  mayReadPolicies,
}: {
  readonly id: string;
  readonly name: string;
  readonly found: ServerReach | undefined;
  readonly mayReadPolicies: boolean;
}): ReactNode {
  const path = `/servers/${encodeURIComponent(id)}`;
  return (
    <li className={classes['server']}>
      <Anchor component={Link} to={`${path}/tools`} style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Anchor>
      {found?.reach !== undefined ? (
        <Reached reach={found.reach} mayReadPolicies={mayReadPolicies} />
      ) : found?.isPending === false ? (
        <Text size="sm" c="dimmed">
          Its tools are not known now.{' '}
          <Anchor component="button" type="button" size="sm" onClick={found.retry}>
            Ask again
          </Anchor>
        </Text>
      ) : (
        <Skeleton height={20} width="60%" animate={false} />
      )}
    </li>
  );
}

function Reached({
  reach,
  mayReadPolicies,
}: {
  readonly reach: Reach;
  readonly mayReadPolicies: boolean;
}): ReactNode {
  const { financial, destructive, execute, unknown, write, read } = reach;
  const counts = {
    financial: financial.tools,
    destructive: destructive.tools,
    execute: execute.tools,
    unknown: unknown.tools,
    write: write.tools,
    read: read.tools,
  };
  return <ClassCounts counts={counts} textOf={(category) => inNumbers(reach[category], mayReadPolicies)} />;
}

function inNumbers({ tools, open, held }: ClassReach, mayReadPolicies: boolean): string {
  if (!mayReadPolicies) return String(tools);
  return held === 0 ? `${open} of ${tools}` : `${open} of ${tools}, ${held} held`;
}
