import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { QueryObserver } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useCreateWebhook, useWebhooks, WEBHOOKS, type WebhookWithSecret } from '../../api/webhooks.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Rows } from '../../parts/rows.tsx';
import { SecretOnceModal } from '../../parts/secret-once.tsx';
import { Section } from '../../parts/section.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { IfMay } from '../../shell/rights.tsx';
import { WebhookForm } from './webhook-form.tsx';
import { WebhookRow } from './webhook-row.tsx';

export const first: First = (queries) => [new QueryObserver(queries, WEBHOOKS)];

/** Where the gateway reports what happens. */
export default function WebhooksTab(): ReactNode {
  const { data: webhooks, error, refetch } = useWebhooks();
  const [isMaking, { open, close }] = useDisclosure();
  const [made, setMade] = useState<WebhookWithSecret>();
  const button = (
    <IfMay scope="webhooks:write">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={open}>
        New webhook
      </Button>
    </IfMay>
  );
  return (
    <Section
      title="Webhooks"
      lead="The gateway sends a message to an address of yours when something happens: to a chat, a pager, or a program. Values of arguments are never in it."
      action={button}
    >
      {error && <Problem error={error} retry={() => void refetch()} />}
      {webhooks === undefined && !error && <Waiting />}
      {webhooks?.length === 0 && (
        <EmptyState title="No webhooks yet" action={button}>
          Make one to hear at once of held calls, of tools that changed and of servers that do not answer.
        </EmptyState>
      )}
      {webhooks !== undefined && webhooks.length > 0 && (
        <Rows label="Webhooks">
          {webhooks.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} />
          ))}
        </Rows>
      )}
      <Dialog opened={isMaking} onClose={close} title="New webhook" size="lg" closeOnClickOutside={false}>
        <NewWebhook
          onMade={(webhook) => {
            close();
            setMade(webhook);
          }}
        />
      </Dialog>
      <WebhookSecret webhook={made} onDone={() => setMade(undefined)} />
    </Section>
  );
}

function NewWebhook({ onMade }: { readonly onMade: (webhook: WebhookWithSecret) => void }): ReactNode {
  const create = useCreateWebhook();
  return (
    <WebhookForm
      action="Make the webhook"
      isPending={create.isPending}
      error={create.error}
      onSend={(draft, onError) => create.mutate(draft, { onSuccess: onMade, onError })}
    />
  );
}

function WebhookSecret({
  webhook,
  onDone,
}: {
  readonly webhook: WebhookWithSecret | undefined;
  readonly onDone: () => void;
}): ReactNode {
  return (
    <SecretOnceModal
      opened={webhook !== undefined}
      title={`The webhook "${webhook?.label ?? ''}" is made`}
      label="signing secret"
      text={webhook?.secret ?? ''}
      onDone={onDone}
    >
      <Text size="sm">
        {webhook?.format === 'slack'
          ? 'A chat does not need it. A program that takes the messages can check with it that they come from here.'
          : 'The receiver checks with it that messages come from here: they are signed as Standard Webhooks says.'}
      </Text>
    </SecretOnceModal>
  );
}
