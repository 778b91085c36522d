import { Button, Group, Stack, Text, TextInput, useMantineColorScheme } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { InfiniteQueryObserver, QueryObserver } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { SIGN_IN_OPTIONS, useRenameMe } from '../../api/account.ts';
import { MY_SESSIONS, MY_SIGN_INS } from '../../api/own-account.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { Sheet } from '../../parts/section.tsx';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import type { First } from '../../shell/first-page.ts';
import { useSignedIn } from '../../shell/rights.tsx';
import { Password } from './password.tsx';
import { Sessions } from './sessions.tsx';
import { SignIns } from './sign-ins.tsx';
import { TwoStep } from './two-step.tsx';

export const first: First = (queries) => [
  new QueryObserver(queries, MY_SIGN_INS),
  new QueryObserver(queries, SIGN_IN_OPTIONS),
  new InfiniteQueryObserver(queries, MY_SESSIONS),
];

/** What a person decides for itself, in whatever organisation. */
export default function AccountTab(): ReactNode {
  return (
    <Stack gap="xl">
      <Profile />
      <Password />
      <TwoStep />
      <SignIns />
      <Sessions />
      <Appearance />
    </Stack>
  );
}

function Profile(): ReactNode {
  const { user } = useSignedIn();
  const form = useForm({ initialValues: { name: user.name } });
  const rename = useRenameMe();
  const send = ({ name }: { readonly name: string }): void =>
    rename.mutate(
      { name: name.trim() },
      {
        onError: (error) => form.setErrors(faultsByField(error)),
        onSuccess: () => {
          form.setInitialValues({ name: name.trim() });
          form.reset();
          notifications.show({ message: 'Your name is changed.' });
        },
      },
    );
  return (
    <Sheet title="You" lead="Others see your name beside what you do.">
      <form onSubmit={form.onSubmit(send)}>
        <Stack>
          <Text size="sm">
            Signed in as{' '}
            <Text span fw={600}>
              {user.email}
            </Text>
          </Text>
          <Group align="flex-end">
            <TextInput
              flex="1 1 16rem"
              label="Your name"
              required
              maxLength={100}
              autoComplete="name"
              {...form.getInputProps('name')}
            />
            <Button type="submit" loading={rename.isPending} disabled={!form.isDirty()}>
              Save
            </Button>
          </Group>
          <FormProblem error={rename.error} fields={['name']} />
        </Stack>
      </form>
    </Sheet>
  );
}

function Appearance(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Sheet title="Appearance" lead="Of the dashboard, in this browser.">
      <SegmentedControl
        aria-label="Colours"
        value={colorScheme}
        onChange={setColorScheme}
        data={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
          { value: 'auto', label: 'As the system' },
        ]}
      />
    </Sheet>
  );
}
