import { Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import type { Grant } from '../../api/grants.ts';
import { faultsByField } from '../../parts/form-problem.tsx';

/** A grant as it is typed. */
export interface GrantValues {
  readonly label: string;
  /** Empty for none. */
  readonly policy: string;
  /** Days, `never`, `date`, or `kept`. */
  readonly life: string;
  readonly date: string;
  /** One a line, or separated by commas. */
  readonly addresses: string;
}

const DAY_MS = 86_400_000;
const LIVES = [
  { value: 'never', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'date', label: 'On a date' },
];

/** What a form for a new grant begins with. */
export function newGrant(policies: readonly string[]): GrantValues {
  return { label: '', policy: policies[0] ?? '', life: 'never', date: '', addresses: '' };
}

/** What a form for a grant that there is begins with. */
export function knownGrant({ label, policy = '', expiresAt, addresses = [] }: Grant): GrantValues {
  return {
    label,
    policy,
    life: expiresAt === undefined ? 'never' : 'kept',
    date: '',
    addresses: addresses.join('\n'),
  };
}

/** When a grant ends; null for never, undefined where it stays as it is. */
export function endOf({ life, date }: GrantValues): string | null | undefined {
  if (life === 'kept') return undefined;
  if (life === 'never') return null;
  const at = life === 'date' ? Date.parse(`${date}T23:59:59`) : Date.now() + Number(life) * DAY_MS;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** Addresses as they are typed. */
export function addressesIn({ addresses }: GrantValues): readonly string[] {
  return addresses.split(/[\s,;]+/).filter((one) => one !== '');
}

/** What can be seen to be wrong before anything is sent. */
export const GRANT_RULES = {
  label: (label: string) => (label.trim() === '' ? 'Say what it is for.' : null),
  date: (date: string, { life }: GrantValues) =>
    life === 'date' && !(Date.parse(`${date}T23:59:59`) > Date.now())
      ? 'Choose a day that is not over.'
      : null,
};

/** Faults of the API, by the fields of the form; of several addresses the one is named that is wrong. */
export function grantFaults(error: unknown, values: GrantValues): Readonly<Record<string, string>> {
  const { expiresAt, ...rest } = faultsByField(error);
  const errors = error instanceof ApiProblem ? error.errors : [];
  const [, index] = errors.map(({ pointer = '' }) => /^\/addresses\/(\d+)/.exec(pointer)).find(Boolean) ?? [];
  const address = index === undefined ? undefined : addressesIn(values)[Number(index)];
  return {
    ...rest,
    ...(expiresAt !== undefined && { life: expiresAt }),
    ...(address !== undefined && { addresses: `${address} is no address and no range.` }),
  };
}

export const GRANT_FIELDS = ['label', 'policy', 'expiresAt', 'addresses'];

/** The fields of a grant. */
export function GrantFields({
  form,
  policies,
  expiresAt,
  isPolicyOnly = false,
}: {
  readonly form: UseFormReturnType<GrantValues>;
  readonly policies: readonly string[];
  /** When it ends now. */
  readonly expiresAt?: string | undefined;
  /** For those who may change nothing else. */
  readonly isPolicyOnly?: boolean;
}): ReactNode {
  const { life, policy } = form.values;
  const choices = policies.includes(policy) || policy === '' ? policies : [policy, ...policies];
  return (
    <Stack>
      {!isPolicyOnly && (
        <TextInput
          label="Which agent or automation it is for"
          description="It stands in the log beside every call."
          placeholder="Newsletter agent"
          required
          data-autofocus
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('label')}
        />
      )}
      <Select
        label="Policy"
        allowDeselect={false}
        data={[
          ...choices.map((name) => ({ value: name, label: name })),
          { value: '', label: 'None: every call is denied' },
        ]}
        {...form.getInputProps('policy')}
      />
      {!isPolicyOnly && (
        <>
          <Group align="flex-start" grow>
            <Select
              label="Expires"
              allowDeselect={false}
              data={
                expiresAt === undefined
                  ? LIVES
                  : [{ value: 'kept', label: `As it is: ${new Date(expiresAt).toLocaleString()}` }, ...LIVES]
              }
              {...form.getInputProps('life')}
            />
            {life === 'date' && (
              <TextInput
                label="Last day"
                type="date"
                required
                min={new Date().toISOString().slice(0, 10)}
                {...form.getInputProps('date')}
              />
            )}
          </Group>
          <Textarea
            label="Only from these addresses"
            description="Addresses or ranges, one a line. Left empty: from everywhere."
            placeholder={'203.0.113.7\n198.51.100.0/24'}
            autosize
            minRows={1}
            maxRows={6}
            spellCheck={false}
            {...form.getInputProps('addresses')}
          />
        </>
      )}
    </Stack>
  );
}
