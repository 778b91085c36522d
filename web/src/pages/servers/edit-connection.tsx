import { Button, Group, Stack } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useChangeServer, type GovernedServer } from '../../api/servers.ts';
import { ConnectionForm } from '../../parts/connection-form/connection-form.tsx';
import {
  connectionEdit,
  connectionErrors,
  keptConnection,
  missingIn,
  type ConnectionErrors,
  type ConnectionValue,
} from '../../parts/connection-form/connection-value.ts';
import { Problem } from '../../parts/problem.tsx';

/** Changes how a server is reached. Nothing of what is kept is shown, and nothing of it is lost unless it is given anew. */
export function EditConnection({
  server,
  onSaved,
  onCancel,
}: {
  readonly server: GovernedServer;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}): ReactNode {
  const { connection: kept } = server;
  const [value, setValue] = useState<ConnectionValue>(() => keptConnection(kept));
  const [missing, setMissing] = useState<ConnectionErrors>({});
  const change = useChangeServer(server.id);
  const errors = { ...connectionErrors(change.error), ...missing };
  const save = (): void => {
    const found = missingIn(value);
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    const edit = connectionEdit(kept, value);
    if (edit === undefined) onCancel();
    else change.mutate({ connection: edit }, { onSuccess: onSaved });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack>
        <ConnectionForm
          value={value}
          onChange={(next) => {
            setValue(next);
            setMissing({});
          }}
          errors={errors}
          disabled={change.isPending}
          kept={kept}
        />
        {change.error && Object.keys(connectionErrors(change.error)).length === 0 && (
          <Problem error={change.error} />
        )}
        <Group justify="flex-end">
          <Button variant="default" disabled={change.isPending} onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Save and check
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
