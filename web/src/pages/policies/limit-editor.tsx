import { ActionIcon, Anchor, Collapse, Group, Paper, Select, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Limit } from '#policy';
import { limitInWords } from '../../builder/effect.ts';
import { capital } from '../../parts/sentence.ts';
import { PathInput, type Editing } from './condition-row.tsx';
import { NumberField, TextField } from './fields.tsx';

const WINDOWS = [
  { value: 'minute', label: 'a minute' },
  { value: 'hour', label: 'an hour' },
  { value: 'day', label: 'a day' },
  { value: 'seconds', label: 'in seconds:' },
];
const SCOPES = [
  { value: 'grant', label: 'each grant' },
  { value: 'session', label: 'each session' },
  { value: 'server', label: 'all grants of the server' },
  { value: 'organisation', label: 'the whole organisation' },
];

type Window = Limit['window'];

/** A window of time, by name or in seconds. */
export function WindowInput({
  value,
  canEdit,
  commit,
}: {
  readonly value: Window;
  readonly canEdit: boolean;
  readonly commit: (window: Window) => string | undefined;
}): ReactNode {
  return (
    <>
      <Select
        aria-label="Window"
        size="xs"
        w={120}
        readOnly={!canEdit}
        allowDeselect={false}
        data={WINDOWS}
        value={typeof value === 'number' ? 'seconds' : value}
        onChange={(choice) => choice !== null && commit(choice === 'seconds' ? 60 : (choice as Window))}
      />
      {typeof value === 'number' && (
        <NumberField
          aria-label="Seconds"
          size="xs"
          w={90}
          readOnly={!canEdit}
          value={value}
          commit={commit}
        />
      )}
    </>
  );
}

/** How much may pass in a window of time, with the sentence that the engine makes of it. */
export function LimitEditor({ value: limit, fields, canEdit, commit, remove }: Editing<Limit>): ReactNode {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <Paper withBorder p="xs" radius="sm" role="group" aria-label={`Limit ${limit.counter}`}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={600} aria-live="polite">
            {capital(limitInWords(limit) ?? 'A limit')}
          </Text>
          {canEdit && (
            <Tooltip label="Remove this limit">
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={remove}
                aria-label={`Remove the limit ${limit.counter}`}
              >
                <Trash2 size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
        <Group gap="xs" align="flex-start">
          <NumberField
            aria-label="Most"
            size="xs"
            w={90}
            min={0}
            readOnly={!canEdit}
            value={limit.max}
            commit={(max) => commit({ ...limit, max })}
          />
          <WindowInput
            value={limit.window}
            canEdit={canEdit}
            commit={(window) => commit({ ...limit, window })}
          />
          <Select
            aria-label="Who shares the counter"
            size="xs"
            w={190}
            readOnly={!canEdit}
            allowDeselect={false}
            data={SCOPES}
            value={limit.scope ?? 'grant'}
            onChange={(scope) =>
              scope !== null && commit({ ...limit, scope: scope as NonNullable<Limit['scope']> })
            }
          />
          <Anchor component="button" type="button" size="xs" mt={6} onClick={toggle} aria-expanded={isOpen}>
            {isOpen ? 'Less' : 'More'}
          </Anchor>
        </Group>
        <Collapse expanded={isOpen}>
          {isOpen && <MoreOfLimit limit={limit} fields={fields} canEdit={canEdit} commit={commit} />}
        </Collapse>
      </Stack>
    </Paper>
  );
}

interface MoreOfLimitProps {
  readonly limit: Limit;
  readonly fields: Editing<Limit>['fields'];
  readonly canEdit: boolean;
  readonly commit: (next: Limit) => string | undefined;
}

function MoreOfLimit({ limit, fields, canEdit, commit }: MoreOfLimitProps): ReactNode {
  const { on_deny: message, ...rest } = limit;
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-start">
        <TextField
          label="Counter"
          description="Limits with the same counter, window and scope share one budget."
          size="xs"
          flex="1 1 14rem"
          readOnly={!canEdit}
          value={limit.counter}
          commit={(counter) => commit({ ...limit, counter })}
        />
        <Select
          label="While counters cannot be reached"
          description="Calls are refused or allowed."
          size="xs"
          flex="1 1 12rem"
          readOnly={!canEdit}
          allowDeselect={false}
          data={[
            { value: 'deny', label: 'refuse' },
            { value: 'allow', label: 'allow' },
          ]}
          value={limit.on_unavailable ?? 'deny'}
          onChange={(choice) => choice !== null && commit({ ...limit, on_unavailable: choice })}
        />
      </Group>
      <CountedNumber limit={limit} fields={fields} canEdit={canEdit} commit={commit} />
      <TextField
        size="xs"
        aria-label="What the agent is told when the limit is spent"
        placeholder="What the agent is told when the limit is spent"
        readOnly={!canEdit}
        value={message ?? ''}
        commit={(text) =>
          commit({
            ...rest,
            ...(text !== '' && { on_deny: text }),
          })
        }
      />
    </Stack>
  );
}

function CountedNumber({ limit, fields, canEdit, commit }: MoreOfLimitProps): ReactNode {
  const numbers = fields.filter(({ path, types }) => types.includes('number') && !path.includes('[*]'));
  const { increment_from: from, ...rest } = limit;
  return (
    <Group gap="xs">
      <Text size="xs">Counts</Text>
      <PathInput
        label="Counts this number instead of calls"
        value={from ?? ''}
        fields={numbers}
        canEdit={canEdit}
        commit={(path) =>
          commit({
            ...rest,
            ...(path !== '' && { increment_from: path }),
          })
        }
      />
      <Text size="xs" c="dimmed">
        {from === undefined ? 'Empty: each call counts as 1.' : 'The number of the call is added.'}
      </Text>
    </Group>
  );
}
