import { Group, Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';

/** How long something is to be valid, as it is chosen in a form. */
export interface Expiry {
  /** Days, `never`, `date`, or `kept`: as it is. */
  readonly life: string;
  /** The last day, for `date`. */
  readonly date: string;
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

/** The end of a day where the person is, in milliseconds; not a number for what is no day. */
function endOfDay(date: string): number {
  return Date.parse(`${date}T23:59:59`);
}

/** When it ends, as the API takes it; null for never, undefined where it stays as it is. */
export function endOf({ life, date }: Expiry): string | null | undefined {
  if (life === 'kept') return undefined;
  if (life === 'never') return null;
  const at = life === 'date' ? endOfDay(date) : Date.now() + Number(life) * DAY_MS;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** What is wrong with a last day before anything is sent. */
export function faultOfDate(date: string, { life }: Expiry): string | null {
  return life === 'date' && !(endOfDay(date) > Date.now()) ? 'Choose a day that is not over.' : null;
}

/** Asks when something ends. */
export function ExpiryFields<Values extends Expiry>({
  form,
  expiresAt,
  ifNever,
}: {
  readonly form: UseFormReturnType<Values>;
  /** When it ends now. */
  readonly expiresAt?: string | undefined;
  /** Said where it is to end never. */
  readonly ifNever?: string;
}): ReactNode {
  const { life } = form.values;
  const now = expiresAt !== undefined && {
    value: 'kept',
    label: `As it is: ${new Date(expiresAt).toLocaleString()}`,
  };
  return (
    <Group align="flex-start" grow>
      <Select
        label="Expires"
        allowDeselect={false}
        data={now ? [now, ...LIVES] : LIVES}
        {...form.getInputProps('life')}
        {...(life === 'never' && ifNever !== undefined && { description: ifNever })}
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
  );
}
