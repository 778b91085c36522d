import type { Condition } from '#policy';
import type { Field, FieldType } from './schema-fields.ts';

export type Operator = Condition['op'];

/** Operators in words, in the order in which they are offered. */
export const OPERATORS: Readonly<Record<Operator, string>> = {
  eq: 'is',
  neq: 'is not',
  in: 'is one of',
  not_in: 'is none of',
  lt: 'is below',
  lte: 'is at most',
  gt: 'is above',
  gte: 'is at least',
  contains: 'contains',
  regex: 'matches the pattern',
  exists: 'is given',
};

const ALL = Object.keys(OPERATORS) as Operator[];
const FITTING: Readonly<Record<FieldType, readonly Operator[]>> = {
  string: ['eq', 'neq', 'in', 'not_in', 'contains', 'regex', 'exists'],
  number: ['eq', 'neq', 'in', 'not_in', 'lt', 'lte', 'gt', 'gte', 'exists'],
  boolean: ['eq', 'neq', 'exists'],
  array: ['contains', 'exists'],
  object: ['exists'],
  null: ['eq', 'neq', 'exists'],
};

/** The operators that can take the values of a field: of several types, those that some of them can. All, where nothing is known. */
export function operatorsFor(field: Field | undefined): readonly Operator[] {
  if (field === undefined || field.types.length === 0) return ALL;
  const fitting = new Set(field.types.flatMap((type) => FITTING[type]));
  if (field.choices !== undefined) for (const op of ['contains', 'regex'] as const) fitting.delete(op);
  return ALL.filter((op) => fitting.has(op));
}

/** A first value for an operator on a field, so that a new condition is one at once. */
export function firstValue(op: Operator, field: Field | undefined): unknown {
  const choice = field?.choices?.[0];
  switch (op) {
    case 'exists':
      return true;
    case 'in':
    case 'not_in':
      return choice === undefined ? [] : [choice];
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return 0;
    case 'regex':
      return '';
    default:
      if (choice !== undefined) return choice;
      if (field?.types.includes('boolean') === true) return true;
      return field?.types.includes('number') === true ? 0 : '';
  }
}

/** The same condition with another operator: its value stays where the operator can take it. */
export function withOperator(condition: Condition, op: Operator, field: Field | undefined): Condition {
  const { path, value } = condition;
  const kept = keepsValue(op, value) ? value : firstValue(op, field);
  const missing = op !== 'exists' && 'on_missing' in condition && condition.on_missing !== undefined;
  return { path, op, value: kept, ...(missing && { on_missing: condition.on_missing }) } as Condition;
}

function keepsValue(op: Operator, value: unknown): boolean {
  if (op === 'exists') return typeof value === 'boolean';
  if (op === 'in' || op === 'not_in') return Array.isArray(value);
  if (op === 'regex') return false;
  if (['lt', 'lte', 'gt', 'gte'].includes(op)) return typeof value === 'number';
  return !Array.isArray(value);
}

/** A condition to begin with, on a field. */
export function firstCondition(field: Field | undefined): Condition {
  const op = operatorsFor(field)[0] ?? 'exists';
  return { path: field?.path ?? 'args.name', op, value: firstValue(op, field) } as Condition;
}
