import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { inert } from './inert.ts';

const WRAPPED = { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } as const;

/** What a server says of its tool. It is data, and said to be nobody else's word. */
export function ServerWords({
  title,
  description,
}: {
  readonly title?: string | undefined;
  readonly description: string | undefined;
}): ReactNode {
  return (
    <div>
      <Text size="xs" c="dimmed">
        In the words of the server, which nobody has checked
      </Text>
      {title !== undefined && (
        <Text size="sm" fw={650}>
          <bdi>{inert(title, 300)}</bdi>
        </Text>
      )}
      {description !== undefined && (
        <Text size="sm" style={WRAPPED}>
          <bdi>{inert(description, 8_000)}</bdi>
        </Text>
      )}
    </div>
  );
}
