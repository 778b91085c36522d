import { ActionIcon, Button, Group, Paper, Stack, Text, Tooltip } from '@mantine/core';
import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Predicate } from '#policy';
import { firstCondition } from '../../builder/operators.ts';
import { ConditionRow, type Editing } from './condition-row.tsx';
import { TextField } from './fields.tsx';

export type PredicateKind = 'require' | 'deny_if' | 'approve_if';

const LEADS: Readonly<Record<PredicateKind, { readonly always: string; readonly when: string }>> = {
  require: { always: 'No condition: always holds', when: 'Allowed only when' },
  deny_if: { always: 'Refuses every call', when: 'Refused when' },
  approve_if: { always: 'Every call waits for a person', when: 'Waits for a person when' },
};

/** A question about the arguments: conditions that hold together, and what the agent is told. */
export function PredicateEditor({
  kind,
  value: predicate,
  fields,
  canEdit,
  commit,
  remove,
}: Editing<Predicate> & { readonly kind: PredicateKind }): ReactNode {
  const { conditions } = predicate;
  const lead = conditions.length === 0 ? LEADS[kind].always : LEADS[kind].when;
  return (
    <Paper withBorder p="xs" radius="sm" role="group" aria-label={lead}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={600}>
            {lead}
            {predicate.id !== undefined && (
              <Text span size="sm" c="dimmed" fw={400}>
                {' '}
                ({predicate.id})
              </Text>
            )}
          </Text>
          {canEdit && (
            <Tooltip label="Remove this argument rule">
              <ActionIcon variant="subtle" color="gray" onClick={remove} aria-label={`Remove: ${lead}`}>
                <Trash2 size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
        {conditions.map((condition, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- conditions have no name but their place
          <Stack key={index} gap={4}>
            {index > 0 && (
              <Text size="xs" c="dimmed">
                and
              </Text>
            )}
            <ConditionRow
              value={condition}
              fields={fields}
              canEdit={canEdit}
              commit={(next) => commit({ ...predicate, conditions: conditions.with(index, next) })}
              remove={() => commit({ ...predicate, conditions: conditions.toSpliced(index, 1) })}
            />
          </Stack>
        ))}
        <PredicateFoot predicate={predicate} fields={fields} canEdit={canEdit} commit={commit} />
      </Stack>
    </Paper>
  );
}

/** One more condition, and the words for the agent. */
function PredicateFoot({
  predicate,
  fields,
  canEdit,
  commit,
}: Pick<Editing<Predicate>, 'fields' | 'canEdit' | 'commit'> & { readonly predicate: Predicate }): ReactNode {
  const { conditions } = predicate;
  if (!canEdit && predicate.on_deny === undefined) return null;
  return (
    <Group gap="xs" align="flex-end" wrap="wrap">
      {canEdit && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => commit({ ...predicate, conditions: [...conditions, firstCondition(fields[0])] })}
        >
          {conditions.length === 0 ? 'Add a condition' : 'And another condition'}
        </Button>
      )}
      <TextField
        size="xs"
        flex="1 1 16rem"
        aria-label="What the agent is told"
        placeholder="What the agent is told; a usual sentence when empty"
        readOnly={!canEdit}
        value={predicate.on_deny ?? ''}
        commit={(text) => commit(withMessage(predicate, text))}
      />
    </Group>
  );
}

function withMessage({ on_deny: _before, ...rest }: Predicate, text: string): Predicate {
  return text === '' ? rest : { ...rest, on_deny: text };
}
