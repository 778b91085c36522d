import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useChangeServer, useStartConsent, type GovernedServer } from '../../api/servers.ts';
import { ConnectionForm } from '../../parts/connection-form/connection-form.tsx';
import {
  connectionEdit,
  connectionErrors,
  keptConnection,
  missingIn,
  type ConnectionErrors,
} from '../../parts/connection-form/connection-value.ts';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../shell/rights.tsx';
import classes from './start.module.css';

interface TroubleProps {
  readonly server: GovernedServer;
  readonly error: unknown;
  readonly isAsking: boolean;
  readonly askAgain: () => void;
}

/** Why a server does not tell its tools, and its connection to be put right on the spot. */
export function ServerTrouble(props: TroubleProps): ReactNode {
  const { server, error, isAsking, askAgain } = props;
  const mayEdit = useMay('servers:write') && server.managed;
  const { kind, state } = server.credential;
  const needsConsent = kind === 'oauth' && state !== 'connected';
  return (
    <Stack>
      {needsConsent ? <Consent {...props} /> : <Problem error={error} />}
      {!mayEdit && (
        <>
          <Text size="sm">
            {server.managed
              ? 'An administrator can change how it is reached.'
              : 'It is declared in the configuration file of the gateway; the operator changes it there.'}
          </Text>
          <div>
            <Button variant="default" loading={isAsking} onClick={askAgain}>
              Ask again
            </Button>
          </div>
        </>
      )}
      {mayEdit && <EditInPlace {...props} />}
    </Stack>
  );
}

/** The login opens in a window of its own, so that this page is still here afterwards. */
function Consent({ server, isAsking, askAgain }: TroubleProps): ReactNode {
  const start = useStartConsent(server.id);
  const mayConnect = useMay('servers:write') && server.managed;
  return (
    <Alert color="gate" title="The server wants a person to log in">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          The gateway then calls it in your name. The login is on the pages of the server; come back here when
          you are done.
        </Text>
        {mayConnect && start.data === undefined && (
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            Prepare the login
          </Button>
        )}
        {start.data !== undefined && (
          <>
            <Anchor href={start.data.url} target="_blank" rel="noreferrer">
              Open the login in a new window
            </Anchor>
            <Button variant="default" loading={isAsking} onClick={askAgain}>
              I have logged in
            </Button>
          </>
        )}
        {start.error !== null && <Problem error={start.error} />}
      </Stack>
    </Alert>
  );
}

function EditInPlace({ server, isAsking, askAgain }: TroubleProps): ReactNode {
  const { connection } = server;
  const [value, setValue] = useState(() => keptConnection(connection));
  const [missing, setMissing] = useState<ConnectionErrors>({});
  const change = useChangeServer(server.id);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = missingIn(value);
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    const edit = connectionEdit(connection, value);
    if (edit === undefined) askAgain();
    else change.mutate({ connection: edit }, { onSuccess: askAgain });
  };
  const faults = connectionErrors(change.error);
  return (
    <form onSubmit={submit} noValidate className={classes['card']} aria-label="How the server is reached">
      <Stack>
        <ConnectionForm
          value={value}
          onChange={(next) => {
            setValue(next);
            setMissing({});
          }}
          errors={{ ...faults, ...missing }}
          disabled={change.isPending}
          kept={connection}
        />
        {change.error !== null && Object.keys(faults).length === 0 && <Problem error={change.error} />}
        <div>
          <Button type="submit" loading={change.isPending || isAsking}>
            Save and ask again
          </Button>
        </div>
      </Stack>
    </form>
  );
}
