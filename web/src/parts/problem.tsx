import { Alert, Button, Group, List, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.ts';

/** What went wrong, what to do about it, and a way to try again. */
export function Problem({
  error,
  retry,
}: {
  readonly error: unknown;
  readonly retry?: () => void;
}): ReactNode {
  const problem = error instanceof ApiProblem ? error : undefined;
  return (
    <Alert
      color="red"
      role="alert"
      icon={<CircleAlert size={18} />}
      title={problem?.message ?? 'Something went wrong on this page.'}
    >
      {problem?.hint !== undefined && <Text size="sm">{problem.hint}</Text>}
      {problem !== undefined && problem.errors.length > 0 && (
        <List size="sm" mt="xs">
          {problem.errors.map(({ pointer, message, line, suggestion }) => (
            <List.Item key={`${pointer ?? ''} ${message}`}>
              {line !== undefined && `Line ${line}: `}
              {pointer !== undefined && pointer !== '' && `${pointer}: `}
              {message}
              {suggestion !== undefined && ` ${suggestion}`}
            </List.Item>
          ))}
        </List>
      )}
      {retry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        </Group>
      )}
    </Alert>
  );
}
