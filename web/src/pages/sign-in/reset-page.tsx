import { Anchor, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { askAccount } from '../../api/account.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Door } from './door.tsx';

/** Where the link for a new password leads. Its token stands behind the #, which no server is ever sent. */
export default function ResetPage(): ReactNode {
  const [token] = useState(() => location.hash.slice(1));
  const form = useForm({ initialValues: { newPassword: '' } });
  const reset = useMutation({
    mutationFn: ({ newPassword }: typeof form.values) =>
      askAccount('/reset-password', { token, newPassword }),
    onError: (error) => form.setErrors(faultsByField(error, 'newPassword')),
    onSuccess: () => history.replaceState(null, '', location.pathname),
  });
  if (reset.isSuccess) {
    return (
      <Door title="Your password is changed">
        <Text role="status">You can sign in with it now.</Text>
        <Anchor component={Link} to="/">
          Sign in
        </Anchor>
      </Door>
    );
  }
  if (token === '') {
    return (
      <Door title="This link is not whole">
        <Text>Open the link from the message again, or ask for another one on the sign-in page.</Text>
        <Anchor component={Link} to="/">
          Sign in
        </Anchor>
      </Door>
    );
  }
  return (
    <Door title="Choose a new password" lead="You will be signed out everywhere else.">
      <form onSubmit={form.onSubmit((values) => reset.mutate(values))}>
        <Stack>
          <PasswordInput
            label="New password"
            description="At least 10 characters."
            autoComplete="new-password"
            required
            autoFocus
            minLength={10}
            maxLength={200}
            {...form.getInputProps('newPassword')}
          />
          <FormProblem error={reset.error} fields={['newPassword']} passwordField="newPassword" />
          <Button type="submit" loading={reset.isPending}>
            Change password
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
