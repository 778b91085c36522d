import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

/** A moment in the time of this place, to the minute; outside it is ISO 8601 in UTC. */
export function TimeField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}): ReactNode {
  return (
    <TextInput
      label={label}
      type="datetime-local"
      value={value === undefined ? '' : localTime(value)}
      onChange={({ currentTarget: { value: local } }) => {
        const at = Date.parse(local);
        onChange(Number.isNaN(at) ? undefined : new Date(at).toISOString());
      }}
    />
  );
}

/** As the field wants it. */
function localTime(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
