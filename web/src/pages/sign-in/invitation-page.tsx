import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useSignInOptions } from '../../api/account.ts';
import { api, ApiProblem } from '../../api/client.ts';
import { roleWord, type Role } from '../../api/people.ts';
import { useMe, useSession, type Me } from '../../api/session.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Door } from './door.tsx';
import { PasswordForm, Providers } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';

interface OpenInvitation {
  readonly organisation: string;
  readonly email: string;
  readonly role: Role;
  readonly isApprover: boolean;
}

/** Where the link of an invitation leads: in as the person who is signed in, or with a new account. */
export default function InvitationPage(): ReactNode {
  const [token] = useState(() => location.hash.slice(1));
  const [signsIn, setSignsIn] = useState(false);
  const { data: me, isPending } = useMe();
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => api<OpenInvitation>('/invitations/open', { method: 'POST', body: { token } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { error, data } = invitation;
  if (error) return <NotOpen error={error} retry={() => void invitation.refetch()} />;
  if (data === undefined || isPending) return <Door title="One moment">{null}</Door>;
  if (me) return <JoinAs me={me} token={token} invitation={data} />;
  if (signsIn) return <SignInFirst token={token} invitation={data} back={() => setSignsIn(false)} />;
  return <NewAccount token={token} invitation={data} onHasAccount={() => setSignsIn(true)} />;
}

function NotOpen({ error, retry }: { readonly error: Error; readonly retry: () => void }): ReactNode {
  const isGone = error instanceof ApiProblem && [400, 404, 422].includes(error.status);
  if (!isGone) {
    return (
      <Door title="The invitation could not be read">
        <Problem error={error} retry={retry} />
      </Door>
    );
  }
  return (
    <Door title="This invitation is not open">
      <Text>
        It may have been used, taken back, or be older than a week. Whoever invited you can send another.
      </Text>
      <Anchor href="/app/">To the dashboard</Anchor>
    </Door>
  );
}

function leadOf({ email, role, isApprover }: OpenInvitation): string {
  return `${email} is invited as ${roleWord(role).toLowerCase()}${isApprover ? ', and to answer held calls' : ''}.`;
}

function useAccept(token: string) {
  const { refresh, switchTo } = useSession();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (account: { readonly name?: string; readonly password?: string }) =>
      api<{ readonly organisation: { readonly id: string } }>('/invitations/accept', {
        method: 'POST',
        body: { token, ...account },
      }),
    onSuccess: async ({ organisation: { id } }) => {
      await refresh();
      await switchTo(id);
      go('/');
    },
  });
}

interface Asked {
  readonly token: string;
  readonly invitation: OpenInvitation;
}

function JoinAs({ me, token, invitation }: Asked & { readonly me: Me }): ReactNode {
  const { signOut } = useSession();
  const accept = useAccept(token);
  const isForMe = me.user.email.toLowerCase() === invitation.email.toLowerCase();
  return (
    <Door title={`Join ${invitation.organisation}`} lead={leadOf(invitation)}>
      {accept.error && <Problem error={accept.error} />}
      {isForMe ? (
        <Button loading={accept.isPending} onClick={() => accept.mutate({})}>
          Join as {me.user.name}
        </Button>
      ) : (
        <>
          <Text>
            You are signed in as {me.user.email}. Sign out to go on with the address that is invited, or ask
            for an invitation to yours.
          </Text>
          <Button variant="default" onClick={() => void signOut()}>
            Sign out and go on
          </Button>
        </>
      )}
    </Door>
  );
}

function SignInFirst({ token, invitation, back }: Asked & { readonly back: () => void }): ReactNode {
  const [needsCode, setNeedsCode] = useState(false);
  const { refresh } = useSession();
  const { data: options } = useSignInOptions();
  if (needsCode) return <SecondFactor onSignedIn={refresh} back={() => setNeedsCode(false)} />;
  return (
    <Door title={`Sign in to join ${invitation.organisation}`} lead={leadOf(invitation)}>
      <PasswordForm email={invitation.email} onSignedIn={refresh} onSecondFactor={() => setNeedsCode(true)} />
      <Providers options={options} page={`/app/invitation#${token}`} />
      <Anchor component="button" type="button" size="sm" onClick={back}>
        Create an account instead
      </Anchor>
    </Door>
  );
}

const FIELDS = ['name', 'password'];

function NewAccount({
  token,
  invitation,
  onHasAccount,
}: Asked & { readonly onHasAccount: () => void }): ReactNode {
  const form = useForm({ initialValues: { name: '', password: '' } });
  const accept = useAccept(token);
  const { data: options } = useSignInOptions();
  return (
    <Door title={`Join ${invitation.organisation}`} lead={leadOf(invitation)}>
      <form
        onSubmit={form.onSubmit((values) =>
          accept.mutate(values, { onError: (error) => form.setErrors(faultsByField(error, 'password')) }),
        )}
      >
        <Stack>
          <TextInput
            label="Your name"
            autoComplete="name"
            required
            autoFocus
            maxLength={100}
            {...form.getInputProps('name')}
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
          <FormProblem error={accept.error} fields={FIELDS} passwordField="password" />
          <Button type="submit" loading={accept.isPending}>
            Create account and join
          </Button>
        </Stack>
      </form>
      <Providers options={options} page={`/app/invitation#${token}`} />
      <Anchor component="button" type="button" size="sm" onClick={onHasAccount}>
        I have an account already
      </Anchor>
    </Door>
  );
}
