import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSignInOptions } from '../../api/account.ts';
import { api } from '../../api/client.ts';
import { useSession, type Me } from '../../api/session.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Door } from './door.tsx';
import { SetupCodeInput } from './setup-code-input.tsx';

/** For somebody who has an account and no organisation: makes one where that is allowed. */
export default function FoundPage({ me }: { readonly me: Me }): ReactNode {
  const { refresh, signOut } = useSession();
  const { data: options } = useSignInOptions();
  const form = useForm({ initialValues: { name: '', setupCode: '' } });
  const found = useMutation({
    mutationFn: ({ name, setupCode }: typeof form.values) =>
      api('/organisations', { method: 'POST', body: { name, ...(setupCode !== '' && { setupCode }) } }),
    onError: (error) => form.setErrors(faultsByField(error)),
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
            {options?.setupCode === true && <SetupCodeInput {...form.getInputProps('setupCode')} />}
            <FormProblem error={found.error} fields={['name', 'setupCode']} />
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
