import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useSignInOptions } from '../../api/account.ts';
import { api } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Door } from './door.tsx';
import { SetupCodeInput } from './setup-code-input.tsx';

const FIELDS = ['name', 'email', 'password', 'organisation', 'setupCode'];

interface Values {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly organisation: string;
  readonly setupCode: string;
}

/** A free account: a person, and an organisation of its own, in one form. Then on to the first server. */
export default function SignUpPage(): ReactNode {
  const { refresh } = useSession();
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch()).get('next');
  const next = asked?.startsWith('/start') === true ? asked : undefined;
  const { data: options } = useSignInOptions();
  const form = useForm<Values>({
    initialValues: { name: '', email: '', password: '', organisation: '', setupCode: '' },
  });
  const signUp = useMutation({
    mutationFn: ({ setupCode, ...account }: Values) =>
      api('/sign-up', { method: 'POST', body: { ...account, ...(setupCode !== '' && { setupCode }) } }),
    onError: (error) => form.setErrors(faultsByField(error, 'password')),
    onSuccess: async () => {
      await refresh();
      go(next ?? '/start');
    },
  });
  if (options?.signUp === false) {
    return (
      <Door title="Signing up is closed">
        <Text>Whoever runs this gateway can send you an invitation.</Text>
        <Anchor component={Link} to="/">
          Sign in
        </Anchor>
      </Door>
    );
  }
  return (
    <Door
      title="Create an account"
      lead={
        <>
          Have one already?{' '}
          <Anchor component={Link} to={next ?? '/'} size="sm" underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      <form onSubmit={form.onSubmit((values) => signUp.mutate(values))}>
        <Stack>
          <Fields form={form} />
          {options?.setupCode === true && <SetupCodeInput {...form.getInputProps('setupCode')} />}
          <FormProblem error={signUp.error} fields={FIELDS} passwordField="password" />
          <Button type="submit" loading={signUp.isPending}>
            Create account
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

function Fields({ form }: { readonly form: UseFormReturnType<Values> }): ReactNode {
  return (
    <>
      <TextInput
        label="Your name"
        autoComplete="name"
        required
        autoFocus
        maxLength={100}
        {...form.getInputProps('name')}
      />
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label="Password"
        description="At least 10 characters."
        autoComplete="new-password"
        required
        minLength={10}
        maxLength={200}
        {...form.getInputProps('password')}
      />
      <TextInput
        label="Organisation"
        description="Your team or company; you can rename it later."
        autoComplete="organization"
        required
        maxLength={100}
        {...form.getInputProps('organisation')}
      />
    </>
  );
}
