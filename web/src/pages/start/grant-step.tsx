import { Button, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { useMintGrant } from '../../api/grants.ts';
import { isInForce, usePolicies } from '../../api/policy-list.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { Problem } from '../../parts/problem.tsx';
import { faultInWords } from '../../parts/sentence.ts';
import { useMay } from '../../shell/rights.tsx';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';

/** A token, as long as the page that made it is open. */
export interface MintedGrant {
  readonly grant: string;
  readonly token: string;
}

type GrantStepProps = StepProps & {
  readonly server: GovernedServer;
  readonly onMint: (minted: MintedGrant) => void;
};

/** The credential of one agent. */
export function GrantStep(props: GrantStepProps): ReactNode {
  const mayMint = useMay('grants:write');
  const policies = usePolicies(props.server.id);
  if (!mayMint)
    return <Text size="sm">An administrator mints grants. Everything else of this server is ready.</Text>;
  if (policies.error !== null)
    return <Problem error={policies.error} retry={() => void policies.refetch()} />;
  if (policies.data === undefined) return <Skeleton height={220} animate={false} />;
  const inForce = policies.data.filter(isInForce).map(({ name }) => name);
  return <MintForm {...props} policies={inForce} />;
}

const DAY_MS = 86_400_000;
const ENDS = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
];

function MintForm({
  server,
  view,
  go,
  onMint,
  policies,
}: GrantStepProps & { readonly policies: readonly string[] }): ReactNode {
  const [label, setLabel] = useState('');
  const [policy, setPolicy] = useState(policies.find((name) => name === view.policy) ?? policies[0] ?? null);
  const [days, setDays] = useState('');
  const mint = useMintGrant();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mint.mutate(
      {
        server: server.id,
        label: label.trim(),
        ...(policy !== null && { policy }),
        ...(days !== '' && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
      },
      {
        onSuccess: ({ id, token }) => {
          onMint({ grant: id, token });
          go({ grant: id, step: 'connect', policy: policy ?? undefined });
        },
      },
    );
  };
  const faults = faultsOf(mint.error);
  return (
    <form onSubmit={submit} className={classes['card']}>
      <Stack maw={460}>
        <Text size="sm">
          A grant is what one agent proves itself with. It opens this server alone, and carries one policy.
          Make one for each agent: the log then tells them apart, and each can be revoked by itself.
        </Text>
        <TextInput
          label="Label"
          description="What uses it: research agent, nightly report."
          required
          autoFocus
          maxLength={100}
          value={label}
          error={faults['label']}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Select
          label="Policy"
          data={[...policies]}
          value={policy}
          allowDeselect={false}
          error={faults['policy']}
          onChange={setPolicy}
          {...(policies.length === 0 && {
            description: 'No policy is in force. Without one every call is denied.',
            disabled: true,
          })}
        />
        <Select
          label="Ends"
          data={ENDS}
          value={days}
          allowDeselect={false}
          error={faults['expiresAt']}
          onChange={(value) => setDays(value ?? '')}
        />
        {mint.error !== null && Object.keys(faults).length === 0 && <Problem error={mint.error} />}
        <div>
          <Button type="submit" loading={mint.isPending}>
            Mint the grant
          </Button>
        </div>
      </Stack>
    </form>
  );
}

const FIELDS = ['label', 'policy', 'expiresAt'];

/** What is said beside the fields; nothing where something else is wrong, too. */
function faultsOf(error: Error | null): Readonly<Record<string, string>> {
  if (!(error instanceof ApiProblem)) return {};
  const faults: Record<string, string> = {};
  for (const { pointer = '', message } of error.errors) {
    const field = pointer.slice(1);
    if (!FIELDS.includes(field)) return {};
    faults[field] ??= faultInWords(message);
  }
  return faults;
}
