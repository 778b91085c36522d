import { Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import { useCreateApiKey, type ApiKey } from '../../api/people.ts';
import { endOf, ExpiryFields, faultOfDate, type Expiry } from '../../parts/expiry.tsx';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { useSignedIn } from '../../shell/rights.tsx';
import { ChoiceGroups } from './choice-groups.tsx';
import { PRESETS, SCOPE_GROUPS } from './scopes.ts';

interface Values extends Expiry {
  readonly label: string;
  readonly scopes: string[];
}

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
      date: faultOfDate,
    },
  });
  const send = ({ label, scopes, ...expiry }: Values): void => {
    const end = endOf(expiry);
    create.mutate(
      {
        label: label.trim(),
        scopes,
        ...(typeof end === 'string' && { expiresAt: end }),
      },
      {
        onSuccess: onMade,
        onError: (error) => {
          const { expiresAt, ...faults } = faultsByField(error);
          form.setErrors({ ...faults, ...(expiresAt !== undefined && { life: expiresAt }) });
        },
      },
    );
  };
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
        <ExpiryFields form={form} ifNever="It works until somebody revokes it." />
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
