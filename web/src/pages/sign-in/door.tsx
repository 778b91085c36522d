import { Anchor, Center, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands around the pages before one is signed in. */
export function Door({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={400} gap="md">
        <Anchor href="/" underline="never" c="inherit" fw={700}>
          Toolgate
        </Anchor>
        <Paper withBorder p="lg" radius="md">
          <Stack>
            <div>
              <Title order={1} size="h3">
                {title}
              </Title>
              {lead !== undefined && (
                <Text c="dimmed" size="sm" mt={4}>
                  {lead}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
