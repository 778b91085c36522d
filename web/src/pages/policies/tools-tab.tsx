import { Button, Group, Kbd, Menu, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { ChevronDown } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import type { PolicyTool } from '../../api/policies.ts';
import type { ToolChoice } from '../../builder/tool-state.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterSelect } from '../../parts/filter-select.tsx';
import { ToolFilterBar, toolsInWords } from '../../parts/tool-filter.tsx';
import { useChoose } from './choice-control.tsx';
import { filterTools, NO_FILTER, STATE_WORDS, type RuleFilter } from './tool-filter.ts';
import { ToolList } from './tool-list.tsx';
import { useWorkbench } from './workbench.ts';

/** All tools of the server with what the policy does with each; found, filtered, and changed one by one or together. */
export function ToolsTab(): ReactNode {
  const { tools, document, canEdit } = useWorkbench();
  const [filter, setFilter] = useState(NO_FILTER);
  const [words] = useDebouncedValue(filter.words, 120);
  const shown = useMemo(
    () => filterTools(tools, document, { ...filter, words }),
    [tools, document, filter, words],
  );
  if (tools.length === 0) {
    return (
      <EmptyState title="The server lists no tools">
        When it does, each stands here with its class and the rule for it. Rules for classes and patterns can
        be made before.
      </EmptyState>
    );
  }
  return (
    <Stack gap="xs">
      <FilterBar filter={filter} change={setFilter} />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" aria-live="polite">
          {shown.length === tools.length
            ? toolsInWords(tools.length)
            : `${shown.length} of ${toolsInWords(tools.length)}`}
        </Text>
        {canEdit && shown.length > 0 && <BulkMenu shown={shown} />}
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
          Change the words or the filters.
        </EmptyState>
      ) : (
        <ToolList tools={shown} label="Tools of the server" />
      )}
      {canEdit && shown.length > 0 && (
        <Text size="xs" c="dimmed" visibleFrom="sm">
          In the list: <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> move, <Kbd size="xs">Enter</Kbd> opens,{' '}
          <Kbd size="xs">A</Kbd> allow, <Kbd size="xs">D</Kbd> deny, <Kbd size="xs">H</Kbd> hide,{' '}
          <Kbd size="xs">P</Kbd> approve, <Kbd size="xs">C</Kbd> custom, <Kbd size="xs">Del</Kbd> no rule of
          its own.
        </Text>
      )}
    </Stack>
  );
}

function FilterBar({
  filter,
  change,
}: {
  readonly filter: RuleFilter;
  readonly change: (filter: RuleFilter) => void;
}): ReactNode {
  const { tools } = useWorkbench();
  return (
    <ToolFilterBar tools={tools} filter={filter} change={change}>
      <FilterSelect
        w={190}
        aria-label="State"
        all="Any state"
        data={Object.entries(STATE_WORDS).map(([value, label]) => ({ value, label }))}
        value={filter.state === '' ? undefined : filter.state}
        onChange={(state = '') => change({ ...filter, state: state as RuleFilter['state'] })}
      />
    </ToolFilterBar>
  );
}

const BULK: readonly { readonly choice: ToolChoice; readonly label: string; readonly about: string }[] = [
  { choice: 'allow', label: 'Allow', about: 'every call passes' },
  { choice: 'deny', label: 'Deny', about: 'seen, and every call refused' },
  { choice: 'hide', label: 'Hide', about: 'neither seen nor callable' },
  { choice: 'approve', label: 'Approve', about: 'every call waits for a person' },
  { choice: 'recommended', label: 'Recommended rules', about: 'by the class of each' },
  { choice: 'none', label: 'No rule of their own', about: 'wider rules and the default decide' },
];

/** Changes all tools that are shown. It can be undone in one step. */
function BulkMenu({ shown }: { readonly shown: readonly PolicyTool[] }): ReactNode {
  const choose = useChoose();
  const count = toolsInWords(shown.length);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="default" rightSection={<ChevronDown size={14} aria-hidden />}>
          {shown.length === 1 ? 'For this tool' : `For these ${count}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Sets the rule of {count}; Undo takes it back</Menu.Label>
        {BULK.map(({ choice, label, about }) => (
          <Menu.Item key={choice} onClick={() => choose(shown, choice)}>
            {label}{' '}
            <Text span size="xs" c="dimmed">
              {about}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
