import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useGrants, useRotateGrant, type Grant } from '../../api/grants.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { endpointOf } from '../../parts/client-blocks.ts';
import { ClientBlocks } from '../../parts/client-blocks.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { inertName } from '../../parts/inert.ts';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../shell/rights.tsx';
import { FirstCall } from './first-call.tsx';
import type { MintedGrant } from './grant-step.tsx';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';

type ConnectProps = StepProps & {
  readonly server: GovernedServer;
  readonly minted: MintedGrant | undefined;
  readonly onMint: (minted: MintedGrant) => void;
};

const PLACEHOLDER = 'YOUR-TOKEN';

/** What to paste into the client, and the first call as it arrives. */
export function ConnectStep(props: ConnectProps): ReactNode {
  const { server, view } = props;
  const { data: grants, error, refetch } = useGrants(server.id);
  const grant = grants?.find(({ id }) => id === view.grant);
  if (grants === undefined && error !== null) return <Problem error={error} retry={() => void refetch()} />;
  if (grants === undefined) return <Skeleton height={220} animate={false} />;
  if (grant === undefined) {
    return (
      <Alert color="gate" title="This grant is not there">
        <Button size="xs" variant="default" onClick={() => props.go({ grant: undefined, step: 'grant' })}>
          Mint another one
        </Button>
      </Alert>
    );
  }
  return <Connect {...props} grant={grant} />;
}

function Connect({
  server,
  view,
  go,
  grant,
  minted,
  onMint,
}: ConnectProps & { readonly grant: Grant }): ReactNode {
  const token = minted?.grant === grant.id ? minted.token : undefined;
  return (
    <Stack gap="lg">
      <section className={classes['card']} aria-label="What to paste">
        <Stack>
          {token === undefined ? (
            <TokenIsGone grant={grant} onMint={onMint} />
          ) : (
            <Alert icon={<KeyRound size={18} aria-hidden />} color="gate" title="Copy it now">
              The token of {inertName(grant.label)} is shown this once. Nobody can look it up later, only make
              a new one.
            </Alert>
          )}
          <ClientBlocks
            id={server.id}
            url={endpointOf(location.origin, server.path)}
            token={token ?? PLACEHOLDER}
          />
        </Stack>
      </section>
      <FirstCall server={server} grant={grant} view={view} go={go} />
    </Stack>
  );
}

/** The page was opened anew: the block is here, the token is not. */
function TokenIsGone({
  grant,
  onMint,
}: {
  readonly grant: Grant;
  readonly onMint: (minted: MintedGrant) => void;
}): ReactNode {
  const mayRotate = useMay('grants:write') && grant.managed && grant.state === 'live';
  const [isAsked, setAsked] = useState(false);
  const rotate = useRotateGrant(grant.id);
  return (
    <Alert icon={<KeyRound size={18} aria-hidden />} color="gate" title="The token is not shown again">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          Put the one that you copied in the place of {PLACEHOLDER}. If you have not kept it, make a new one.
        </Text>
        {mayRotate && (
          <Button size="xs" variant="default" onClick={() => setAsked(true)}>
            Make a new token
          </Button>
        )}
      </Stack>
      <Confirm
        opened={isAsked}
        title={`Make a new token for ${inertName(grant.label)}?`}
        action="Make a new token"
        isPending={rotate.isPending}
        error={rotate.error}
        onClose={() => setAsked(false)}
        onConfirm={() =>
          rotate.mutate(0, {
            onSuccess: ({ token }) => {
              setAsked(false);
              onMint({ grant: grant.id, token });
            },
          })
        }
      >
        <Text size="sm">The token that was given out before is refused from then on.</Text>
      </Confirm>
    </Alert>
  );
}
