import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { QueryObserver } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { grantsQuery, useGrants, type Grant } from '../../api/grants.ts';
import { isInForce, policiesQuery, usePolicies } from '../../api/policy-list.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Rows } from '../../parts/rows.tsx';
import { Section } from '../../parts/section.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { useMay } from '../../shell/rights.tsx';
import { GrantRow } from './grant-row.tsx';
import { MintGrant } from './mint-grant.tsx';

export const first: First = (queries, { server = '' }) => [
  new QueryObserver(queries, grantsQuery(server)),
  new QueryObserver(queries, policiesQuery(server)),
];

/** The grants of a server: who gets in, under which policy, until when. */
export default function GrantsTab({ server }: { readonly server: GovernedServer }): ReactNode {
  const { data: grants, error, refetch } = useGrants(server.id);
  const { data: policies } = usePolicies(server.id, useMay('policies:read'));
  const inForce = useMemo(() => policies?.filter(isInForce).map(({ name }) => name), [policies]);
  const [isMinting, { open, close }] = useDisclosure(false);
  const mayMint = useMay('grants:write');
  const mint = mayMint && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={open}>
      New grant
    </Button>
  );
  return (
    <Section
      title="Grants"
      lead="One for each agent or automation, so that each can be told apart in the log, limited and revoked by itself."
      action={grants !== undefined && grants.length > 0 && mint}
    >
      {inForce?.length === 0 && (
        <Notice tone="medium" title="No policy is in force on this server">
          <Text size="sm">
            A grant without a policy is refused every call.{' '}
            <Anchor
              component={Link}
              to={`/servers/${encodeURIComponent(server.id)}/policies`}
              size="sm"
              underline="always"
            >
              Publish one first
            </Anchor>
          </Text>
        </Notice>
      )}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {grants === undefined && !error && <Waiting />}
      {grants?.length === 0 && (
        <EmptyState title="Nobody has a grant yet" action={mint}>
          A grant gives one agent a token for this server. You get the block to paste into its client with it.
        </EmptyState>
      )}
      {grants !== undefined && grants.length > 0 && (
        <GrantLists server={server} grants={grants} policies={inForce ?? []} />
      )}
      {mayMint && <MintGrant server={server} policies={inForce ?? []} opened={isMinting} onClose={close} />}
    </Section>
  );
}

/** Those that count; those that are over stay out of the way. */
function GrantLists({
  server,
  grants,
  policies,
}: {
  readonly server: GovernedServer;
  readonly grants: readonly Grant[];
  readonly policies: readonly string[];
}): ReactNode {
  const [isShown, { toggle }] = useDisclosure(false);
  const current = grants.filter(({ state }) => state !== 'revoked').toReversed();
  const revoked = grants.filter(({ state }) => state === 'revoked').toReversed();
  return (
    <Stack gap="sm">
      {current.length > 0 ? (
        <Rows label="Grants">
          {current.map((grant) => (
            <GrantRow key={grant.id} server={server} grant={grant} policies={policies} />
          ))}
        </Rows>
      ) : (
        <EmptyState title="No grant is live">All grants of this server were revoked.</EmptyState>
      )}
      {revoked.length > 0 && (
        <>
          <Anchor
            component="button"
            type="button"
            size="sm"
            ta="left"
            aria-expanded={isShown}
            onClick={toggle}
          >
            {isShown ? 'Hide what was revoked' : `Show ${revoked.length} that were revoked`}
          </Anchor>
          {isShown && (
            <Rows label="Revoked grants">
              {revoked.map((grant) => (
                <GrantRow key={grant.id} server={server} grant={grant} policies={policies} />
              ))}
            </Rows>
          )}
        </>
      )}
    </Stack>
  );
}
