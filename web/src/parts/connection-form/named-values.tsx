import { ActionIcon, Button, Group, Input, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { Plus, Trash2, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { newRow, type ConnectionErrors, type NamedValue } from './connection-value.ts';

interface NamedValuesProps {
  /** `headers` or `env`: what errors are about. */
  readonly member: 'headers' | 'env';
  readonly values: readonly NamedValue[];
  readonly onChange: (values: readonly NamedValue[]) => void;
  readonly errors: ConnectionErrors;
  readonly disabled: boolean;
  /** What is stored does not stay: it is given anew, or taken away. */
  readonly isElsewhere: boolean;
}

const WORDS = {
  headers: {
    title: 'Headers',
    lead: 'Sent to the server with every request: a key, a token. Values are encrypted and never shown again.',
    one: 'header',
    example: 'X-Api-Key',
  },
  env: {
    title: 'Environment variables',
    lead: 'Given to the program. Values are encrypted and never shown again.',
    one: 'variable',
    example: 'API_KEY',
  },
} as const;

/** Names with their values, which are written and never read. */
export function NamedValues(props: NamedValuesProps): ReactNode {
  const { member, values, onChange, errors, disabled, isElsewhere } = props;
  const { title, lead, one } = WORDS[member];
  const change = (row: NamedValue): void =>
    onChange(values.map((value) => (value.key === row.key ? row : value)));
  const remove = (row: NamedValue): void => onChange(values.filter(({ key }) => key !== row.key));
  return (
    <Stack gap="xs" role="group" aria-label={title}>
      <div>
        <Input.Label labelElement="div">{title}</Input.Label>
        <Text size="xs" c="dimmed">
          {lead}
        </Text>
      </div>
      {values.map((row) => (
        <Row
          key={row.key}
          member={member}
          row={row}
          error={errors[`${member}/${row.name.trim()}`]}
          change={change}
          remove={() => remove(row)}
          disabled={disabled}
          isElsewhere={isElsewhere}
        />
      ))}
      {errors[member] !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)">
          {errors[member]}
        </Text>
      )}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          disabled={disabled}
          onClick={() => onChange([...values, newRow()])}
        >
          Add a {one}
        </Button>
      </Group>
    </Stack>
  );
}

interface RowProps {
  readonly member: 'headers' | 'env';
  readonly row: NamedValue;
  readonly error: string | undefined;
  readonly change: (row: NamedValue) => void;
  readonly remove: () => void;
  readonly disabled: boolean;
  readonly isElsewhere: boolean;
}

function Row(props: RowProps): ReactNode {
  return props.row.isStored && props.row.state !== 'given' ? (
    <StoredRow {...props} />
  ) : (
    <TypedRow {...props} />
  );
}

/** A value that the gateway has: it stays until somebody replaces it or takes it away. */
function StoredRow({ row, error, change, disabled, isElsewhere }: RowProps): ReactNode {
  const isRemoved = row.state === 'removed';
  const action = isRemoved ? (isElsewhere ? 'Give' : 'Keep') : 'Replace';
  return (
    <div>
      <Group gap="xs" wrap="nowrap" justify="space-between" mih={36}>
        <Text size="sm" className="mono" td={isRemoved ? 'line-through' : undefined} style={{ minWidth: 0 }}>
          {row.name}
        </Text>
        <Group gap="xs" wrap="nowrap" style={{ flex: 'none' }}>
          <Text size="xs" c="dimmed">
            {isRemoved ? 'will be removed' : 'kept'}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            disabled={disabled}
            onClick={() => change({ ...row, state: isRemoved && !isElsewhere ? 'kept' : 'given' })}
            aria-label={`${action} ${row.name}`}
          >
            {action}
          </Button>
          {!isRemoved && (
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={disabled}
              onClick={() => change({ ...row, state: 'removed' })}
              aria-label={`Remove ${row.name}`}
            >
              <Trash2 size={16} />
            </ActionIcon>
          )}
        </Group>
      </Group>
      {error !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </div>
  );
}

function TypedRow({ member, row, error, change, remove, disabled, isElsewhere }: RowProps): ReactNode {
  const { one, example } = WORDS[member];
  const canKeep = row.isStored && !isElsewhere;
  const takeAway = (): void => {
    if (row.isStored) change({ ...row, value: '', state: isElsewhere ? 'removed' : 'kept' });
    else remove();
  };
  const of = row.name.trim() === '' ? '' : ` of ${row.name.trim()}`;
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        flex="2 1 11rem"
        aria-label={`Name of the ${one}`}
        placeholder={example}
        value={row.name}
        readOnly={row.isStored}
        disabled={disabled}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change({ ...row, name: event.currentTarget.value })}
      />
      <PasswordInput
        flex="3 1 11rem"
        aria-label={`Value${of}`}
        placeholder={row.isStored ? 'new value' : 'value'}
        value={row.value}
        error={error}
        disabled={disabled}
        maxLength={8000}
        spellCheck={false}
        autoComplete="new-password"
        onChange={(event) => change({ ...row, value: event.currentTarget.value })}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        mt={4}
        disabled={disabled}
        onClick={takeAway}
        aria-label={
          canKeep ? `Keep ${row.name} as it is` : `Remove ${of === '' ? `this ${one}` : row.name.trim()}`
        }
      >
        {canKeep ? <Undo2 size={16} /> : <Trash2 size={16} />}
      </ActionIcon>
    </Group>
  );
}
