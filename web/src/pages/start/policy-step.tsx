import { Anchor, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Policy } from '../../api/policies.ts';
import { usePolicies } from '../../api/policy-list.ts';
import { useServerTools, type GovernedServer } from '../../api/servers.ts';
import { templateText } from '../../builder/template.ts';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../shell/rights.tsx';
import { NewPolicy } from './new-policy.tsx';
import { ServerTrouble } from './server-trouble.tsx';
import { addressOf } from './start-address.ts';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';

/** The recommended policy, to be published as it is or changed before; or a policy that the server has already. */
export default function PolicyStep({
  server,
  view,
  go,
}: StepProps & { readonly server: GovernedServer }): ReactNode {
  const mayWrite = useMay('policies:write');
  const policies = usePolicies(server.id);
  const tools = useServerTools(server.id);
  const failed = policies.error;
  if (failed !== null) return <Problem error={failed} retry={() => void policies.refetch()} />;
  if (policies.data === undefined) return <Skeleton height={220} animate={false} />;
  return (
    <Stack gap="lg">
      <Known policies={policies.data} server={server} view={view} go={go} />
      {!mayWrite && (
        <Text size="sm">Publishing a policy needs the role of a policy manager or administrator.</Text>
      )}
      {mayWrite && tools.error !== null && tools.data === undefined && (
        <ServerTrouble
          server={server}
          error={tools.error}
          isAsking={tools.isFetching}
          askAgain={() => void tools.refetch()}
        />
      )}
      {mayWrite && tools.isPending && <Skeleton height={220} animate={false} />}
      {mayWrite && tools.data !== undefined && (
        <Recommended server={server} view={view} go={go} policies={policies.data} tools={tools.data.items} />
      )}
    </Stack>
  );
}

function Recommended({ tools, ...rest }: Omit<Parameters<typeof NewPolicy>[0], 'begun'>): ReactNode {
  const begun = useMemo(
    () =>
      templateText(
        'recommended',
        tools.map(({ name, risk }) => ({ name, category: risk.category })),
      ),
    [tools],
  );
  return <NewPolicy tools={tools} begun={begun} {...rest} />;
}

/** Policies that are there already: one in force can be used at once. */
function Known({
  policies,
  server,
  view,
  go,
}: StepProps & { readonly policies: readonly Policy[]; readonly server: GovernedServer }): ReactNode {
  const [isOpen, setOpen] = useState(true);
  const inForce = policies.filter(({ version }) => version !== undefined);
  const drafts = policies.filter(({ version, hasDraft }) => version === undefined && hasDraft);
  if (inForce.length === 0 && drafts.length === 0) return null;
  if (!isOpen) return null;
  const path = `/servers/${encodeURIComponent(server.id)}/policies`;
  const back = encodeURIComponent(addressOf(view));
  return (
    <section className={classes['card']} aria-labelledby="known-policies">
      <Group justify="space-between" mb="xs">
        <Text fw={650} id="known-policies">
          Policies that this server has
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={() => setOpen(false)}>
          Not now
        </Button>
      </Group>
      <ul className={classes['list']}>
        {inForce.map(({ name, version, managed }) => (
          <li key={name} className={classes['actions']}>
            <Text size="sm" component="span">
              <span className="mono">{name}</span>, version {version ?? ''} in force
              {!managed && ', from the configuration file'}
            </Text>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Use it: ${name}`}
              onClick={() => go({ policy: name, step: 'grant' })}
            >
              Use it
            </Button>
            <Anchor component={Link} to={`${path}/${encodeURIComponent(name)}?next=${back}`} size="sm">
              Open {name}
            </Anchor>
          </li>
        ))}
        {drafts.map(({ name }) => (
          <li key={name} className={classes['actions']}>
            <Text size="sm" component="span">
              <span className="mono">{name}</span>, a draft that was not published
            </Text>
            <Anchor component={Link} to={`${path}/${encodeURIComponent(name)}?next=${back}`} size="sm">
              Go on with {name}
            </Anchor>
          </li>
        ))}
      </ul>
    </section>
  );
}
