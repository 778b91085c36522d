import { Button, Fieldset, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { useCreateApiKey, type ApiKey } from '../../api/people.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { useSignedIn } from '../../shell/rights.tsx';
import { ChoiceGroups } from './choice-groups.tsx';
import { PRESETS, SCOPE_GROUPS } from './scopes.ts';

interface Values {
  readonly label: string;
  readonly scopes: string[];
  /** Days, `never`, or `date`. */
  readonly life: string;
  readonly date: string;
}

const DAY_MS = 86_400_000;
const LIVES = [
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'On a date' },
  { value: 'never', label: 'Never' },
];
const FIELDS = ['label', 'scopes', 'expiresAt'];

/** Says what a new key is for, what it may do and how long. */
export function KeyForm({
  onMade,
}: {
  readonly onMade: (made: { readonly key: ApiKey; readonly token: string }) => void;
}): ReactNode {
  const create = useCreateApiKey();
  const form = useForm<Values>({
    initialValues: { label: '', scopes: [], life: '90', date: '' },
    validate: {
      scopes: (scopes) => (scopes.length === 0 ? 'Choose at least one.' : null),
      date: (date, { life }) =>
        life === 'date' && !(endOf('date', date) > Date.now()) ? 'Choose a day that is not over.' : null,
    },
  });
  const send = ({ label, scopes, life, date }: Values): void =>
    create.mutate(
      {
        label: label.trim(),
        scopes,
        ...(life !== 'never' && { expiresAt: new Date(endOf(life, date)).toISOString() }),
      },
      {
        onSuccess: onMade,
        onError: (error) => {
          const { expiresAt, ...faults } = faultsByField(error);
          form.setErrors({ ...faults, ...(expiresAt !== undefined && { life: expiresAt }) });
        },
      },
    );
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <TextInput
          label="What it is for"
          placeholder="Deploy pipeline"
          required
          data-autofocus
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('label')}
        />
        <Scopes
          chosen={form.values.scopes}
          error={form.errors['scopes']}
          onChange={(scopes) => form.setFieldValue('scopes', scopes)}
        />
        <Expiry form={form} />
        <FormProblem error={create.error} fields={FIELDS} />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Expiry({ form }: { readonly form: UseFormReturnType<Values> }): ReactNode {
  return (
    <Group align="flex-start" grow>
      <Select
        label="Expires"
        allowDeselect={false}
        data={LIVES}
        {...form.getInputProps('life')}
        {...(form.values.life === 'never' && {
          description: 'It works until somebody revokes it.',
        })}
      />
      {form.values.life === 'date' && (
        <TextInput
          label="Last day"
          type="date"
          required
          min={new Date().toISOString().slice(0, 10)}
          {...form.getInputProps('date')}
        />
      )}
    </Group>
  );
}

function Scopes({
  chosen,
  error,
  onChange,
}: {
  readonly chosen: string[];
  readonly error: ReactNode;
  readonly onChange: (scopes: string[]) => void;
}): ReactNode {
  const { rights } = useSignedIn();
  const groups = SCOPE_GROUPS.map(({ noun, choices }) => ({
    noun,
    choices: choices.filter(({ value }) => rights.includes(value)),
  })).filter(({ choices }) => choices.length > 0);
  return (
    <Fieldset legend="What it may do">
      <Stack gap="sm">
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            Usual choices:
          </Text>
          {PRESETS.map(({ label, scopes }) => (
            <Button
              key={label}
              size="compact-sm"
              variant="default"
              onClick={() => onChange(scopes.filter((scope) => rights.includes(scope)))}
            >
              {label}
            </Button>
          ))}
        </Group>
        <ChoiceGroups
          label="What it may do"
          description="Never more than you may do yourself."
          groups={groups}
          chosen={chosen}
          error={error}
          onChange={onChange}
        />
      </Stack>
    </Fieldset>
  );
}

/** When a key stops working: after so many days, or at the end of the day that was chosen, where the person is. */
function endOf(life: string, date: string): number {
  if (life !== 'date') return Date.now() + Number(life) * DAY_MS;
  return Date.parse(`${date}T23:59:59`);
}
