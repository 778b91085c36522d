import { Button, Fieldset, Group, Paper, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiProblem } from '../../api/client.ts';
import { useChangeServer, type GovernedServer, type ServerEdit } from '../../api/servers.ts';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../shell/rights.tsx';
import { DeclaredNote } from './declared-note.tsx';
import { RemoveServer } from './remove-server.tsx';
import { ApprovalFields, CaptureFields, LimitFields, MethodFields } from './settings-fields.tsx';
import { settingsFaults, settingsOf, settingsValues, type SettingsValues } from './settings-values.ts';

/** What the gateway does with a server, besides how it is reached. */
export default function SettingsTab({ server }: { readonly server: GovernedServer }): ReactNode {
  const mayChange = useMay('servers:write');
  return (
    <Stack gap="lg">
      {!server.managed && <DeclaredNote />}
      <SettingsForm server={server} isReadOnly={!mayChange || !server.managed} />
      {mayChange && server.managed && <RemoveServer server={server} />}
    </Stack>
  );
}

function SettingsForm({
  server,
  isReadOnly,
}: {
  readonly server: GovernedServer;
  readonly isReadOnly: boolean;
}): ReactNode {
  const change = useChangeServer(server.id);
  const form = useForm<SettingsValues>({ initialValues: settingsValues(server), validate: RULES });
  const [shown, setShown] = useState(server.updatedAt);
  const show = (saved: GovernedServer): void => {
    setShown(saved.updatedAt);
    form.setInitialValues(settingsValues(saved));
    form.setValues(settingsValues(saved));
    form.resetDirty(settingsValues(saved));
  };
  const isOther = shown !== server.updatedAt;
  const isDirty = form.isDirty();
  useEffect(() => {
    if (isOther && !isDirty) show(server);
    // `show` is another function each time, and does the same
  }, [isOther, isDirty, server]);
  const send = (values: SettingsValues): void =>
    change.mutate(editOf(server, values), {
      onError: (error) => {
        if (error instanceof ApiProblem) form.setErrors(settingsFaults(error.errors));
      },
      onSuccess: (saved) => {
        show(saved);
        notifications.show({ message: 'The settings are saved and in force.' });
      },
    });
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Fieldset variant="unstyled" disabled={isReadOnly} p={0} m={0} miw={0} bd="none">
        <Stack gap="lg">
          <NameAndDrift form={form} />
          <ApprovalFields form={form} />
          <MethodFields form={form} />
          <LimitFields form={form} />
          <CaptureFields form={form} wasOn={server.settings.capture !== undefined} />
        </Stack>
      </Fieldset>
      <Stack mt="lg">
        {change.error && <Refusal error={change.error} />}
        {isOther && isDirty && !change.isPending && (
          <Notice tone="medium" title="Somebody else changed this server meanwhile">
            <Text size="sm">“Undo changes” shows what is saved now. Saving puts yours in its place.</Text>
          </Notice>
        )}
        {!isReadOnly && (
          <Group justify="flex-end">
            <Button
              variant="default"
              disabled={!isDirty || change.isPending}
              onClick={() => {
                show(server);
                form.clearErrors();
                change.reset();
              }}
            >
              Undo changes
            </Button>
            <Button type="submit" disabled={!isDirty} loading={change.isPending}>
              Save settings
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

/** Why the settings were refused, unless it is said beside the fields already. */
function Refusal({ error }: { readonly error: Error }): ReactNode {
  const errors = error instanceof ApiProblem ? error.errors : [];
  const isAllShown = errors.length > 0 && Object.keys(settingsFaults(errors)).length === errors.length;
  if (!isAllShown) return <Problem error={error} />;
  return (
    <Notice tone="critical" role="alert" title="The settings are not saved">
      <Text size="sm">Look at the fields that are marked above.</Text>
    </Notice>
  );
}

const RULES = {
  name: (name: string) => (name.trim() === '' ? 'Give it a name.' : null),
  lifeMinutes: (minutes: number | string) => (minutes === '' ? 'Give a number of minutes.' : null),
};

function editOf(server: GovernedServer, values: SettingsValues): ServerEdit {
  return {
    ...(values.name.trim() !== server.name && { name: values.name.trim() }),
    onChange: values.onChange === 'block' ? 'block' : 'alert',
    settings: settingsOf(values, server.settings),
  };
}

function NameAndDrift({ form }: { readonly form: UseFormReturnType<SettingsValues> }): ReactNode {
  return (
    <Paper withBorder p="md">
      <Stack>
        <TextInput
          label="Name"
          description="For people. The address for agents stays the same."
          required
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Radio.Group
          label="When a tool is not as it was accepted"
          description="A server can change what a tool does after you wrote a policy for it."
          {...form.getInputProps('onChange')}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="alert"
              label="Tell"
              description="The change is shown and told to your webhooks; calls of the tool pass under the policy."
            />
            <Radio
              value="block"
              label="Tell and block"
              description="Calls of the tool are refused until somebody accepts the new definition."
            />
          </Stack>
        </Radio.Group>
      </Stack>
    </Paper>
  );
}
