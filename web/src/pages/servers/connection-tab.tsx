import { Button, Group, Stack, Text } from '@mantine/core';
import { Pencil, PlugZap } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useCheckServer, type GovernedServer } from '../../api/servers.ts';
import { Fact, Facts } from '../../parts/facts.tsx';
import { inert } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Sheet } from '../../parts/section.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay } from '../../shell/rights.tsx';
import { CheckResult } from './check-result.tsx';
import { DeclaredNote } from './declared-note.tsx';
import { EditConnection } from './edit-connection.tsx';
import { OAuthPanel } from './oauth-panel.tsx';
import { credentialWord, transportWord } from './server-state.tsx';

/** How the server is reached and with what: as far as it may be shown, and the way to change it. */
export default function ConnectionTab({ server }: { readonly server: GovernedServer }): ReactNode {
  const [isEditing, setIsEditing] = useState(false);
  const mayChange = useMay('servers:write') && server.managed;
  // whoever may write policies may also ask a server
  const mayAsk = useMay('policies:write');
  const check = useCheckServer(server.id);
  return (
    <Stack gap="lg">
      {!server.managed && <DeclaredNote />}
      {server.credential.state === 'unreadable' && (
        <Notice tone="critical" title="The credentials cannot be decrypted">
          <Text size="sm">
            The key that they were encrypted with is not here. Whoever runs the gateway can put it back; else
            remove the server and add it again.
          </Text>
        </Notice>
      )}
      {server.credential.kind === 'oauth' && <OAuthPanel server={server} />}
      <Sheet
        title={isEditing ? 'Change the connection' : 'Connection'}
        lead={isEditing ? 'What you do not give anew stays as it is.' : 'Values of secrets are never shown.'}
      >
        {isEditing ? (
          <EditConnection
            server={server}
            onCancel={() => setIsEditing(false)}
            onSaved={() => {
              setIsEditing(false);
              check.mutate();
            }}
          />
        ) : (
          <Stack>
            <KnownConnection server={server} />
            <Group>
              {mayChange && server.credential.state !== 'unreadable' && (
                <Button
                  variant="default"
                  leftSection={<Pencil size={16} aria-hidden />}
                  onClick={() => setIsEditing(true)}
                >
                  Change
                </Button>
              )}
              {mayAsk && (
                <Button
                  variant="default"
                  leftSection={<PlugZap size={16} aria-hidden />}
                  loading={check.isPending}
                  onClick={() => check.mutate()}
                >
                  Check the connection
                </Button>
              )}
            </Group>
          </Stack>
        )}
      </Sheet>
      <div aria-live="polite">
        {check.error && <Problem error={check.error} retry={() => check.mutate()} />}
        {check.data !== undefined && !check.isPending && !isEditing && <CheckResult check={check.data} />}
      </div>
    </Stack>
  );
}

function KnownConnection({ server }: { readonly server: GovernedServer }): ReactNode {
  const { url, command, args = [], cwd, env = [], headers = [], oauth } = server.connection;
  return (
    <Facts>
      <Fact name="Speaks">{transportWord(server.kind)}</Fact>
      {url !== undefined && (
        <Fact name="Address">
          <span className="mono">{inert(url, 2_000)}</span>
        </Fact>
      )}
      {command !== undefined && (
        <Fact name="Command">
          <span className="mono">{inert([command, ...args].join(' '), 2_000)}</span>
        </Fact>
      )}
      {cwd !== undefined && (
        <Fact name="Folder">
          <span className="mono">{inert(cwd, 1_000)}</span>
        </Fact>
      )}
      <Fact name="Credential">{credentialWord(server)}</Fact>
      {headers.length > 0 && (
        <Fact name="Headers">
          <Names names={headers} />
        </Fact>
      )}
      {env.length > 0 && (
        <Fact name="Variables">
          <Names names={env} />
        </Fact>
      )}
      {oauth?.issuer !== undefined && <Fact name="Issuer">{inert(oauth.issuer, 500)}</Fact>}
      {oauth?.clientId !== undefined && (
        <Fact name="Client id">
          <span className="mono">{inert(oauth.clientId, 500)}</span>
        </Fact>
      )}
      {oauth?.scope !== undefined && <Fact name="Asks for">{inert(oauth.scope, 500)}</Fact>}
      {server.updatedAt !== undefined && (
        <Fact name="Changed">
          <TimeAgo at={server.updatedAt} />
        </Fact>
      )}
    </Facts>
  );
}

function Names({ names }: { readonly names: readonly string[] }): ReactNode {
  return (
    <>
      {names.map((name) => (
        <div key={name} className="mono">
          {inert(name, 200)} = •••
        </div>
      ))}
    </>
  );
}
