import { Button, Group, Loader, PasswordInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { useChangePassword, useResetLink, useSignInOptions } from '../../api/account.ts';
import { useMySignIns } from '../../api/own-account.ts';
import { Problem } from '../../parts/problem.tsx';
import { useSignedIn } from '../../shell/rights.tsx';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { providersIn } from './provider-names.ts';
import { Section, Sheet } from '../../parts/section.tsx';

/** The password of the person, or the way to one. */
export function Password(): ReactNode {
  const { data: ways, isPending } = useMySignIns();
  if (isPending) {
    return (
      <Section title="Password">
        <Loader size="sm" role="status" aria-label="Loading" />
      </Section>
    );
  }
  return ways?.password === false ? <NoPassword providers={providersIn(ways)} /> : <ChangePassword />;
}

/** Somebody who came through a provider: the reset link makes the first password, too. */
function NoPassword({ providers }: { readonly providers: string }): ReactNode {
  const { email } = useSignedIn().user;
  const { data: options } = useSignInOptions();
  const ask = useResetLink();
  const mails = options?.mail ?? true;
  return (
    <Sheet
      title="Password"
      lead={`You have none: you sign in with ${providers}. With a password you could come in when that cannot be reached.`}
    >
      {ask.isSuccess ? (
        <Text size="sm" role="status">
          {mails
            ? `A link is on its way to ${email}. It works for an hour.`
            : 'The operator of this gateway now has a link for you, in its log. It works for an hour.'}
        </Text>
      ) : (
        <Stack>
          <Text size="sm">
            {mails
              ? `You choose one with a link that is mailed to ${email}.`
              : 'You choose one with a link that the operator of this gateway finds in its log and hands on to you.'}{' '}
            When it is chosen, you are signed out everywhere.
          </Text>
          {ask.error && <Problem error={ask.error} />}
          <Group>
            <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate({ email })}>
              {mails ? 'Send a link' : 'Ask for a link'}
            </Button>
          </Group>
        </Stack>
      )}
    </Sheet>
  );
}

/** A new password, for the one of now. */
function ChangePassword(): ReactNode {
  const { user } = useSignedIn();
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' } });
  const change = useChangePassword();
  const send = (values: typeof form.values): void =>
    change.mutate(values, {
      onError: (error) => form.setErrors(faultsByField(error, 'newPassword')),
      onSuccess: () => {
        form.reset();
        notifications.show({
          title: 'Your password is changed',
          message: 'Other browsers are signed out.',
        });
      },
    });
  return (
    <Sheet title="Password" lead="With a new one you are signed out in all other browsers.">
      <form onSubmit={form.onSubmit(send)}>
        <Stack>
          {/* for password managers, which ask whose password it is */}
          <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <PasswordInput
              label="Current password"
              description="The one that you sign in with."
              autoComplete="current-password"
              required
              {...form.getInputProps('currentPassword')}
            />
            <PasswordInput
              label="New password"
              description="At least 10 characters."
              autoComplete="new-password"
              required
              minLength={10}
              maxLength={200}
              {...form.getInputProps('newPassword')}
            />
          </SimpleGrid>
          <FormProblem error={change.error} fields={['newPassword']} passwordField="newPassword" />
          <Group>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Sheet>
  );
}
