import { Alert, Anchor, Button, Collapse, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useAuditCheck, useHeadCheck, type AuditCheck } from '../../api/audit.ts';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { Problem } from '../../parts/problem.tsx';

const FAULTS: Readonly<Record<NonNullable<AuditCheck['fault']>['kind'], string>> = {
  gap: 'An event is missing, or stands in the wrong place.',
  edited: 'An event is not what it was when it was written.',
  unlinked: 'An event follows another one than the one before it.',
  cut: 'The log ends before the event that was noted.',
  rewritten: 'The log is whole in itself, but is not the one that was noted.',
};

/** Whether the chain of events is whole, or where it is broken. */
export function ChainState({ enabled }: { readonly enabled: boolean }): ReactNode {
  const { data: check, error, refetch, isFetching } = useAuditCheck(enabled);
  const [isOpen, { toggle }] = useDisclosure();
  const more = useId();
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (check === undefined) {
    return (
      <Group gap="xs" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm">Checking the chain of events</Text>
      </Group>
    );
  }
  return (
    <Stack gap="xs">
      <Verdict check={check} />
      <Group gap="md">
        <Button size="compact-sm" variant="default" loading={isFetching} onClick={() => void refetch()}>
          Check again
        </Button>
        <Anchor
          component="button"
          type="button"
          size="sm"
          aria-expanded={isOpen}
          aria-controls={more}
          onClick={toggle}
        >
          Prove that nothing was cut off
        </Anchor>
      </Group>
      <div id={more}>
        <Collapse expanded={isOpen}>{isOpen && <HeadCheck head={check.head} />}</Collapse>
      </div>
    </Stack>
  );
}

function Verdict({ check: { ok, head, fault } }: { readonly check: AuditCheck }): ReactNode {
  if (ok) {
    const count = Number(head?.split(':')[0] ?? 0);
    return (
      <Alert color="green" icon={<ShieldCheck size={18} aria-hidden />} p="xs" role="status">
        <Text size="sm" fw={600}>
          Intact, {count.toLocaleString('en')} {count === 1 ? 'event' : 'events'}
        </Text>
      </Alert>
    );
  }
  return (
    <Alert
      color="red"
      role="alert"
      icon={<ShieldAlert size={18} aria-hidden />}
      title={fault === undefined ? 'The chain is broken' : `The chain is broken at event ${fault.seq}`}
    >
      {fault !== undefined && <Text size="sm">{FAULTS[fault.kind]}</Text>}
      <Text size="sm">
        Somebody changed the log in the store, past the gateway. Compare it with the last export and with your
        backups.
      </Text>
    </Alert>
  );
}

function HeadCheck({ head }: { readonly head: string | undefined }): ReactNode {
  const [noted, setNoted] = useState('');
  const check = useHeadCheck();
  return (
    <Stack gap="sm" pt="xs">
      {head !== undefined && (
        <div>
          <Text size="sm" mb={4}>
            The head of today. Note it where the operator of this gateway cannot reach it: later it proves
            that the log still begins with everything up to it.
          </Text>
          <CopyBlock text={head} label="head of the log" />
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          check.mutate(noted.trim());
        }}
      >
        <Group align="flex-end">
          <TextInput
            flex="1 1 16rem"
            label="A head that you noted earlier"
            placeholder="17:9f86d081…"
            required
            autoComplete="off"
            spellCheck={false}
            value={noted}
            onChange={(event) => {
              setNoted(event.currentTarget.value);
              check.reset();
            }}
          />
          <Button type="submit" variant="default" loading={check.isPending}>
            Compare
          </Button>
        </Group>
      </form>
      {check.error && <Problem error={check.error} />}
      {check.data !== undefined && <HeadVerdict check={check.data} noted={noted} />}
    </Stack>
  );
}

function HeadVerdict({
  check: { ok, fault },
  noted,
}: {
  readonly check: AuditCheck;
  readonly noted: string;
}): ReactNode {
  if (ok) {
    return (
      <Text size="sm" role="status">
        The log still begins with everything up to event {noted.trim().split(':')[0]}.
      </Text>
    );
  }
  return (
    <Alert
      color="red"
      role="alert"
      icon={<ShieldAlert size={18} aria-hidden />}
      title="The log does not fit this head"
    >
      <Text size="sm">{fault !== undefined && FAULTS[fault.kind]}</Text>
      <Text size="sm">
        Make sure first that the head is of this organisation and copied whole. If it is, somebody changed the
        log past the gateway: compare it with an export of that time.
      </Text>
    </Alert>
  );
}
