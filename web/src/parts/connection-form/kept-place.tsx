import { Alert, Button, Code, Group, Input, Stack, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** The program or address that the gateway has, as far as it may be shown, and the way to give another one. */
export function KeptPlace({
  title,
  text,
  change,
  disabled,
}: {
  readonly title: string;
  readonly text: string;
  readonly change: () => void;
  readonly disabled: boolean;
}): ReactNode {
  return (
    <div>
      <Input.Label labelElement="div">{title}</Input.Label>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Code style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>{text}</Code>
        <Button size="compact-sm" variant="default" disabled={disabled} onClick={change}>
          Change
        </Button>
      </Group>
    </div>
  );
}

/** What follows from another place, said before it is saved. */
export function OtherPlace({
  back,
  what,
}: {
  readonly back: () => void;
  readonly what: 'address' | 'program';
}): ReactNode {
  return (
    <Alert
      role="status"
      icon={<TriangleAlert size={18} aria-hidden />}
      title="This will be another server"
      styles={{
        root: { background: 'var(--tg-medium-ground)' },
        title: { color: 'var(--tg-medium)', fontWeight: 650 },
        icon: { color: 'var(--tg-medium)' },
        message: { color: 'var(--mantine-color-text)' },
      }}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          Secrets that were given for the {what} before are not sent to another one: give each value below
          again, or remove it. An OAuth connection is forgotten.
        </Text>
        <Button size="xs" variant="default" onClick={back}>
          Keep the {what}
        </Button>
      </Stack>
    </Alert>
  );
}
