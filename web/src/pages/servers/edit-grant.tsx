import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { useChangeGrant, type Grant, type GrantEdit } from '../../api/grants.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { endOf } from '../../parts/expiry.tsx';
import { FormProblem } from '../../parts/form-problem.tsx';
import { inertName } from '../../parts/inert.ts';
import { useMay } from '../../shell/rights.tsx';
import {
  addressesIn,
  GRANT_FIELDS,
  GRANT_RULES,
  GrantFields,
  grantFaults,
  knownGrant,
  type GrantValues,
} from './grant-fields.tsx';

interface EditGrantProps {
  readonly grant: Grant;
  readonly policies: readonly string[];
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Changes a grant; its token stays. */
export function EditGrant(props: EditGrantProps): ReactNode {
  const { grant, opened, onClose } = props;
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      title={`Edit “${inertName(grant.label, 100)}”`}
      size="lg"
      closeOnClickOutside={false}
    >
      <EditForm {...props} />
    </Dialog>
  );
}

function EditForm({ grant, policies, onClose }: EditGrantProps): ReactNode {
  const isPolicyOnly = !useMay('grants:write');
  const change = useChangeGrant(grant.id);
  const form = useForm<GrantValues>({ initialValues: knownGrant(grant), validate: GRANT_RULES });
  const send = (values: GrantValues): void => {
    const edit = editOf(grant, values);
    if (Object.keys(edit).length === 0) {
      onClose();
      return;
    }
    change.mutate(edit, {
      onError: (error) => form.setErrors(grantFaults(error, values)),
      onSuccess: () => {
        onClose();
        notifications.show({ message: `The grant “${inertName(values.label.trim(), 100)}” is changed.` });
      },
    });
  };
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <GrantFields
          form={form}
          policies={policies}
          expiresAt={grant.expiresAt}
          isPolicyOnly={isPolicyOnly}
        />
        <FormProblem error={change.error} fields={GRANT_FIELDS} />
        <Group justify="flex-end">
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Only what is different. */
function editOf(grant: Grant, values: GrantValues): GrantEdit {
  const label = values.label.trim();
  const policy = values.policy === '' ? null : values.policy;
  const expiresAt = endOf(values);
  const addresses = addressesIn(values);
  const hasOtherAddresses = addresses.join(' ') !== (grant.addresses ?? []).join(' ');
  return {
    ...(label !== grant.label && { label }),
    ...(policy !== (grant.policy ?? null) && { policy }),
    ...(expiresAt !== undefined && expiresAt !== (grant.expiresAt ?? null) && { expiresAt }),
    ...(hasOtherAddresses && { addresses: addresses.length === 0 ? null : addresses }),
  };
}
