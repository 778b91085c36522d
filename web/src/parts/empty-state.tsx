import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands where there is nothing yet: what would be here, and how it gets there. */
export function EmptyState({
  title,
  children,
  action,
  order = 2,
}: {
  readonly title: string;
  /** Level of its heading: 1 where it is the whole page. */
  readonly order?: 1 | 2;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder p="xl" radius="md">
      <Stack align="center" gap="xs">
        <Title order={order} size="h4">
          {title}
        </Title>
        <Text c="dimmed" ta="center" maw="52ch">
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  );
}
