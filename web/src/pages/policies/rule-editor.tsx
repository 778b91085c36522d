import { Button, Group, Stack, Text } from '@mantine/core';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Limit, Predicate, Rule } from '#policy';
import { setAt } from '../../builder/edit-text.ts';
import { firstCondition } from '../../builder/operators.ts';
import type { Place, Segment } from '../../builder/place.ts';
import type { Field } from '../../builder/schema-fields.ts';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { NumberField, TextField } from './fields.tsx';
import { LimitEditor, WindowInput } from './limit-editor.tsx';
import { PredicateEditor, type PredicateKind } from './predicate-editor.tsx';
import { useWorkbench } from './workbench.ts';

interface RuleProps {
  /** Where the rule stands in the document. */
  readonly place: Place;
  readonly rule: Rule;
  /** Arguments that the rule may ask about. */
  readonly fields: readonly Field[];
  /** Name for a new counter. */
  readonly counter: string;
  /** Rules for every call have no action of their own. */
  readonly isShared?: boolean;
}

interface Editor extends RuleProps {
  readonly mayEdit: boolean;
  readonly canEdit: boolean;
  readonly put: (at: readonly Segment[], value: unknown) => string | undefined;
  readonly remove: (list: 'limits' | PredicateKind, index: number) => void;
}

const KINDS = ['deny_if', 'require', 'approve_if'] as const;

/** Everything that one rule says: action, argument rules, limits. Each change is one edit of the text at its place. */
export function RuleEditor(props: RuleProps): ReactNode {
  const { place, rule, isShared = false } = props;
  const { edit, mayEdit, canEdit } = useWorkbench();
  const put: Editor['put'] = (at, value) => edit((text) => setAt(text, [...place, ...at], value));
  const editor: Editor = {
    ...props,
    mayEdit,
    canEdit,
    put,
    remove: (list, index) => {
      // a list that is empty then goes too
      const isLast = (rule[list]?.length ?? 0) === 1;
      put(isLast ? [list] : [list, index], undefined);
    },
  };
  const kinds = isShared ? KINDS.filter((kind) => kind !== 'approve_if') : KINDS;
  return (
    <Stack gap="sm">
      {!isShared && <ActionPart {...editor} />}
      {kinds.map((kind) => (
        <PredicatePart key={kind} kind={kind} {...editor} />
      ))}
      <LimitPart {...editor} />
      {canEdit && <AddPart kinds={kinds} {...editor} />}
    </Stack>
  );
}

function ActionPart({ rule, mayEdit, canEdit, put }: Editor): ReactNode {
  const action = rule.action ?? 'allow';
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {mayEdit && (
          <SegmentedControl
            size="xs"
            aria-label="What the rule does with calls"
            readOnly={!canEdit}
            value={action}
            data={[
              { value: 'allow', label: 'Allow' },
              { value: 'deny', label: 'Deny' },
              { value: 'require_approval', label: 'Approve' },
            ]}
            onChange={(next) => put(['action'], next === 'allow' ? undefined : next)}
          />
        )}
        <Text size="xs" c="dimmed">
          {ACTIONS[action]}
        </Text>
      </Group>
      {(action !== 'allow' || rule.reason !== undefined) && (
        <TextField
          size="xs"
          aria-label="Reason"
          placeholder="Reason that the agent is told"
          readOnly={!canEdit}
          value={rule.reason ?? ''}
          commit={(text) => put(['reason'], text === '' ? undefined : text)}
        />
      )}
    </Stack>
  );
}

const ACTIONS = {
  allow: 'Calls pass, unless something below stops them.',
  deny: 'The agent sees the tool, and every call is refused.',
  require_approval: 'Every call waits until a person agrees to it.',
} as const;

function PredicatePart({
  kind,
  rule,
  fields,
  canEdit,
  put,
  remove,
}: Editor & { readonly kind: PredicateKind }): ReactNode {
  return (rule[kind] ?? []).map((predicate, index) => (
    <PredicateEditor
      // oxlint-disable-next-line react/no-array-index-key -- predicates have no name but their place
      key={index}
      kind={kind}
      value={predicate}
      fields={fields}
      canEdit={canEdit}
      commit={(next) => put([kind, index], next)}
      remove={() => remove(kind, index)}
    />
  ));
}

function LimitPart({ rule, fields, canEdit, put, remove }: Editor): ReactNode {
  const { rate_limit: short } = rule;
  return (
    <>
      {(rule.limits ?? []).map((limit, index) => (
        <LimitEditor
          // oxlint-disable-next-line react/no-array-index-key -- two limits may have one counter
          key={index}
          value={limit}
          fields={fields}
          canEdit={canEdit}
          commit={(next) => put(['limits', index], next)}
          remove={() => remove('limits', index)}
        />
      ))}
      {short !== undefined && (
        <Group gap="xs" role="group" aria-label="Rate limit for each session">
          <Text size="sm" fw={600}>
            Rate limit for each session
          </Text>
          <NumberField
            aria-label="Most calls"
            size="xs"
            w={90}
            min={0}
            readOnly={!canEdit}
            value={short.max}
            commit={(max) => put(['rate_limit', 'max'], max)}
          />
          <WindowInput
            value={short.window}
            canEdit={canEdit}
            commit={(window) => put(['rate_limit', 'window'], window)}
          />
          {canEdit && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              onClick={() => put(['rate_limit'], undefined)}
            >
              Remove
            </Button>
          )}
        </Group>
      )}
    </>
  );
}

const ADD = {
  deny_if: 'Refuse when…',
  require: 'Allow only when…',
  approve_if: 'Ask a person when…',
} as const;

function AddPart({
  kinds,
  rule,
  fields,
  counter,
  put,
}: Editor & { readonly kinds: readonly PredicateKind[] }): ReactNode {
  const append = (list: 'limits' | PredicateKind, value: Limit | Predicate): void => {
    const before = rule[list];
    put(before === undefined ? [list] : [list, before.length], before === undefined ? [value] : value);
  };
  return (
    <Group gap="xs">
      {kinds.map((kind) => (
        <Button
          key={kind}
          size="compact-sm"
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => append(kind, { conditions: [firstCondition(fields[0])] })}
        >
          {ADD[kind]}
        </Button>
      ))}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() =>
          append('limits', {
            counter: freshCounter(counter, rule),
            window: 'minute',
            max: 30,
            scope: 'grant',
          })
        }
      >
        Limit
      </Button>
    </Group>
  );
}

/** A counter that no other limit of the rule has. */
function freshCounter(name: string, { limits = [] }: Rule): string {
  const taken = new Set(limits.map(({ counter }) => counter));
  for (let number = 1; ; number++) {
    const counter = number === 1 ? name : `${name}_${number}`;
    if (!taken.has(counter)) return counter.slice(0, 200);
  }
}
