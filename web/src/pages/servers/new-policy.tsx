import { Button, Group, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Policy } from '../../api/policies.ts';
import { faultOfName } from '../../api/policy-list.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { keepSeed } from '../../builder/template.ts';
import { Dialog } from '../../parts/dialog.tsx';

const STARTS = [
  {
    value: 'recommended',
    label: 'What is recommended for this server',
    description: 'Reading is allowed, writing is capped, destroying is hidden, money waits for a person.',
  },
  { value: 'deny', label: 'Empty', description: 'Every call is denied until you allow something.' },
  { value: 'seed', label: 'A policy that I have', description: 'Paste its JSON.' },
] as const;

/** Asks what a new policy is called and what it begins with; the builder goes on from there. Nothing is kept before that. */
export function NewPolicy({
  server,
  taken,
  opened,
  onClose,
}: {
  readonly server: GovernedServer;
  readonly taken: readonly Policy[];
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog opened={opened} onClose={onClose} title="New policy" size="lg">
      <NewPolicyForm server={server} taken={taken} />
    </Dialog>
  );
}

function NewPolicyForm({
  server,
  taken,
}: {
  readonly server: GovernedServer;
  readonly taken: readonly Policy[];
}): ReactNode {
  const [, go] = useLocation();
  const form = useForm({
    initialValues: { name: taken.length === 0 ? 'main' : '', start: 'recommended', text: '' },
    validate: {
      name: (name) => faultOfName(name, taken) ?? null,
      text: (text, { start }) => (start === 'seed' ? textFault(text) : null),
    },
  });
  return (
    <form
      onSubmit={form.onSubmit(({ name, start, text }) => {
        if (start === 'seed') keepSeed(text);
        go(`/servers/${encodeURIComponent(server.id)}/policies/${name}?template=${start}`);
      })}
    >
      <Stack>
        <TextInput
          label="Name"
          description="Small letters, digits and hyphens. It stands in the log and cannot be changed."
          required
          data-autofocus
          maxLength={63}
          spellCheck={false}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Radio.Group label="Begin with" {...form.getInputProps('start')}>
          <Stack gap="xs" mt={6}>
            {STARTS.map((start) => (
              <Radio key={start.value} {...start} />
            ))}
          </Stack>
        </Radio.Group>
        {form.values.start === 'seed' && (
          <Textarea
            label="Policy"
            required
            autosize
            minRows={6}
            maxRows={16}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            placeholder={'{ "version": "1", "default": "deny" }'}
            {...form.getInputProps('text')}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit">Go on to the builder</Button>
        </Group>
      </Stack>
    </form>
  );
}

function textFault(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : 'A policy is a JSON object.';
  } catch {
    return 'This is no JSON.';
  }
}
