import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import {
  useCheckConnection,
  useCreateServer,
  type GovernedServer,
  type ServerCheck,
} from '../../api/servers.ts';
import { ConnectionForm } from '../../parts/connection-form/connection-form.tsx';
import {
  connectionBody,
  connectionErrors,
  missingIn,
  NEW_CONNECTION,
  type ConnectionErrors,
  type ConnectionValue,
} from '../../parts/connection-form/connection-value.ts';
import { inert } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import classes from './start.module.css';

/** A server by its address or command. It is asked before it is saved; one that does not answer can be added all the same. */
export function ConnectionTab({
  onAdded,
}: {
  readonly onAdded: (server: GovernedServer) => void;
}): ReactNode {
  const [name, setName] = useState('');
  const [value, setValue] = useState<ConnectionValue>(NEW_CONNECTION);
  const [missing, setMissing] = useState<ConnectionErrors>({});
  const check = useCheckConnection();
  const create = useCreateServer();
  const isPending = check.isPending || create.isPending;
  const error = create.error ?? check.error;
  const change = (next: ConnectionValue): void => {
    setValue(next);
    setMissing({});
    // what was said of another connection says nothing of this one
    check.reset();
    create.reset();
  };
  const save = (): void =>
    create.mutate(
      { name: name.trim() === '' ? nameFor(value) : name.trim(), connection: connectionBody(value) },
      { onSuccess: onAdded },
    );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = missingIn(value);
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    // before somebody has agreed, a login can only fail
    if (value.kind !== 'stdio' && value.login === 'given') return save();
    check.mutate(connectionBody(value), { onSuccess: ({ ok }) => ok && save() });
  };
  return (
    <form onSubmit={submit} noValidate className={classes['card']}>
      <Stack>
        <TextInput
          label="Name"
          description="How people see it here. Left out, it is named after its address or command."
          maxLength={100}
          value={name}
          disabled={isPending}
          error={faultOfName(error)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ConnectionForm
          value={value}
          onChange={change}
          errors={{ ...connectionErrors(error), ...missing }}
          disabled={isPending}
        />
        <div aria-live="polite">
          {check.data?.ok === false && !create.isPending && <Failed check={check.data} addAnyway={save} />}
        </div>
        {error !== null && !isSaidBesideFields(error) && <Problem error={error} />}
        <Group>
          <Button type="submit" loading={isPending}>
            {check.data?.ok === false ? 'Try again' : 'Check and add'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Failed({
  check: { reason, hint },
  addAnyway,
}: {
  readonly check: ServerCheck;
  readonly addAnyway: () => void;
}): ReactNode {
  return (
    <Alert color="red" title="The server does not answer">
      <Text size="sm">{inert(reason ?? 'It is not known why.', 500)}</Text>
      {hint !== undefined && <Text size="sm">{hint}</Text>}
      <Button size="xs" variant="default" mt="sm" onClick={addAnyway}>
        Add it all the same
      </Button>
    </Alert>
  );
}

/** A name that people recognise. */
function nameFor({ kind, url, command, args }: ConnectionValue): string {
  if (kind !== 'stdio') return URL.canParse(url.trim()) ? new URL(url.trim()).hostname : 'server';
  const words = [command, ...args.split('\n')].map((word) => word.trim()).filter((word) => word !== '');
  // what a runner runs says more than the runner
  const named = words.slice(1).find((word) => !word.startsWith('-'));
  const isRunner = /^(?:npx|uvx|bunx|pnpx|node|python3?|deno|bun)$/.test(words[0] ?? '');
  const chosen = (isRunner ? named : undefined) ?? words[0] ?? 'server';
  return (/[^/\\]+$/.exec(chosen)?.[0] ?? chosen).slice(0, 100);
}

function faultOfName(error: Error | null): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  return error.errors.find(({ pointer }) => pointer === '/name')?.message;
}

function isSaidBesideFields(error: Error): boolean {
  return (
    error instanceof ApiProblem &&
    error.errors.length > 0 &&
    error.errors.every(({ pointer = '' }) => pointer === '/name' || pointer.startsWith('/connection'))
  );
}
