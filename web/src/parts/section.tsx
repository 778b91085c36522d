import { Box, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** One subject of a tab: what it is, what it is good for, and what can be done about it. */
export function Section({
  title,
  lead,
  action,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <Stack component="section" gap="sm" aria-label={title}>
      <Group justify="space-between" align="flex-start">
        <Box flex="1 1 20rem">
          <Title order={2} size="h4">
            {title}
          </Title>
          {lead !== undefined && (
            <Text c="dimmed" size="sm" maw="70ch">
              {lead}
            </Text>
          )}
        </Box>
        {action}
      </Group>
      {children}
    </Stack>
  );
}

/** A section whose content stands on a sheet of its own, such as a form. */
export function Sheet({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Section title={title} lead={lead}>
      <Paper withBorder p="md">
        {children}
      </Paper>
    </Section>
  );
}
