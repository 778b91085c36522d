import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { inertName } from './inert.ts';

interface FilterSelectProps {
  readonly label?: string;
  readonly 'aria-label'?: string;
  readonly w?: number;
  /** What is said where nothing is chosen. */
  readonly all: string;
  readonly data: readonly { readonly value: string; readonly label: string }[];
  readonly value: string | undefined;
  readonly onChange: (chosen: string | undefined) => void;
}

/**
 * One of a list to filter by, or all. The browser's own list: it is there at once, and at home on a phone. What is chosen stays to be seen
 * where the list has it no more.
 */
export function FilterSelect({ all, data, value, onChange, ...others }: FilterSelectProps): ReactNode {
  const isListed = value === undefined || data.some((one) => one.value === value);
  return (
    <NativeSelect
      {...others}
      data={[
        { value: '', label: all },
        ...data,
        ...(isListed ? [] : [{ value, label: inertName(value, 120) }]),
      ]}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : currentTarget.value)}
    />
  );
}
