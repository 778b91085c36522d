import { ActionIcon, Button, Group, Menu, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Ellipsis, KeyRound, Pencil, Send, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import {
  useChangeWebhook,
  useRemoveWebhook,
  useRotateSecret,
  useTestWebhook,
  type Webhook,
  type WebhookEdit,
} from '../../api/webhooks.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { RotateSecret } from '../../parts/rotate-secret.tsx';
import { Row } from '../../parts/rows.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useMay } from '../../shell/rights.tsx';
import { Deliveries } from './deliveries.tsx';
import { eventText } from './events.ts';
import { WebhookForm } from './webhook-form.tsx';

type Task = 'edit' | 'rotate' | 'remove' | 'deliveries';

/** One webhook, with what can be done about it. */
export function WebhookRow({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const mayChange = useMay('webhooks:write');
  const [task, setTask] = useState<Task>();
  const close = (): void => setTask(undefined);
  const change = useChangeWebhook(webhook.id);
  const test = useTestWebhook(webhook.id);
  const problem = change.error ?? test.error;
  return (
    <Row
      controls={
        <>
          {mayChange ? (
            <Switch
              aria-label={`Send to ${webhook.label}`}
              label={webhook.isActive ? 'On' : 'Off'}
              miw={80}
              checked={webhook.isActive}
              disabled={change.isPending}
              onChange={(event) => change.mutate({ isActive: event.currentTarget.checked })}
            />
          ) : (
            <StateBadge tone={webhook.isActive ? 'low' : 'unknown'}>
              {webhook.isActive ? 'On' : 'Off'}
            </StateBadge>
          )}
          <Button
            variant="default"
            size="xs"
            aria-label={`Deliveries of ${webhook.label}`}
            onClick={() => setTask('deliveries')}
          >
            Deliveries
          </Button>
          {mayChange && (
            <Actions
              webhook={webhook}
              onTask={setTask}
              onTest={() => test.mutate(undefined, { onSuccess: () => setTask('deliveries') })}
            />
          )}
        </>
      }
      below={problem === null || task === 'edit' ? undefined : <Problem error={problem} />}
    >
      <Facts webhook={webhook} />
      <Deliveries webhook={webhook} opened={task === 'deliveries'} onClose={close} />
      <Edit webhook={webhook} opened={task === 'edit'} onClose={close} change={change} />
      <Rotate webhook={webhook} opened={task === 'rotate'} onClose={close} />
      <Remove webhook={webhook} opened={task === 'remove'} onClose={close} />
    </Row>
  );
}

function Facts({ webhook: { label, address, events, format } }: { readonly webhook: Webhook }): ReactNode {
  const [first = '*'] = events;
  const told =
    first === '*'
      ? 'everything'
      : events.length === 1
        ? eventText(first).toLowerCase()
        : `${events.length} kinds of events`;
  return (
    <>
      <Text fw={600}>{label}</Text>
      <Text size="sm" className="mono">
        {address}
      </Text>
      <Text size="sm" c="dimmed" title={events.join(', ')}>
        {format === 'slack' ? 'Chat message' : 'Signed JSON'}: {told}
      </Text>
    </>
  );
}

function Actions({
  webhook,
  onTask,
  onTest,
}: {
  readonly webhook: Webhook;
  readonly onTask: (task: Task) => void;
  readonly onTest: () => void;
}): ReactNode {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={`More about ${webhook.label}`}>
          <Ellipsis size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Send size={16} />} disabled={!webhook.isActive} onClick={onTest}>
          {webhook.isActive ? 'Send a test' : 'Send a test (switch it on first)'}
        </Menu.Item>
        <Menu.Item leftSection={<Pencil size={16} />} onClick={() => onTask('edit')}>
          Edit
        </Menu.Item>
        <Menu.Item leftSection={<KeyRound size={16} />} onClick={() => onTask('rotate')}>
          New secret
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Trash2 size={16} />} onClick={() => onTask('remove')}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface TaskProps {
  readonly webhook: Webhook;
  readonly opened: boolean;
  readonly onClose: () => void;
}

function Edit({
  webhook,
  opened,
  onClose,
  change,
}: TaskProps & { readonly change: ReturnType<typeof useChangeWebhook> }): ReactNode {
  return (
    <Dialog
      opened={opened}
      onClose={() => {
        change.reset();
        onClose();
      }}
      title={`Edit "${webhook.label}"`}
      size="lg"
      closeOnClickOutside={false}
    >
      <WebhookForm
        webhook={webhook}
        action="Save"
        isPending={change.isPending}
        error={change.error}
        onSend={({ url, ...draft }, onError) => {
          const edit: WebhookEdit = url === '' ? draft : { ...draft, url };
          change.mutate(edit, { onError, onSuccess: onClose });
        }}
      />
    </Dialog>
  );
}

/** A new signing secret, with time to bring it to the receiver. */
function Rotate({ webhook, ...dialog }: TaskProps): ReactNode {
  return (
    <RotateSecret
      {...dialog}
      title={`New secret for "${webhook.label}"`}
      lead="Messages are signed with the new secret at once. For a while they carry the signature of the old one, too, so that the receiver takes them before and after it knows the new one."
      label="Sign with the old one, too"
      action="Make a new secret"
      mostSeconds={604_800}
      size="lg"
      rotate={useRotateSecret(webhook.id)}
    >
      {({ secret }, done) => <SecretOnce label="signing secret" text={secret} onDone={done} />}
    </RotateSecret>
  );
}

function Remove({ webhook, opened, onClose }: TaskProps): ReactNode {
  const remove = useRemoveWebhook(webhook.id);
  return (
    <Confirm
      opened={opened}
      title={`Remove "${webhook.label}"?`}
      action="Remove"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => notifications.show({ message: `The webhook "${webhook.label}" is removed.` }),
        })
      }
      onClose={onClose}
    >
      <Group gap={4}>
        <Text>
          Nothing is sent to it any more, not even what waits now, and its list of deliveries goes with it. To
          stop for a while, switch it off instead.
        </Text>
      </Group>
    </Confirm>
  );
}
