import { NumberInput, TextInput, type NumberInputProps, type TextInputProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface Committed<T> {
  /** Takes the value over; says what is wrong with it otherwise. */
  readonly commit: (value: T) => string | undefined;
}

/** A text that counts as soon as the policy can take it; until then it stays as it was typed, with what is wrong. */
export function TextField({
  value,
  commit,
  ...props
}: Omit<TextInputProps, 'value' | 'onChange' | 'error'> &
  Committed<string> & { readonly value: string }): ReactNode {
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  return (
    <TextInput
      {...props}
      value={typed ?? value}
      error={error}
      onChange={({ currentTarget }) => {
        const next = currentTarget.value;
        const wrong = commit(next);
        setTyped(next);
        setError(wrong);
      }}
      onBlur={() => {
        if (error === undefined) setTyped(undefined);
      }}
    />
  );
}

/** The same for a number. */
export function NumberField({
  value,
  commit,
  ...props
}: Omit<NumberInputProps, 'value' | 'onChange' | 'error'> &
  Committed<number> & { readonly value: number | undefined }): ReactNode {
  const [typed, setTyped] = useState<number | string>();
  const [error, setError] = useState<string>();
  return (
    <NumberInput
      {...props}
      value={typed ?? value ?? ''}
      error={error}
      onChange={(next) => {
        setTyped(next);
        setError(typeof next === 'number' ? commit(next) : 'A number is needed.');
      }}
      onBlur={() => {
        if (error === undefined) setTyped(undefined);
      }}
    />
  );
}
