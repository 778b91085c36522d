import { Checkbox, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface ChoiceGroup {
  readonly noun: string;
  readonly choices: readonly { readonly value: string; readonly text: string }[];
}

/** Boxes to tick, grouped by what they are about: in plain words, with the name that the API has for each. */
export function ChoiceGroups({
  label,
  description,
  groups,
  chosen,
  error,
  onChange,
}: {
  readonly label: string;
  readonly description?: string;
  readonly groups: readonly ChoiceGroup[];
  readonly chosen: string[];
  readonly error: ReactNode;
  readonly onChange: (chosen: string[]) => void;
}): ReactNode {
  return (
    <Checkbox.Group
      aria-label={label}
      value={chosen}
      onChange={onChange}
      error={error}
      description={description}
    >
      <Stack gap="md" mt="xs">
        {groups.map(({ noun, choices }) => (
          <Stack key={noun} gap={6} role="group" aria-label={noun}>
            <Text size="sm" fw={650} aria-hidden>
              {noun}
            </Text>
            {choices.map(({ value, text }) => (
              <Checkbox
                key={value}
                value={value}
                label={text}
                description={<span className="mono">{value}</span>}
              />
            ))}
          </Stack>
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
