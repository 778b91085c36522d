import { Button, Group, Paper, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useActorName } from '../../api/approvals.ts';
import {
  isConflict,
  useDiff,
  useRestore,
  useVersions,
  type PolicyDetail,
  type PolicyName,
  type PolicyVersionEntry,
  type Published,
} from '../../api/policies.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useMay } from '../../shell/rights.tsx';
import { announce } from './announce.tsx';
import { DiffView } from './diff-view.tsx';

interface VersionsTabProps {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  readonly onRestored: (published: Published) => void;
}

/** Every version that was ever published: look at it, compare any two, put one in force again. */
export function VersionsTab({ name, detail, onRestored }: VersionsTabProps): ReactNode {
  const versions = useVersions(name);
  const [restoring, setRestoring] = useState<PolicyVersionEntry>();
  const items = versions.data?.pages.flatMap((page) => page.items) ?? [];
  if (detail?.managed === false)
    return (
      <EmptyState title="Its versions are kept elsewhere">
        The configuration file declares this policy; only the text in force is known here.
      </EmptyState>
    );
  if (detail === null || (versions.isSuccess && items.length === 0))
    return (
      <EmptyState title="Nothing is published yet">
        Each publication becomes a version here. Versions never change, and each can come back.
      </EmptyState>
    );
  if (versions.error) return <Problem error={versions.error} retry={() => void versions.refetch()} />;
  if (versions.isPending) return <Waiting />;
  return (
    <Stack>
      <Compare name={name} items={items} hasDraft={detail.hasDraft} inForce={detail.published} />
      <Stack gap="xs" role="list" aria-label="Versions">
        {items.map((entry) => (
          <VersionRow
            key={entry.version}
            name={name}
            entry={entry}
            isInForce={entry.version === detail.published}
            restore={() => setRestoring(entry)}
          />
        ))}
      </Stack>
      {versions.hasNextPage && (
        <Button
          variant="default"
          loading={versions.isFetchingNextPage}
          onClick={() => void versions.fetchNextPage()}
        >
          Show older versions
        </Button>
      )}
      {restoring && (
        <RestoreModal
          name={name}
          entry={restoring}
          inForce={detail.published}
          close={() => setRestoring(undefined)}
          onRestored={onRestored}
        />
      )}
    </Stack>
  );
}

function VersionRow({
  name: { server, policy },
  entry: { version, note, createdAt, createdBy },
  isInForce,
  restore,
}: {
  readonly name: PolicyName;
  readonly entry: PolicyVersionEntry;
  readonly isInForce: boolean;
  readonly restore: () => void;
}): ReactNode {
  const nameOf = useActorName();
  const mayWrite = useMay('policies:write');
  return (
    <Paper withBorder p="sm" role="listitem">
      <Group justify="space-between" gap="xs">
        <div>
          <Group gap="xs">
            <Text fw={600}>Version {version}</Text>
            {isInForce && <StateBadge tone="low">In force</StateBadge>}
          </Group>
          <Text size="sm" c="dimmed">
            <TimeAgo at={createdAt} />, by {nameOf(createdBy)}
          </Text>
          {note !== '' && <Text size="sm">{note}</Text>}
        </div>
        <Group gap="xs">
          <Button
            component={Link}
            size="xs"
            variant="default"
            to={`/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}?version=${version}`}
            aria-label={`View version ${version}`}
          >
            View
          </Button>
          {mayWrite && !isInForce && (
            <Button size="xs" variant="default" onClick={restore} aria-label={`Restore version ${version}`}>
              Restore
            </Button>
          )}
        </Group>
      </Group>
    </Paper>
  );
}

function Compare({
  name,
  items,
  hasDraft,
  inForce,
}: {
  readonly name: PolicyName;
  readonly items: readonly PolicyVersionEntry[];
  readonly hasDraft: boolean;
  readonly inForce: number | undefined;
}): ReactNode {
  const sides = [
    ...(hasDraft ? [{ value: 'draft', label: 'The draft' }] : []),
    ...items.map(({ version }) => ({
      value: String(version),
      label: `Version ${version}${version === inForce ? ', in force' : ''}`,
    })),
  ];
  const [from, setFrom] = useState<string>();
  const [to, setTo] = useState<string>();
  const isAsked = from !== undefined && to !== undefined;
  const diff = useDiff(name, { from: isAsked ? from : undefined, to: to ?? '' });
  if (sides.length < 2) return null;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Compare
      </Title>
      <Group gap="xs" mb="sm">
        <Select
          aria-label="Older"
          placeholder="Older"
          w={190}
          data={sides}
          value={from ?? null}
          onChange={(side) => setFrom(side ?? undefined)}
        />
        <Text size="sm">with</Text>
        <Select
          aria-label="Newer"
          placeholder="Newer"
          w={190}
          data={sides}
          value={to ?? null}
          onChange={(side) => setTo(side ?? undefined)}
        />
      </Group>
      {diff.error && <Problem error={diff.error} retry={() => void diff.refetch()} />}
      {isAsked && diff.data && <DiffView diff={diff.data} />}
    </section>
  );
}

interface RestoreModalProps {
  readonly name: PolicyName;
  readonly entry: PolicyVersionEntry;
  readonly inForce: number | undefined;
  readonly close: () => void;
  readonly onRestored: (published: Published) => void;
}

function RestoreModal({
  name,
  entry: { version },
  inForce,
  close,
  onRestored,
}: RestoreModalProps): ReactNode {
  const [note, setNote] = useState('');
  const restore = useRestore(name);
  return (
    <Dialog opened onClose={close} title={`Restore version ${version} of ${name.policy}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          restore.mutate(
            { version, note, after: inForce ?? null },
            {
              onSuccess: (published) => {
                announce(
                  `Version ${published.version.version} is published`,
                  `It has the text of version ${version} and is in force within a second.`,
                );
                onRestored(published);
                close();
              },
            },
          );
        }}
      >
        <Stack>
          <Text size="sm">
            Its text is published again as a new version
            {inForce !== undefined && `, in place of version ${inForce}`}. A draft, if there is one, stays as
            it is.
          </Text>
          <Textarea
            label="Note"
            placeholder={`Version ${version} again`}
            maxLength={2000}
            value={note}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
          />
          {restore.error && <NotRestored error={restore.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={restore.isPending}>
              Restore version {version}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function NotRestored({ error }: { readonly error: Error }): ReactNode {
  if (!isConflict(error)) return <Problem error={error} />;
  return (
    <Text size="sm" role="alert">
      Somebody else published in the meantime. Close this, look at the newest version, and decide again.
    </Text>
  );
}
