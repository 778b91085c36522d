import { Anchor, Stack, Text, Title } from '@mantine/core';
import { CircleAlert, CircleCheck, Inbox, KeyRound, Plug, TimerOff, type LucideIcon } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';
import { Link } from 'wouter';
import type { Approval } from '../../api/approvals.ts';
import { ApiProblem } from '../../api/client.ts';
import type { Grant } from '../../api/grants.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { inertName } from '../../parts/inert.ts';
import { TimeAgo } from '../../parts/time-ago.tsx';
import classes from './overview.module.css';
import type { ServerReach } from './use-reach.ts';

/** One thing that a person has to do something about. */
interface Matter {
  readonly key: string;
  readonly tone: 'critical' | 'medium';
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: ReactNode;
  readonly to: string;
  readonly action: string;
}

export interface AttentionProps {
  readonly servers: readonly GovernedServer[];
  readonly nameOf: (server: string) => string;
  readonly reach: readonly ServerReach[];
  /** Calls that wait, and whether there are more than these. */
  readonly held: { readonly items: readonly Approval[]; readonly hasMore: boolean } | undefined;
  readonly grants: readonly Grant[] | undefined;
}

const SOON_MS = 7 * 86_400_000;

/** What needs a person, the most urgent first. */
export function Attention(props: AttentionProps): ReactNode {
  const matters = [
    ...heldMatters(props),
    ...props.servers.flatMap((server) => serverMatters(server, props)),
    ...grantMatters(props),
  ].toSorted((a, b) => Number(a.tone !== 'critical') - Number(b.tone !== 'critical'));
  const isAsking =
    props.held === undefined || props.grants === undefined || props.reach.some(({ isPending }) => isPending);
  return (
    <Stack gap="xs" component="section" aria-labelledby="attention">
      <Title order={2} size="h4" id="attention">
        Needs you
      </Title>
      <div aria-live="polite">
        {matters.length === 0 ? (
          <Quiet isAsking={isAsking} />
        ) : (
          <ul className={classes['attention']}>
            {matters.map((matter) => (
              <MatterRow key={matter.key} matter={matter} />
            ))}
          </ul>
        )}
      </div>
    </Stack>
  );
}

function Quiet({ isAsking }: { readonly isAsking: boolean }): ReactNode {
  if (isAsking) return <Text size="sm">Asking the servers…</Text>;
  return (
    <Text size="sm" className={classes['fine']}>
      <CircleCheck size={18} aria-hidden />
      Nothing. All servers answer as they were accepted, and no call waits.
    </Text>
  );
}

function MatterRow({
  matter: { tone, icon: Icon, title, text, to, action },
}: {
  readonly matter: Matter;
}): ReactNode {
  const style = { '--tone': `var(--tg-${tone})` } as CSSProperties;
  return (
    <li className={classes['item']} style={style}>
      <span className={classes['itemIcon']}>
        <Icon size={20} aria-hidden />
      </span>
      <div>
        <Text fw={650} style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Text>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      </div>
      <Anchor component={Link} to={to} size="sm" className={classes['itemAction']}>
        {action}
      </Anchor>
    </li>
  );
}

function heldMatters({ held, nameOf }: AttentionProps): readonly Matter[] {
  const first = held?.items.toSorted((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt))[0];
  if (held === undefined || first === undefined) return [];
  const count = held.items.length;
  return [
    {
      key: 'held',
      tone: 'critical',
      icon: Inbox,
      title:
        count === 1
          ? 'A call waits for an answer'
          : `${count}${held.hasMore ? '+' : ''} calls wait for an answer`,
      text: (
        <>
          {count > 1 && 'The first to end: '}
          {inertName(first.tool)} on {nameOf(first.server)}, for {inertName(first.grant.label)}; it ends{' '}
          <TimeAgo at={first.expiresAt} />.
        </>
      ),
      to: count === 1 ? `/approvals/${encodeURIComponent(first.id)}` : '/approvals',
      action: 'Look and answer',
    },
  ];
}

function serverMatters(server: GovernedServer, { reach, nameOf }: AttentionProps): readonly Matter[] {
  const { id, drift, credential, onChange } = server;
  const path = `/servers/${encodeURIComponent(id)}`;
  const name = nameOf(id);
  const matters: Matter[] = [];
  const error = reach.find((one) => one.server === id)?.error;
  if (credential.kind === 'oauth' && (credential.state === 'needs_consent' || credential.state === 'none')) {
    matters.push({
      key: `consent ${id}`,
      tone: 'critical',
      icon: KeyRound,
      title: `${name} needs your consent`,
      text: 'The gateway has no access to it. Calls fail until a person connects it.',
      to: `${path}/connection`,
      action: 'Connect it',
    });
  } else if (credential.state === 'unreadable') {
    matters.push({
      key: `key ${id}`,
      tone: 'critical',
      icon: KeyRound,
      title: `The credentials of ${name} cannot be decrypted`,
      text: 'The operator puts the key back that they were encrypted with, or you give them anew.',
      to: `${path}/connection`,
      action: 'See its connection',
    });
  } else if (error instanceof ApiProblem && error.status === 502) {
    matters.push({
      key: `away ${id}`,
      tone: 'critical',
      icon: Plug,
      title: `${name} does not answer`,
      text: error.message,
      to: path,
      action: 'See what is wrong',
    });
  }
  if (drift > 0) matters.push(driftMatter({ path, name, drift, id, isBlocked: onChange === 'block' }));
  return matters;
}

function driftMatter({
  id,
  path,
  name,
  drift,
  isBlocked,
}: {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly drift: number;
  readonly isBlocked: boolean;
}): Matter {
  const isOne = drift === 1;
  return {
    key: `drift ${id}`,
    tone: isBlocked ? 'critical' : 'medium',
    icon: CircleAlert,
    title: `${drift} ${isOne ? 'tool' : 'tools'} of ${name} ${isOne ? 'is' : 'are'} not as accepted`,
    text: isBlocked
      ? 'Calls of them are refused until somebody has looked at the change and accepts it.'
      : 'Calls of them go on. Look at the change, and accept it if it is as it should be.',
    to: `${path}/tools`,
    action: 'See the change',
  };
}

function grantMatters({ grants = [], nameOf }: AttentionProps): readonly Matter[] {
  const now = Date.now();
  return grants
    .filter(({ state, expiresAt }) => state === 'live' && expiresAt !== undefined)
    .filter(({ expiresAt = '' }) => Date.parse(expiresAt) - now < SOON_MS)
    .map(({ id, label, server, expiresAt }) => ({
      key: `grant ${id}`,
      tone: 'medium',
      icon: TimerOff,
      title: `The grant ${inertName(label)} ends soon`,
      text: (
        <>
          It is for {nameOf(server)} and ends <TimeAgo at={expiresAt} />. Its agent is refused from then on.
        </>
      ),
      to: `/servers/${encodeURIComponent(server)}/grants`,
      action: 'See its grants',
    }));
}
