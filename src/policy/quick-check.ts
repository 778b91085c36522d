import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** True only of what its schema accepts and gives back as it is; false says nothing: ask the schema itself then. */
type QuickCheck = (value: unknown) => boolean;

/**
 * Makes a check of values from a schema. It keeps no issues and copies nothing: on cold code it takes less than half as long as the
 * schema. What it does not know of a schema it takes for a no.
 */
export function quickCheck(schema: Schema): QuickCheck {
  const plain = kindOf(schema);
  if (plain === undefined) return () => false;
  const checks = checksOf(schema);
  if (checks.length === 0) return plain;
  return (value) => plain(value) && checks.every((check) => passes(check, value));
}

function kindOf(schema: Schema): QuickCheck | undefined {
  const { def } = schema._zod;
  switch (def.type) {
    case 'unknown':
      return () => true;
    case 'string':
      return (value) => typeof value === 'string';
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number':
      return Number.isFinite;
    case 'enum':
    case 'literal': {
      const { values } = schema._zod;
      return values && ((value) => values.has(value as z.core.util.Primitive));
    }
    case 'optional': {
      const { innerType } = def as z.core.$ZodOptionalDef;
      // what is unknown might be filled in
      if (kindOf(innerType) === undefined || schema._zod.traits.has('$ZodExactOptional')) return undefined;
      const inner = quickCheck(innerType);
      return (value) => value === undefined || inner(value);
    }
    case 'nullable': {
      const inner = quickCheck((def as z.core.$ZodNullableDef).innerType);
      return (value) => value === null || inner(value);
    }
    case 'array': {
      const element = quickCheck((def as z.core.$ZodArrayDef).element);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case 'union':
      return unionOf(def as z.core.$ZodUnionDef);
    case 'object':
      return objectOf(def as z.core.$ZodObjectDef);
    case 'record':
      return recordOf(def as z.core.$ZodRecordDef);
    default:
      return undefined;
  }
}

/** A number's format is a check of its own, which the schema does not list. */
function checksOf(schema: Schema): readonly z.core.$ZodCheck[] {
  const listed = schema._zod.def.checks ?? [];
  return schema._zod.traits.has('$ZodCheck') ? [schema as unknown as z.core.$ZodCheck, ...listed] : listed;
}

function passes(check: z.core.$ZodCheck, value: unknown): boolean {
  const payload: z.core.ParsePayload<never> = { value: value as never, issues: [] };
  const later = check._zod.check(payload);
  return later === undefined && payload.issues.length === 0 && payload.value === value;
}

/** The first option that accepts a value says what becomes of it: a doubt about one is a doubt about all behind it. */
function unionOf({ options, ...def }: z.core.$ZodUnionDef): QuickCheck {
  const areApart = 'discriminator' in def;
  const checks = options.map((option) => ({
    accepts: quickCheck(option),
    isSure: areApart || isSure(option),
  }));
  return (value) => {
    for (const { accepts, isSure: isNoSure } of checks) {
      if (accepts(value)) return true;
      if (!isNoSure) return false;
    }
    return false;
  };
}

/** Whether its no is the schema's, too. */
function isSure(schema: Schema): boolean {
  const { type } = schema._zod.def;
  return checksOf(schema).length === 0 && ['string', 'boolean', 'number', 'enum', 'literal'].includes(type);
}

/** Other members are refused, dropped (both a no here) or let through as they are. */
function objectOf({ shape, catchall }: z.core.$ZodObjectDef): QuickCheck {
  const members = new Map(Object.entries(shape).map(([name, schema]) => [name, quickCheck(schema)]));
  const mayBeMissing = ([name, check]: readonly [string, QuickCheck]): boolean =>
    shape[name]?._zod.optin === 'optional' && check(undefined);
  const needed = [...members].filter((member) => !mayBeMissing(member)).map(([name]) => name);
  const takesOthers = catchall?._zod.def.type === 'unknown';
  return (value) => {
    if (!isObject(value)) return false;
    for (const name of needed) if (!Object.hasOwn(value, name)) return false;
    for (const name of Object.keys(value)) {
      const check = members.get(name);
      if (check === undefined ? !takesOthers || name === PASSED_OVER : !check(value[name])) return false;
    }
    return true;
  };
}

/** Listed keys must all be there, and keys that are numbers are made such: both are left to the schema. */
function recordOf({ keyType, valueType }: z.core.$ZodRecordDef): QuickCheck | undefined {
  if (keyType._zod.def.type !== 'string') return undefined;
  const key = quickCheck(keyType);
  const member = quickCheck(valueType);
  return (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => name !== PASSED_OVER && key(name) && member(value[name]));
}

/** A member that the library drops without a word. */
const PASSED_OVER = '__proto__';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
