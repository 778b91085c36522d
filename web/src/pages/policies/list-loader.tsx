import { Group, Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says what is waited for. */
export function ListLoader({ label }: { readonly label: string }): ReactNode {
  return (
    <Group p="xl" justify="center" role="status">
      <Loader size="sm" aria-hidden />
      <Text size="sm">{label}…</Text>
    </Group>
  );
}
