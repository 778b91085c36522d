import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Says that something was done, in the corner of the page. */
export function announce(title: string, message: string): void {
  notifications.show({
    color: 'green',
    title,
    message: (
      <Text size="sm" c="var(--mantine-color-text)">
        {message}
      </Text>
    ),
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}
