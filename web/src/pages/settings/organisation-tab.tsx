import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { useRenameOrganisation } from '../../api/people.ts';
import type { Membership } from '../../api/session.ts';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Sheet } from '../../parts/section.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay, useSignedIn } from '../../shell/rights.tsx';

/** Name and id of the organisation. */
export default function OrganisationTab(): ReactNode {
  const { organisation } = useSignedIn();
  const mayRename = useMay('members:write');
  if (organisation === null) return null;
  return (
    <Stack gap="xl">
      <Sheet title="Name" lead="What people read in the dashboard and in invitations.">
        {mayRename ? (
          <Rename key={organisation.id} organisation={organisation} />
        ) : (
          <Text>{organisation.name}</Text>
        )}
        <Text size="sm" c="dimmed" mt="sm">
          Founded <TimeAgo at={organisation.createdAt} />.
        </Text>
      </Sheet>
      <Sheet
        title="Id"
        lead="Never changes. Scripts of somebody who belongs to several organisations name it in the header Toolgate-Organisation."
      >
        <CopyBlock text={organisation.id} label="id of the organisation" />
      </Sheet>
    </Stack>
  );
}

function Rename({ organisation }: { readonly organisation: Membership['organisation'] }): ReactNode {
  const form = useForm({ initialValues: { name: organisation.name } });
  const rename = useRenameOrganisation();
  const send = ({ name }: { readonly name: string }): void =>
    rename.mutate(
      { name: name.trim() },
      {
        onError: (error) => form.setErrors(faultsByField(error)),
        onSuccess: ({ name: kept }) => {
          form.setInitialValues({ name: kept });
          form.reset();
          notifications.show({ message: `The organisation is called ${kept} now.` });
        },
      },
    );
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <Group align="flex-end">
          <TextInput
            flex="1 1 16rem"
            label="Name of the organisation"
            required
            maxLength={100}
            autoComplete="organization"
            {...form.getInputProps('name')}
          />
          <Button type="submit" loading={rename.isPending} disabled={!form.isDirty()}>
            Rename
          </Button>
        </Group>
        <FormProblem error={rename.error} fields={['name']} />
      </Stack>
    </form>
  );
}
