import { ActionIcon, Autocomplete, Group, Select, TagsInput, Tooltip } from '@mantine/core';
import { X } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import type { Condition } from '#policy';
import { firstValue, operatorsFor, OPERATORS, withOperator } from '../../builder/operators.ts';
import type { Field } from '../../builder/schema-fields.ts';
import { NumberField, TextField } from './fields.tsx';

/** What a part of a rule needs to change itself. */
export interface Editing<T> {
  readonly value: T;
  readonly fields: readonly Field[];
  readonly canEdit: boolean;
  /** Takes the next value over; says what is wrong with it otherwise. */
  readonly commit: (next: T) => string | undefined;
  readonly remove: () => void;
}

/** One comparison: an argument, an operator that fits its type, and a value. */
export function ConditionRow({
  value: condition,
  fields,
  canEdit,
  commit,
  remove,
}: Editing<Condition>): ReactNode {
  const field = useMemo(() => fields.find(({ path }) => path === condition.path), [fields, condition.path]);
  const operators = operatorsFor(field);
  const offered = operators.includes(condition.op) ? operators : [...operators, condition.op];
  return (
    <Group gap="xs" align="flex-start" wrap="wrap">
      <PathInput
        value={condition.path}
        fields={fields}
        canEdit={canEdit}
        commit={(path) => commit(onPath(condition, path, fields))}
      />
      <Select
        aria-label="Comparison"
        size="xs"
        w={150}
        readOnly={!canEdit}
        allowDeselect={false}
        value={condition.op}
        data={offered.map((op) => ({ value: op, label: OPERATORS[op] }))}
        onChange={(op) => op !== null && commit(withOperator(condition, op, field))}
      />
      <ValueInput condition={condition} field={field} canEdit={canEdit} commit={commit} />
      {condition.op !== 'exists' && (
        <Select
          aria-label="When the argument is not given"
          size="xs"
          w={170}
          readOnly={!canEdit}
          allowDeselect={false}
          value={condition.on_missing ?? ''}
          data={[
            { value: '', label: 'not given: usual' },
            { value: 'match', label: 'not given: matches' },
            { value: 'no_match', label: 'not given: no match' },
          ]}
          onChange={(choice) => commit(onMissing(condition, choice))}
        />
      )}
      {canEdit && (
        <Tooltip label="Remove this condition">
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={remove}
            aria-label={`Remove the condition on ${condition.path}`}
          >
            <X size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function onMissing(condition: Condition, choice: string | null): Condition {
  const { path, op, value } = condition;
  return { path, op, value, ...(choice !== null && choice !== '' && { on_missing: choice }) } as Condition;
}

/** The condition on another argument: the operator stays where it fits. */
function onPath(condition: Condition, path: string, fields: readonly Field[]): Condition {
  const field = fields.find((one) => one.path === path);
  const moved = { ...condition, path };
  if (field === undefined) return moved;
  const operators = operatorsFor(field);
  const op = operators.includes(condition.op) ? condition.op : (operators[0] ?? condition.op);
  const fits = op === condition.op && (field.choices === undefined || op === 'exists');
  return fits ? moved : ({ path, op, value: firstValue(op, field) } as Condition);
}

/** An argument of the tool, chosen from its schema or written. */
export function PathInput({
  value,
  fields,
  canEdit,
  commit,
  label = 'Argument',
}: {
  readonly value: string;
  readonly fields: readonly Field[];
  readonly canEdit: boolean;
  readonly commit: (path: string) => string | undefined;
  readonly label?: string;
}): ReactNode {
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  return (
    <Autocomplete
      aria-label={label}
      size="xs"
      w={210}
      readOnly={!canEdit}
      placeholder="args.…"
      data={[...new Set(fields.map(({ path }) => path))]}
      // the whole list, unless something is being typed
      filter={typed === undefined ? ({ options }) => options : undefined}
      value={typed ?? value}
      error={error}
      onChange={(path) => {
        setTyped(path);
        setError(commit(path));
      }}
      onBlur={() => {
        if (error === undefined) setTyped(undefined);
      }}
    />
  );
}

interface ValueProps {
  readonly condition: Condition;
  readonly field: Field | undefined;
  readonly canEdit: boolean;
  readonly commit: (next: Condition) => string | undefined;
}

function ValueInput({ condition, field, canEdit, commit }: ValueProps): ReactNode {
  const put = (value: unknown): string | undefined => commit({ ...condition, value } as Condition);
  const { op, value } = condition;
  if (op === 'exists')
    return <Choice values={[true, false]} words={['yes', 'no']} value={value} canEdit={canEdit} put={put} />;
  if (op === 'in' || op === 'not_in')
    return <ListInput values={value} field={field} canEdit={canEdit} put={put} />;
  if (op === 'lt' || op === 'lte' || op === 'gt' || op === 'gte')
    return (
      <NumberField aria-label="Value" size="xs" w={120} readOnly={!canEdit} value={value} commit={put} />
    );
  if (op === 'regex')
    return (
      <TextField
        aria-label="Pattern, RE2 syntax"
        ff="monospace"
        placeholder="^…$"
        size="xs"
        w={200}
        readOnly={!canEdit}
        value={value}
        commit={put}
      />
    );
  if (field?.choices !== undefined && field.choices.includes(value as string))
    return <Choice values={field.choices} value={value} canEdit={canEdit} put={put} />;
  if (typeof value === 'boolean')
    return <Choice values={[true, false]} value={value} canEdit={canEdit} put={put} />;
  if (typeof value === 'number')
    return (
      <NumberField aria-label="Value" size="xs" w={120} readOnly={!canEdit} value={value} commit={put} />
    );
  if (typeof value === 'string')
    return <TextField aria-label="Value" size="xs" w={200} readOnly={!canEdit} value={value} commit={put} />;
  return <JsonField value={value} canEdit={canEdit} put={put} />;
}

type Put = (value: unknown) => string | undefined;

function Choice({
  values,
  words,
  value,
  canEdit,
  put,
}: {
  readonly values: readonly unknown[];
  readonly words?: readonly string[];
  readonly value: unknown;
  readonly canEdit: boolean;
  readonly put: Put;
}): ReactNode {
  return (
    <Select
      aria-label="Value"
      size="xs"
      w={160}
      readOnly={!canEdit}
      allowDeselect={false}
      value={JSON.stringify(value)}
      data={values.map((one, index) => ({
        value: JSON.stringify(one),
        label: words?.[index] ?? String(one),
      }))}
      onChange={(text) => text !== null && put(JSON.parse(text))}
    />
  );
}

/** A list of values; what reads as a number where the argument is one is a number. */
function ListInput({
  values,
  field,
  canEdit,
  put,
}: {
  readonly values: readonly unknown[];
  readonly field: Field | undefined;
  readonly canEdit: boolean;
  readonly put: Put;
}): ReactNode {
  const isPlain = values.every((one) => typeof one === 'string' || typeof one === 'number');
  if (!isPlain) return <JsonField value={values} canEdit={canEdit} put={put} />;
  const known = new Map<string, unknown>(
    [...(field?.choices ?? []), ...values].map((one) => [String(one), one]),
  );
  const isNumber = field?.types.includes('number') === true && !field.types.includes('string');
  return (
    <TagsInput
      aria-label="Values"
      size="xs"
      w={260}
      readOnly={!canEdit}
      placeholder={values.length === 0 ? 'Add a value, then Enter' : undefined}
      data={(field?.choices ?? []).map(String)}
      value={values.map(String)}
      onChange={(texts) =>
        put(
          texts.map(
            (text) => known.get(text) ?? (isNumber && Number.isFinite(Number(text)) ? Number(text) : text),
          ),
        )
      }
    />
  );
}

/** Any value, as JSON. */
function JsonField({
  value,
  canEdit,
  put,
}: {
  readonly value: unknown;
  readonly canEdit: boolean;
  readonly put: Put;
}): ReactNode {
  return (
    <TextField
      aria-label="Value, as JSON"
      ff="monospace"
      size="xs"
      w={200}
      readOnly={!canEdit}
      value={JSON.stringify(value)}
      commit={(text) => {
        try {
          return put(JSON.parse(text));
        } catch {
          return 'This is not JSON.';
        }
      }}
    />
  );
}
