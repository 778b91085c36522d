import { Center, Loader, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that something is on its way. */
export function Waiting({ children }: { readonly children?: ReactNode }): ReactNode {
  return (
    <Center mih={120}>
      <Stack
        align="center"
        gap="xs"
        role="status"
        aria-label={children === undefined ? 'Loading' : undefined}
      >
        <Loader size="sm" aria-hidden />
        {children !== undefined && (
          <Text size="sm" c="dimmed">
            {children}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
