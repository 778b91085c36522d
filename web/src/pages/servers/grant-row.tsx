import { ActionIcon, Anchor, Group, Menu, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Ellipsis, KeyRound, Pencil, ScrollText, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useRevokeGrant, type Grant } from '../../api/grants.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { inertName } from '../../parts/inert.ts';
import { Row } from '../../parts/rows.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay } from '../../shell/rights.tsx';
import { EditGrant } from './edit-grant.tsx';
import { RotateGrant } from './rotate-grant.tsx';

type Task = 'edit' | 'rotate' | 'revoke';

/** One grant, with what can be done about it. */
export function GrantRow({
  server,
  grant,
  policies,
}: {
  readonly server: GovernedServer;
  readonly grant: Grant;
  readonly policies: readonly string[];
}): ReactNode {
  const [task, setTask] = useState<Task>();
  const close = (): void => setTask(undefined);
  return (
    <Row controls={<Actions grant={grant} onTask={setTask} />}>
      <Facts grant={grant} />
      <EditGrant grant={grant} policies={policies} opened={task === 'edit'} onClose={close} />
      <RotateGrant server={server} grant={grant} opened={task === 'rotate'} onClose={close} />
      <Revoke grant={grant} opened={task === 'revoke'} onClose={close} />
    </Row>
  );
}

const STATES = {
  live: { word: 'Live', tone: 'low' },
  expired: { word: 'Expired', tone: 'unknown' },
  revoked: { word: 'Revoked', tone: 'unknown' },
} as const;

function Facts({ grant }: { readonly grant: Grant }): ReactNode {
  const { label, state, policy, server, addresses, managed } = grant;
  return (
    <Stack gap={4}>
      <Group gap="sm">
        <Text fw={650}>{inertName(label, 100)}</Text>
        <StateBadge tone={STATES[state].tone}>{STATES[state].word}</StateBadge>
        {!managed && <StateBadge tone="unknown">From the configuration file</StateBadge>}
      </Group>
      <Text size="sm">
        {policy === undefined ? (
          'No policy: every call is denied'
        ) : (
          <>
            Policy{' '}
            <Anchor
              component={Link}
              to={`/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}`}
              size="sm"
              underline="always"
            >
              {policy}
            </Anchor>
          </>
        )}
        {addresses !== undefined && (
          <>
            {' '}
            · only from <span className="mono">{addresses.map(plainAddress).join(', ')}</span>
          </>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {managed ? <Times grant={grant} /> : <DeclaredTimes grant={grant} />}
      </Text>
    </Stack>
  );
}

/** One address is kept as a range of one. */
function plainAddress(range: string): string {
  return range.replace(/(?<=\.\d+)\/32$|(?<=:.*)\/128$/, '');
}

function Times({
  grant: { createdAt, lastUsedAt, expiresAt, revokedAt, previousTokenUntil },
}: {
  readonly grant: Grant;
}): ReactNode {
  return (
    <>
      {lastUsedAt === undefined ? (
        'Not used yet'
      ) : (
        <>
          Last used <TimeAgo at={lastUsedAt} />
        </>
      )}{' '}
      · made <TimeAgo at={createdAt} />
      {revokedAt !== undefined && (
        <>
          {' '}
          · revoked <TimeAgo at={revokedAt} />
        </>
      )}
      {revokedAt === undefined && expiresAt !== undefined && (
        <>
          {' '}
          · {Date.parse(expiresAt) > Date.now() ? 'expires' : 'expired'} <TimeAgo at={expiresAt} />
        </>
      )}
      {revokedAt === undefined && previousTokenUntil !== undefined && (
        <>
          {' '}
          · the token before ends <TimeAgo at={previousTokenUntil} />
        </>
      )}
    </>
  );
}

/** When it is used is in the log alone. */
function DeclaredTimes({ grant: { expiresAt } }: { readonly grant: Grant }): ReactNode {
  return (
    <>
      Read here, and changed or taken away in the file
      {expiresAt !== undefined && (
        <>
          {' '}
          · {Date.parse(expiresAt) > Date.now() ? 'expires' : 'expired'} <TimeAgo at={expiresAt} />
        </>
      )}
    </>
  );
}

function Actions({
  grant,
  onTask,
}: {
  readonly grant: Grant;
  readonly onTask: (task: Task) => void;
}): ReactNode {
  const mayWrite = useMay('grants:write');
  const mayAttach = useMay('policies:write');
  const mayReadLogs = useMay('logs:read');
  const isOver = grant.state === 'revoked' || !grant.managed;
  if (!mayReadLogs && (isOver || (!mayWrite && !mayAttach))) return null;
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={`More about ${inertName(grant.label, 100)}`}>
          <Ellipsis size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayReadLogs && (
          <Menu.Item
            component={Link}
            to={`/logs?grant=${encodeURIComponent(grant.id)}`}
            leftSection={<ScrollText size={16} />}
          >
            Its calls
          </Menu.Item>
        )}
        {!isOver && (mayWrite || mayAttach) && (
          <Menu.Item leftSection={<Pencil size={16} />} onClick={() => onTask('edit')}>
            {mayWrite ? 'Edit' : 'Change the policy'}
          </Menu.Item>
        )}
        {!isOver && grant.state === 'live' && mayWrite && (
          <Menu.Item leftSection={<KeyRound size={16} />} onClick={() => onTask('rotate')}>
            New token
          </Menu.Item>
        )}
        {!isOver && mayWrite && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<Trash2 size={16} />} onClick={() => onTask('revoke')}>
              Revoke
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function Revoke({
  grant,
  opened,
  onClose,
}: {
  readonly grant: Grant;
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const revoke = useRevokeGrant(grant.id);
  const name = inertName(grant.label, 100);
  return (
    <Confirm
      opened={opened}
      title={`Revoke “${name}”?`}
      action="Revoke"
      isPending={revoke.isPending}
      error={revoke.error}
      onConfirm={() =>
        revoke.mutate(undefined, {
          onSuccess: () => {
            onClose();
            notifications.show({ message: `The grant “${name}” is revoked.` });
          },
        })
      }
      onClose={onClose}
    >
      Its tokens are refused from the next request on. This cannot be taken back; the agent needs another
      grant then.
    </Confirm>
  );
}
