import { Button, Fieldset, Group, Radio, Stack, Switch, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import type { Webhook, WebhookDraft, WebhookFormat } from '../../api/webhooks.ts';
import { faultsByField, FormProblem } from '../../parts/form-problem.tsx';
import { ChoiceGroups } from './choice-groups.tsx';
import { EVENT_GROUPS } from './events.ts';

interface Values {
  readonly label: string;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly all: boolean;
  readonly events: string[];
}

const FIELDS = ['label', 'url', 'events', 'format'];

/** What a webhook is: for a new one, and for one that is changed, whose address may stay unsaid. */
export function WebhookForm({
  webhook,
  action,
  isPending,
  error,
  onSend,
}: {
  /** The one that is changed. */
  readonly webhook?: Webhook;
  readonly action: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSend: (draft: WebhookDraft, onError: (error: Error) => void) => void;
}): ReactNode {
  const form = useForm<Values>({
    initialValues: {
      label: webhook?.label ?? '',
      url: '',
      format: webhook?.format ?? 'toolgate',
      all: webhook?.events.includes('*') ?? false,
      events: webhook?.events.filter((event) => event !== '*') ?? ['approval.requested'],
    },
    validate: { events: (events, { all }) => (all || events.length > 0 ? null : 'Choose at least one.') },
  });
  const send = ({ label, url, format, all, events }: Values): void =>
    onSend({ label: label.trim(), url: url.trim(), format, events: all ? ['*'] : events }, (refused) =>
      form.setErrors(faultsByField(refused)),
    );
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <Identity form={form} webhook={webhook} />
        <Events
          all={form.values.all}
          events={form.values.events}
          error={form.errors['events']}
          onAll={(all) => form.setFieldValue('all', all)}
          onEvents={(events) => form.setFieldValue('events', events)}
        />
        <FormProblem error={error} fields={FIELDS} />
        <Group justify="flex-end">
          <Button type="submit" loading={isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What it is called, and where and how it is told. */
function Identity({
  form,
  webhook,
}: {
  readonly form: UseFormReturnType<Values>;
  readonly webhook: Webhook | undefined;
}): ReactNode {
  return (
    <>
      <TextInput
        label="Name"
        placeholder="On-call chat"
        required
        data-autofocus
        maxLength={100}
        autoComplete="off"
        {...form.getInputProps('label')}
      />
      <TextInput
        label="Address"
        description={
          webhook === undefined
            ? 'Kept encrypted, and not shown whole again: addresses of chats hold a key.'
            : `Leave it empty to keep ${webhook.address}`
        }
        placeholder="https://hooks.example.com/…"
        type="url"
        required={webhook === undefined}
        maxLength={2000}
        autoComplete="off"
        {...form.getInputProps('url')}
      />
      <Radio.Group label="Format" {...form.getInputProps('format')}>
        <Stack gap="xs" mt="xs">
          <Radio
            value="toolgate"
            label="Signed JSON"
            description="For programs: one event each, signed as Standard Webhooks says."
          />
          <Radio
            value="slack"
            label="Chat message"
            description="For incoming webhooks of Slack, Mattermost and others that take the same."
          />
        </Stack>
      </Radio.Group>
    </>
  );
}

function Events({
  all,
  events,
  error,
  onAll,
  onEvents,
}: {
  readonly all: boolean;
  readonly events: string[];
  readonly error: ReactNode;
  readonly onAll: (all: boolean) => void;
  readonly onEvents: (events: string[]) => void;
}): ReactNode {
  return (
    <Fieldset legend="What it is told of">
      <Switch
        label="Everything"
        description="Also what later versions of the gateway can tell of."
        checked={all}
        onChange={(event) => onAll(event.currentTarget.checked)}
      />
      {!all && (
        <ChoiceGroups
          label="What it is told of"
          groups={EVENT_GROUPS}
          chosen={events}
          error={error}
          onChange={onEvents}
        />
      )}
    </Fieldset>
  );
}
