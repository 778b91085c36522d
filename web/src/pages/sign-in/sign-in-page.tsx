import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState, type ReactNode } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { returnProblem, useResetLink, useSignInOptions } from '../../api/account.ts';
import { useSession } from '../../api/session.ts';
import { Problem } from '../../parts/problem.tsx';
import { Door } from './door.tsx';
import { PasswordForm, Providers } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';

type Way = 'password' | 'second factor' | 'forgotten';

/** Lets somebody in, at whatever address they wanted: when they are in, that page is there. */
export default function SignInPage(): ReactNode {
  const [way, setWay] = useState<Way>('password');
  const [returned] = useState(() => returnProblem(location.search));
  const [path, go] = useLocation();
  const { refresh } = useSession();
  const { data: options } = useSignInOptions();
  const enter = async (): Promise<void> => {
    // the page where sign-in providers report a failure has nothing behind it
    if (path === '/sign-in') go('/', { replace: true });
    await refresh();
  };
  if (way === 'second factor') return <SecondFactor onSignedIn={enter} back={() => setWay('password')} />;
  if (way === 'forgotten') return <Forgotten mails={options?.mail ?? true} back={() => setWay('password')} />;
  return (
    <Door title="Sign in" lead={options?.signUp && <SignUpLead />}>
      {returned && <Problem error={returned} />}
      <PasswordForm
        onSignedIn={enter}
        onSecondFactor={() => setWay('second factor')}
        onForgotten={() => setWay('forgotten')}
      />
      <Providers options={options} />
    </Door>
  );
}

/** Whoever came for the first run, from the catalogue for instance, goes on there with the new account. */
function SignUpLead(): ReactNode {
  const [path] = useLocation();
  const search = useSearch();
  const page = search === '' ? path : `${path}?${search}`;
  const next = path.startsWith('/start') ? `?${new URLSearchParams({ next: page }).toString()}` : '';
  return (
    <>
      New here?{' '}
      <Anchor component={Link} to={`/sign-up${next}`} size="sm" underline="always">
        Create an account
      </Anchor>
    </>
  );
}

function Forgotten({ mails, back }: { readonly mails: boolean; readonly back: () => void }): ReactNode {
  const form = useForm({ initialValues: { email: '' } });
  const ask = useResetLink();
  return (
    <Door title="A new password">
      {ask.isSuccess ? (
        <Text role="status">
          {mails
            ? 'If there is an account with this address, a link is on its way to it. It works for an hour.'
            : 'If there is an account with this address, the operator of this gateway now has a link for you, in its log. It works for an hour.'}
        </Text>
      ) : (
        <form onSubmit={form.onSubmit((values) => ask.mutate(values))}>
          <Stack>
            <TextInput
              label="E-mail of your account"
              type="email"
              autoComplete="username"
              required
              autoFocus
              {...form.getInputProps('email')}
            />
            {ask.error && <Problem error={ask.error} />}
            <Button type="submit" loading={ask.isPending}>
              {mails ? 'Send a link' : 'Ask for a link'}
            </Button>
          </Stack>
        </form>
      )}
      <Anchor component="button" type="button" size="sm" onClick={back}>
        Back to signing in
      </Anchor>
    </Door>
  );
}
