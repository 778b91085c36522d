import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import { useMintGrant, type NewGrant } from '../../api/grants.ts';
import type { GovernedServer } from '../../api/servers.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { endOf } from '../../parts/expiry.tsx';
import { FormProblem } from '../../parts/form-problem.tsx';
import {
  addressesIn,
  GRANT_FIELDS,
  GRANT_RULES,
  GrantFields,
  grantFaults,
  newGrant,
  type GrantValues,
} from './grant-fields.tsx';
import { GrantToken } from './grant-token.tsx';

/** Makes a grant, and shows its token once, in the block for the client that it goes to. */
export function MintGrant({
  server,
  policies,
  opened,
  onClose,
}: {
  readonly server: GovernedServer;
  readonly policies: readonly string[];
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const mint = useMintGrant();
  const { data: minted } = mint;
  const close = (): void => {
    if (mint.isPending) return;
    onClose();
    mint.reset();
  };
  return (
    <Dialog
      opened={opened}
      onClose={close}
      title={minted === undefined ? 'New grant' : `The grant “${minted.label}” is made`}
      size="xl"
      withCloseButton={minted === undefined}
      // a slip must not lose what was typed, and not the token
      closeOnClickOutside={false}
      closeOnEscape={minted === undefined}
    >
      {minted === undefined ? (
        <MintForm server={server} policies={policies} mint={mint} />
      ) : (
        <GrantToken server={server} token={minted.token} onDone={close} />
      )}
    </Dialog>
  );
}

function MintForm({
  server,
  policies,
  mint,
}: {
  readonly server: GovernedServer;
  readonly policies: readonly string[];
  readonly mint: ReturnType<typeof useMintGrant>;
}): ReactNode {
  const form = useForm<GrantValues>({ initialValues: newGrant(policies), validate: GRANT_RULES });
  const send = (values: GrantValues): void =>
    mint.mutate(bodyOf(server.id, values), {
      onError: (error) => form.setErrors(grantFaults(error, values)),
    });
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <GrantFields form={form} policies={policies} />
        <FormProblem error={mint.error} fields={GRANT_FIELDS} />
        <Group justify="flex-end">
          <Button type="submit" loading={mint.isPending}>
            Make the grant
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function bodyOf(server: string, values: GrantValues): NewGrant {
  const expiresAt = endOf(values);
  const addresses = addressesIn(values);
  return {
    server,
    label: values.label.trim(),
    ...(values.policy !== '' && { policy: values.policy }),
    ...(typeof expiresAt === 'string' && { expiresAt }),
    ...(addresses.length > 0 && { addresses }),
  };
}
