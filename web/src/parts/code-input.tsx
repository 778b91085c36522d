import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';

const DIGITS = 6;

/** One field for the six digits of an authenticator: it takes what is pasted, and goes on by itself when all are there. */
export function CodeInput({
  value,
  onChange,
  onComplete,
}: {
  readonly value: string;
  readonly onChange: (code: string) => void;
  readonly onComplete: (code: string) => void;
}): ReactNode {
  return (
    <TextInput
      label="Code"
      description="Six digits, new every 30 seconds."
      inputMode="numeric"
      autoComplete="one-time-code"
      placeholder="000000"
      required
      data-autofocus
      autoFocus
      value={value}
      styles={{
        input: {
          fontFamily: 'var(--mantine-font-family-monospace)',
          letterSpacing: '0.3em',
          maxWidth: '11rem',
        },
      }}
      onChange={(event) => {
        const code = event.currentTarget.value.replaceAll(/\D/g, '').slice(0, DIGITS);
        onChange(code);
        if (code.length === DIGITS && code !== value) onComplete(code);
      }}
    />
  );
}
