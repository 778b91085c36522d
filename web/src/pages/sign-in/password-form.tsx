import { Anchor, Button, Checkbox, Divider, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { askAccount, useProvider, type SignInOptions } from '../../api/account.ts';
import { Problem } from '../../parts/problem.tsx';

/** Signs in with address and password. */
export function PasswordForm({
  email = '',
  onSignedIn,
  onSecondFactor,
  onForgotten,
}: {
  /** The address, where it is known. */
  readonly email?: string;
  readonly onSignedIn: () => Promise<void>;
  readonly onSecondFactor: () => void;
  readonly onForgotten?: () => void;
}): ReactNode {
  const form = useForm({ initialValues: { email, password: '', rememberMe: true } });
  const signIn = useMutation({
    mutationFn: (values: typeof form.values) =>
      askAccount<{ readonly twoFactorRedirect?: boolean }>('/sign-in/email', values),
    onSuccess: ({ twoFactorRedirect }) => (twoFactorRedirect === true ? onSecondFactor() : onSignedIn()),
  });
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
      <Stack>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          autoFocus={email === ''}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          autoFocus={email !== ''}
          {...form.getInputProps('password')}
        />
        <Group justify="space-between">
          <Checkbox label="Stay signed in" {...form.getInputProps('rememberMe', { type: 'checkbox' })} />
          {onForgotten !== undefined && (
            <Anchor component="button" type="button" size="sm" onClick={onForgotten}>
              Forgot your password?
            </Anchor>
          )}
        </Group>
        {signIn.error && <Problem error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

/** A button for each sign-in provider; nothing where there are none. */
export function Providers({
  options,
  page,
}: {
  readonly options: SignInOptions | undefined;
  /** Where to come back to, when it is not this page. */
  readonly page?: string;
}): ReactNode {
  const leave = useProvider('sign in');
  if (options === undefined || options.providers.length === 0) return null;
  return (
    <>
      <Divider label="or" />
      {options.providers.map(({ id, name }) => (
        <Button
          key={id}
          variant="default"
          loading={leave.isPending && leave.variables.provider === id}
          disabled={leave.isPending}
          onClick={() => leave.mutate({ provider: id, ...(page !== undefined && { page }) })}
        >
          Sign in with {name}
        </Button>
      ))}
      {leave.error && <Problem error={leave.error} />}
    </>
  );
}
