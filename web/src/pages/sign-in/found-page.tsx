import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { useSession, type Me } from '../../api/session.ts';
import { Problem } from '../../parts/problem.tsx';
import { Door } from './door.tsx';

/** For somebody who has an account and no organisation: makes one where that is allowed. */
export default function FoundPage({ me }: { readonly me: Me }): ReactNode {
  const { refresh, signOut } = useSession();
  const form = useForm({ initialValues: { name: '' } });
  const found = useMutation({
    mutationFn: (body: typeof form.values) => api('/organisations', { method: 'POST', body }),
    onSuccess: refresh,
  });
  return (
    <Door title={`Welcome, ${me.user.name}`} lead="You are not a member of an organisation.">
      {me.mayFound ? (
        <form onSubmit={form.onSubmit((values) => found.mutate(values))}>
          <Stack>
            <TextInput
              label="Name of your organisation"
              required
              autoFocus
              maxLength={100}
              {...form.getInputProps('name')}
            />
            {found.error && <Problem error={found.error} />}
            <Button type="submit" loading={found.isPending}>
              Create organisation
            </Button>
          </Stack>
        </form>
      ) : (
        <Text>Ask an administrator for an invitation to {me.user.email}.</Text>
      )}
      <Button variant="subtle" onClick={() => void signOut()}>
        Sign out
      </Button>
    </Door>
  );
}
