import { TextInput, type TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';

/** Shown to the first person, where others can reach the gateway too: proves that they have seen how it was started. */
export function SetupCodeInput(props: Pick<TextInputProps, 'value' | 'onChange' | 'error'>): ReactNode {
  return (
    <TextInput
      label="Setup code"
      description="The first account administers this gateway. The code stands where it was started, below the address of this page."
      autoComplete="off"
      spellCheck={false}
      required
      maxLength={64}
      {...props}
    />
  );
}
