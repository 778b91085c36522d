import { ActionIcon, Anchor, Breadcrumbs, Button, Group, Stack, Text, Title, Tooltip } from '@mantine/core';
import { Redo2, Undo2, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useServerTitle, type PolicyDetail, type PolicyName } from '../../api/policies.ts';
import { inertName } from '../../parts/inert.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { DraftState } from './use-draft.ts';

interface PolicyHeaderProps {
  readonly name: PolicyName;
  readonly detail: PolicyDetail | null;
  readonly draft: DraftState | undefined;
  /** Whether the text is another than the one in force. */
  readonly isDirty: boolean;
  readonly undo: (() => void) | undefined;
  readonly redo: (() => void) | undefined;
  readonly children?: ReactNode;
}

/** Where one is, how far the text is from being in force, and what can be done with it. */
export function PolicyHeader({
  name,
  detail,
  draft,
  isDirty,
  undo,
  redo,
  children,
}: PolicyHeaderProps): ReactNode {
  const title = useServerTitle(name.server);
  const server = `/servers/${encodeURIComponent(name.server)}`;
  return (
    <Stack gap={4}>
      <Breadcrumbs fz="sm">
        <Anchor component={Link} to="/servers" size="sm">
          Servers
        </Anchor>
        <Anchor component={Link} to={server} size="sm">
          {inertName(title, 60)}
        </Anchor>
        <Anchor component={Link} to={`${server}/policies`} size="sm">
          Policies
        </Anchor>
      </Breadcrumbs>
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <Title order={1} size="h3">
            {inertName(name.policy, 80)}
          </Title>
          <PolicyState detail={detail} isDirty={isDirty} />
          {draft !== undefined && <DraftWords state={draft} />}
        </Group>
        <Group gap="xs">
          {draft !== undefined && (
            <>
              <StepButton label="Undo" icon={Undo2} step={undo} />
              <StepButton label="Redo" icon={Redo2} step={redo} />
            </>
          )}
          {children}
        </Group>
      </Group>
    </Stack>
  );
}

/** Keeps the focus when there is nothing left to do: whoever went back by the keyboard may want to go forth. */
function StepButton({
  label,
  icon: Icon,
  step,
}: {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly step: (() => void) | undefined;
}): ReactNode {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={label}
        aria-disabled={step === undefined}
        data-disabled={step === undefined || undefined}
        onClick={() => step?.()}
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

function PolicyState({
  detail,
  isDirty,
}: {
  readonly detail: PolicyDetail | null;
  readonly isDirty: boolean;
}): ReactNode {
  if (detail?.managed === false) return <StateBadge tone="unknown">From the configuration file</StateBadge>;
  if (detail?.published === undefined) return <StateBadge tone="medium">Not published</StateBadge>;
  return isDirty ? (
    <StateBadge tone="medium">Draft; version {detail.published} is in force</StateBadge>
  ) : (
    <StateBadge tone="low">Version {detail.published} in force</StateBadge>
  );
}

const DRAFT_WORDS: Readonly<Record<Exclude<DraftState['kind'], 'failed'>, string>> = {
  clean: '',
  unsaved: 'Saving soon…',
  saving: 'Saving…',
  saved: 'Saved as draft',
  'not json': 'Not saved: the text is not JSON',
  conflict: 'Not saved: there is another draft',
};

function DraftWords({ state }: { readonly state: DraftState }): ReactNode {
  return (
    <Text size="sm" c={state.kind === 'failed' ? 'var(--tg-critical)' : 'dimmed'} role="status">
      {state.kind === 'failed' ? 'The draft could not be saved' : DRAFT_WORDS[state.kind]}
    </Text>
  );
}

/** The button that opens the review. It keeps the focus when there is nothing left to publish, which `disabled` would take away. */
export function PublishButton({
  open,
  disabled,
}: {
  readonly open: () => void;
  readonly disabled: boolean;
}): ReactNode {
  return (
    <Button
      aria-disabled={disabled}
      {...(disabled && { 'data-disabled': true })}
      onClick={() => {
        if (!disabled) open();
      }}
    >
      Review and publish
    </Button>
  );
}
