import { Button, Group, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { InfiniteQueryObserver } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useActorName } from '../../api/approvals.ts';
import { API_KEYS, useApiKeys, useRevokeApiKey, type ApiKey } from '../../api/people.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Row, Rows } from '../../parts/rows.tsx';
import { SecretOnceModal } from '../../parts/secret-once.tsx';
import { Section } from '../../parts/section.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import type { First } from '../../shell/first-page.ts';
import { IfMay } from '../../shell/rights.tsx';
import { KeyForm } from './key-form.tsx';
import { ListState } from './list-state.tsx';

interface Made {
  readonly key: ApiKey;
  readonly token: string;
}

export const first: First = (queries) => [new InfiniteQueryObserver(queries, API_KEYS)];

/** Keys with which scripts use the API. */
export default function KeysTab(): ReactNode {
  const keys = useApiKeys();
  const [isMaking, { open, close }] = useDisclosure();
  const [made, setMade] = useState<Made>();
  const [showsAll, setShowsAll] = useState(false);
  const button = (
    <IfMay scope="members:write">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={open}>
        New key
      </Button>
    </IfMay>
  );
  return (
    <Section
      title="API keys"
      lead="Scripts and pipelines use the API with them. Agents do not: they call tools with a grant of their server."
      action={button}
    >
      <ListState
        list={keys}
        empty={
          <EmptyState title="No API keys yet" action={button}>
            With a key, a script does what you do here: publish a policy from a repository, mint a grant for a
            new agent, fetch logs.
          </EmptyState>
        }
      >
        {(items) => <KeyList items={items} showsAll={showsAll} onShowsAll={setShowsAll} />}
      </ListState>
      <Dialog opened={isMaking} onClose={close} title="New API key" size="lg" closeOnClickOutside={false}>
        <KeyForm
          onMade={(answer) => {
            close();
            setMade(answer);
          }}
        />
      </Dialog>
      <MadeKey made={made} onDone={() => setMade(undefined)} />
    </Section>
  );
}

function MadeKey({
  made,
  onDone,
}: {
  readonly made: Made | undefined;
  readonly onDone: () => void;
}): ReactNode {
  const example = exampleOf(made?.key);
  return (
    <SecretOnceModal
      opened={made !== undefined}
      title={`The key "${made?.key.label ?? ''}" is made`}
      label="token of the key"
      text={made?.token ?? ''}
      onDone={onDone}
    >
      <Text size="sm">
        Give it to the script as a secret, for instance in the variable TOOLGATE_KEY
        {example === undefined ? '.' : '. To try it:'}
      </Text>
      {example !== undefined && <CopyBlock label="example" text={example} />}
    </SecretOnceModal>
  );
}

/** Scopes of nouns whose list needs no further name. */
const LISTED: ReadonlySet<string> = new Set(
  ['servers', 'grants', 'approvals', 'logs', 'members', 'webhooks', 'audit'].map((noun) => `${noun}:read`),
);

/** A first request that a key of these scopes may make; the token is not in it, so that it stands in no history of a shell. */
function exampleOf(key: ApiKey | undefined): string | undefined {
  const [noun] = key?.scopes.find((scope) => LISTED.has(scope))?.split(':') ?? [];
  return noun && `curl -H "Authorization: Bearer $TOOLGATE_KEY" ${location.origin}/api/v1/${noun}`;
}

function KeyList({
  items,
  showsAll,
  onShowsAll,
}: {
  readonly items: readonly ApiKey[];
  readonly showsAll: boolean;
  readonly onShowsAll: (showsAll: boolean) => void;
}): ReactNode {
  const valid = items.filter((key) => stateOf(key) !== 'ended');
  const shown = showsAll ? items : valid;
  return (
    <>
      {valid.length < items.length && (
        <Switch
          label={`Show keys that do not work any more (${items.length - valid.length})`}
          checked={showsAll}
          onChange={(event) => onShowsAll(event.currentTarget.checked)}
        />
      )}
      {shown.length === 0 ? (
        <Text c="dimmed">No key works at the moment.</Text>
      ) : (
        <Rows label="API keys">
          {shown.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </Rows>
      )}
    </>
  );
}

const SOON_MS = 7 * 86_400_000;

function stateOf({ revokedAt, expiresAt }: ApiKey): 'ended' | 'ends soon' | 'works' {
  const left = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt) - Date.now();
  if (revokedAt !== null || left <= 0) return 'ended';
  return left < SOON_MS ? 'ends soon' : 'works';
}

function KeyRow({ apiKey }: { readonly apiKey: ApiKey }): ReactNode {
  const { label, scopes, createdBy, createdAt, lastUsedAt } = apiKey;
  const nameOf = useActorName();
  return (
    <Row controls={<KeyControls apiKey={apiKey} />}>
      <Text fw={600}>{label}</Text>
      <Text size="sm" c="dimmed">
        <Lifetime apiKey={apiKey} />
        {lastUsedAt === null ? 'never used' : 'last used '}
        {lastUsedAt !== null && <TimeAgo at={lastUsedAt} />}, made <TimeAgo at={createdAt} /> by{' '}
        {nameOf(createdBy)}
      </Text>
      <Group gap="0 8" mt={4}>
        {scopes.map((scope) => (
          <Text key={scope} span size="sm" className="mono">
            {scope}
          </Text>
        ))}
      </Group>
    </Row>
  );
}

function Lifetime({ apiKey: { revokedAt, expiresAt } }: { readonly apiKey: ApiKey }): ReactNode {
  if (revokedAt !== null) {
    return (
      <>
        Revoked <TimeAgo at={revokedAt} />,{' '}
      </>
    );
  }
  if (expiresAt === null) return 'Never expires, ';
  return (
    <>
      {Date.parse(expiresAt) > Date.now() ? 'Expires' : 'Expired'} <TimeAgo at={expiresAt} />,{' '}
    </>
  );
}

function KeyControls({ apiKey }: { readonly apiKey: ApiKey }): ReactNode {
  const [asked, { open, close }] = useDisclosure();
  const revoke = useRevokeApiKey();
  const state = stateOf(apiKey);
  if (state === 'ended')
    return <StateBadge tone="unknown">{apiKey.revokedAt === null ? 'Expired' : 'Revoked'}</StateBadge>;
  const revoked = (): void => {
    close();
    notifications.show({ message: `The key "${apiKey.label}" is revoked.` });
  };
  return (
    <>
      {state === 'ends soon' && <StateBadge tone="medium">Expires soon</StateBadge>}
      <IfMay scope="members:write">
        <Button variant="default" size="xs" onClick={open} aria-label={`Revoke the key ${apiKey.label}`}>
          Revoke
        </Button>
        <Confirm
          opened={asked}
          title={`Revoke the key "${apiKey.label}"?`}
          action="Revoke"
          isPending={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(apiKey.id, { onSuccess: revoked })}
          onClose={close}
        >
          The next request with it is refused. It cannot be made valid again; whatever uses it needs another
          key.
        </Confirm>
      </IfMay>
    </>
  );
}
