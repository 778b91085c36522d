import { Button, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { QueryObserver } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { useSearch } from 'wouter';
import {
  serverToolsQuery,
  usePinAll,
  useServerTools,
  type GovernedServer,
  type ServerTools,
} from '../../api/servers.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Problem } from '../../parts/problem.tsx';
import { CATEGORIES } from '../../parts/risk-badge.tsx';
import { byRisk, matching, ToolFilterBar, type ToolFilter, toolsInWords } from '../../parts/tool-filter.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import type { First } from '../../shell/first-page.ts';
import { useMay } from '../../shell/rights.tsx';
import { DriftPanel } from './drift-panel.tsx';
import { isAskable } from './server-state.tsx';
import { ToolList } from './tool-list.tsx';

export const first: First = (queries, { server = '' }) => [
  new QueryObserver(queries, serverToolsQuery(server)),
];

/** The tools that the server lists now, what they could do, and whether they are as they were accepted. */
export default function ToolsTab({ server }: { readonly server: GovernedServer }): ReactNode {
  const { data, error, isFetching, refetch } = useServerTools(server.id, isAskable(server));
  return (
    <Stack gap="lg">
      {(server.drift > 0 || isOther(data)) && <DriftPanel server={server} />}
      {error && <Problem error={error} {...(!isFetching && { retry: () => void refetch() })} />}
      {!isAskable(server) && (
        <EmptyState title="The tools are not known yet">
          The gateway has no access to this server. Connect it on the tab “Connection”, and its tools stand
          here.
        </EmptyState>
      )}
      {data === undefined && isFetching && error === null && (
        <Waiting>Asking the server for its tools</Waiting>
      )}
      {data !== undefined && (
        <>
          <Pins server={server} tools={data} />
          <FoundTools tools={data} />
        </>
      )}
    </Stack>
  );
}

/** Whether the answer of just now is not as it was accepted: the server of before may not know of it yet. */
function isOther(tools: ServerTools | undefined): boolean {
  if (tools === undefined) return false;
  return tools.gone.length > 0 || tools.items.some(({ pin }) => pin === 'changed' || pin === 'new');
}

/** Whether definitions were accepted, and the way to accept them. */
function Pins({
  server,
  tools,
}: {
  readonly server: GovernedServer;
  readonly tools: ServerTools;
}): ReactNode {
  const mayAccept = useMay('policies:write');
  const [isAsking, { open, close }] = useDisclosure(false);
  const pin = usePinAll(server.id);
  if (server.pinned || tools.items.length === 0) return null;
  return (
    <Notice tone="unknown" title="Nobody has accepted these definitions yet">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          Once they are accepted, every change of a tool is shown here as a difference
          {server.onChange === 'block' ? ', and its calls are refused until then' : ''}. Publishing a policy
          accepts them, too.
        </Text>
        {mayAccept && (
          <Button size="xs" variant="default" onClick={open}>
            Accept all {tools.items.length} as they are
          </Button>
        )}
      </Stack>
      <Confirm
        opened={isAsking}
        title={`Accept the tools of ${server.name}?`}
        action="Accept"
        destroys={false}
        isPending={pin.isPending}
        error={pin.error}
        onConfirm={() =>
          pin.mutate(undefined, {
            onSuccess: ({ tools: count }) => {
              close();
              notifications.show({ message: `${count} definitions are accepted.` });
            },
          })
        }
        onClose={close}
      >
        Names, descriptions, parameters and annotations are kept exactly as the server gives them now. What
        differs later is shown as a change.
      </Confirm>
    </Notice>
  );
}

const NO_FILTER: ToolFilter = { words: '', categories: [] };

function FoundTools({ tools: { items } }: { readonly tools: ServerTools }): ReactNode {
  const wanted = new URLSearchParams(useSearch()).get('class');
  const [filter, setFilter] = useState<ToolFilter>(() => ({
    ...NO_FILTER,
    categories: CATEGORIES.filter(
      (category) => category === wanted && items.some(({ risk }) => risk.category === category),
    ),
  }));
  const [words] = useDebouncedValue(filter.words, 120);
  const sorted = useMemo(() => byRisk(items), [items]);
  const shown = useMemo(() => matching(sorted, { ...filter, words }), [sorted, filter, words]);
  if (items.length === 0) {
    return (
      <EmptyState title="The server lists no tools">
        When it does, they stand here with their class.
      </EmptyState>
    );
  }
  return (
    <Stack gap="xs">
      <ToolFilterBar tools={items} filter={filter} change={setFilter} />
      <Group justify="space-between">
        <Text size="sm" c="dimmed" aria-live="polite">
          {shown.length === items.length
            ? toolsInWords(items.length)
            : `${shown.length} of ${toolsInWords(items.length)}`}
        </Text>
      </Group>
      {shown.length === 0 ? (
        <EmptyState
          title="No tool is like this"
          action={
            <Button variant="default" onClick={() => setFilter(NO_FILTER)}>
              Show all tools
            </Button>
          }
        >
          Change the words or the classes.
        </EmptyState>
      ) : (
        <ToolList tools={shown} />
      )}
    </Stack>
  );
}
