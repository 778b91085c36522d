import { ActionIcon, Anchor, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { QueryObserver } from '@tanstack/react-query';
import { Ellipsis, Plus, Trash2 } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { grantsQuery, useGrants } from '../../api/grants.ts';
import { useVersion, type Policy } from '../../api/policies.ts';
import { isInForce, policiesQuery, usePolicies, useRemovePolicy } from '../../api/policy-list.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Row, Rows } from '../../parts/rows.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { useMay } from '../../shell/rights.tsx';
import { NewPolicy } from './new-policy.tsx';

export const first: First = (queries, { server = '' }) => [
  new QueryObserver(queries, policiesQuery(server)),
  new QueryObserver(queries, grantsQuery(server)),
];

/** The policies of a server: what is in force, since when, and how many grants carry it. */
export default function PoliciesTab({ server }: { readonly server: GovernedServer }): ReactNode {
  const { data: policies, error, refetch } = usePolicies(server.id);
  const { data: grants } = useGrants(server.id, useMay('grants:read'));
  const [isMaking, { open, close }] = useDisclosure(false);
  const mayWrite = useMay('policies:write');
  const carried = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { policy, state } of grants ?? [])
      if (policy !== undefined && state === 'live') counts.set(policy, (counts.get(policy) ?? 0) + 1);
    return counts;
  }, [grants]);
  const add = mayWrite && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={open}>
      New policy
    </Button>
  );
  return (
    <Section
      title="Policies"
      lead="What agents may do with this server. Each grant carries one; a grant without any is refused every call."
      action={policies !== undefined && policies.length > 0 && add}
    >
      {error && <Problem error={error} retry={() => void refetch()} />}
      {policies === undefined && !error && <Waiting />}
      {policies?.length === 0 && (
        <EmptyState title="No policy yet" action={add}>
          Begin with what is recommended for the tools of this server, and change what you want different.
        </EmptyState>
      )}
      {policies !== undefined && policies.length > 0 && (
        <Rows label="Policies">
          {policies.map((policy) => (
            <PolicyRow
              key={policy.name}
              policy={policy}
              carriedBy={grants && (carried.get(policy.name) ?? 0)}
            />
          ))}
        </Rows>
      )}
      <NewPolicy server={server} taken={policies ?? []} opened={isMaking} onClose={close} />
    </Section>
  );
}

function PolicyRow({
  policy,
  carriedBy,
}: {
  readonly policy: Policy;
  /** Live grants; undefined while that is not known. */
  readonly carriedBy: number | undefined;
}): ReactNode {
  const mayWrite = useMay('policies:write');
  return (
    <Row controls={mayWrite && policy.managed && <PolicyMenu policy={policy} carriedBy={carriedBy} />}>
      <Stack gap={4}>
        <Group gap="sm">
          <Anchor
            component={Link}
            to={`/servers/${encodeURIComponent(policy.server)}/policies/${encodeURIComponent(policy.name)}`}
            fw={650}
          >
            {policy.name}
          </Anchor>
          {isInForce(policy) ? (
            <StateBadge tone="low">
              {policy.published === undefined ? 'In force' : `In force, version ${policy.published}`}
            </StateBadge>
          ) : (
            <StateBadge tone="unknown">Not published</StateBadge>
          )}
          {policy.hasDraft && <StateBadge tone="medium">Draft</StateBadge>}
          {!policy.managed && <StateBadge tone="unknown">Configuration file</StateBadge>}
        </Group>
        <Text size="sm" c="dimmed">
          <Since policy={policy} />
          {carriedBy !== undefined && carriedWords(carriedBy)}
        </Text>
      </Stack>
    </Row>
  );
}

function carriedWords(count: number): string {
  if (count === 0) return 'No live grant carries it';
  return count === 1 ? 'Carried by 1 live grant' : `Carried by ${count} live grants`;
}

/** Since when the version in force is. */
function Since({ policy }: { readonly policy: Policy }): ReactNode {
  const { data } = useVersion({ server: policy.server, policy: policy.name }, policy.published);
  const { updatedAt, published } = policy;
  if (published !== undefined)
    return data === undefined ? null : (
      <>
        In force since <TimeAgo at={data.createdAt} />.{' '}
      </>
    );
  return updatedAt === undefined ? null : (
    <>
      Changed <TimeAgo at={updatedAt} />.{' '}
    </>
  );
}

function PolicyMenu({
  policy,
  carriedBy,
}: {
  readonly policy: Policy;
  readonly carriedBy: number | undefined;
}): ReactNode {
  const [isAsking, { open, close }] = useDisclosure(false);
  const remove = useRemovePolicy({ server: policy.server, policy: policy.name });
  return (
    <>
      <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={`More about ${policy.name}`}>
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Trash2 size={16} />}
            disabled={carriedBy !== undefined && carriedBy > 0}
            onClick={open}
          >
            {carriedBy !== undefined && carriedBy > 0 ? 'Remove (grants carry it)' : 'Remove'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={isAsking}
        title={`Remove the policy “${policy.name}”?`}
        action="Remove"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => notifications.show({ message: `The policy “${policy.name}” is removed.` }),
          })
        }
        onClose={close}
      >
        No grant carries it. Its versions stay readable for the log; a draft is lost.
      </Confirm>
    </>
  );
}
