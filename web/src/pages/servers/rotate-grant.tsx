import type { ReactNode } from 'react';
import { useRotateGrant, type Grant } from '../../api/grants.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { inertName } from '../../parts/inert.ts';
import { RotateSecret } from '../../parts/rotate-secret.tsx';
import { GrantToken } from './grant-token.tsx';

/** A new token for a grant, with time to bring it to the agent. */
export function RotateGrant({
  server,
  grant,
  ...dialog
}: {
  readonly server: GovernedServer;
  readonly grant: Grant;
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <RotateSecret
      {...dialog}
      title={`New token for “${inertName(grant.label, 100)}”`}
      lead="The grant stays the same in the log and under its limits. The token of before is taken for a while, too, so that the agent goes on until it has the new one."
      label="Take the token of before"
      action="Make a new token"
      mostSeconds={2_592_000}
      size="xl"
      rotate={useRotateGrant(grant.id)}
    >
      {({ token }, done) => <GrantToken server={server} token={token} onDone={done} />}
    </RotateSecret>
  );
}
