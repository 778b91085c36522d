import { Button, Collapse, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId, useMemo, type ReactNode } from 'react';
import { useDeliveries, useRedeliver, type Delivery, type Webhook } from '../../api/webhooks.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { inert } from '../../parts/inert.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Row, Rows } from '../../parts/rows.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { IfMay } from '../../shell/rights.tsx';
import { eventText } from './events.ts';
import { ListState } from './list-state.tsx';

/** What was and is to be sent to a webhook. */
export function Deliveries({
  webhook,
  opened,
  onClose,
}: {
  readonly webhook: Webhook;
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const deliveries = useDeliveries(webhook.id, opened);
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Deliveries of "${webhook.label}"`}
    >
      <Stack>
        <ListState
          list={deliveries}
          empty={
            <EmptyState title="Nothing was sent yet">
              What happens from now on is listed here. To see whether the address takes it, send a test.
            </EmptyState>
          }
        >
          {(items) => (
            <Rows label="Deliveries, newest first">
              {items.map((delivery) => (
                <DeliveryRow key={delivery.id} webhook={webhook.id} delivery={delivery} />
              ))}
            </Rows>
          )}
        </ListState>
      </Stack>
    </Drawer>
  );
}

const STATES = {
  pending: { tone: 'medium', word: 'On its way' },
  delivered: { tone: 'low', word: 'Delivered' },
  failed: { tone: 'critical', word: 'Failed' },
} as const;

function DeliveryRow({
  webhook,
  delivery,
}: {
  readonly webhook: string;
  readonly delivery: Delivery;
}): ReactNode {
  const [isOpen, { toggle }] = useDisclosure();
  const body = useId();
  const redeliver = useRedeliver(webhook);
  const { tone, word } = STATES[delivery.status];
  return (
    <Row
      controls={
        <>
          {(delivery.status === 'failed' || isWaiting(delivery)) && (
            <IfMay scope="webhooks:write">
              <Button
                variant="default"
                size="xs"
                loading={redeliver.isPending}
                onClick={() => redeliver.mutate(delivery.id)}
              >
                {delivery.status === 'failed' ? 'Send again' : 'Send now'}
              </Button>
            </IfMay>
          )}
          <Button variant="default" size="xs" aria-expanded={isOpen} aria-controls={body} onClick={toggle}>
            {isOpen ? 'Hide message' : 'Message'}
          </Button>
        </>
      }
      below={
        <div id={body}>
          {redeliver.error && <Problem error={redeliver.error} />}
          <Collapse expanded={isOpen}>{isOpen && <Payload text={delivery.payload} />}</Collapse>
        </div>
      }
    >
      <Group gap="xs">
        <StateBadge tone={tone}>{word}</StateBadge>
        <Text size="sm" fw={600}>
          {eventText(delivery.event)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        <TimeAgo at={delivery.createdAt} />, {attemptsOf(delivery)}
        {delivery.nextAttemptAt !== undefined && isWaiting(delivery) && (
          <>
            , again <TimeAgo at={delivery.nextAttemptAt} />
          </>
        )}
      </Text>
      {delivery.status !== 'delivered' && delivery.lastError !== undefined && (
        <Text size="sm">{inert(delivery.lastError, 300)}</Text>
      )}
    </Row>
  );
}

/** Whether it was tried, and is left alone until the next attempt. */
function isWaiting({ nextAttemptAt, attempts }: Delivery): boolean {
  return nextAttemptAt !== undefined && attempts > 0;
}

function attemptsOf({ attempts, lastStatus }: Delivery): string {
  if (attempts === 0) return 'not tried yet';
  const count = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return lastStatus === undefined ? count : `${count}, last answer ${lastStatus}`;
}

function Payload({ text }: { readonly text: string }): ReactNode {
  const value = useMemo((): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }, [text]);
  return <JsonView value={value} label="Message as it is sent" />;
}
