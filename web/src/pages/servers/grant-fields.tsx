import { Select, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import type { Grant } from '../../api/grants.ts';
import { ExpiryFields, faultOfDate, type Expiry } from '../../parts/expiry.tsx';
import { faultsByField } from '../../parts/form-problem.tsx';

/** A grant as it is typed. */
export interface GrantValues extends Expiry {
  readonly label: string;
  /** Empty for none. */
  readonly policy: string;
  /** One a line, or separated by commas. */
  readonly addresses: string;
}

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

/** Addresses as they are typed. */
export function addressesIn({ addresses }: GrantValues): readonly string[] {
  return addresses.split(/[\s,;]+/).filter((one) => one !== '');
}

/** What can be seen to be wrong before anything is sent. */
export const GRANT_RULES = {
  label: (label: string) => (label.trim() === '' ? 'Say what it is for.' : null),
  date: faultOfDate,
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
  const { policy } = form.values;
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
          <ExpiryFields form={form} expiresAt={expiresAt} />
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
