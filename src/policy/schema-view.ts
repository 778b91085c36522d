import { resolveLocalRef } from './close-schema.ts';
import { isJsonObject, jsonEquals, ownMember } from './json.ts';
import type { PathStep } from './path.ts';

/** What a tool's schema says of one value, as far as a policy author needs it. */
export interface SchemaView {
  /** JSON types that the value may have, `integer` counted as `number`; undefined when the schema leaves it open. */
  readonly types: ReadonlySet<string> | undefined;
  /** The values that it may have, where they are listed. */
  readonly allowed: readonly unknown[] | undefined;
  readonly members: ReadonlyMap<string, readonly unknown[]>;
  readonly required: ReadonlySet<string>;
  /** Whether members may be there that are not declared. */
  readonly open: boolean;
  readonly elements: readonly unknown[];
}

/** Where a path leads in a schema. */
export type Place =
  | { readonly state: 'declared'; readonly view: SchemaView; readonly required: boolean }
  /** The schema neither declares it nor rules it out; `names` are its neighbours. */
  | { readonly state: 'open'; readonly names: readonly string[] }
  /** No call that satisfies the schema has it. `at` is how many steps could be taken. */
  | { readonly state: 'absent'; readonly names: readonly string[]; readonly at: number };

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function union<T>(sets: readonly (ReadonlySet<T> | undefined)[]): ReadonlySet<T> | undefined {
  const known = sets.filter((set) => set !== undefined);
  return known.length < sets.length || known.length === 0
    ? undefined
    : new Set(known.flatMap((set) => [...set]));
}

function intersection<T>(
  a: ReadonlySet<T> | undefined,
  b: ReadonlySet<T> | undefined,
): ReadonlySet<T> | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return new Set([...a].filter((one) => b.has(one)));
}

const NOTHING_SAID: SchemaView = {
  types: undefined,
  allowed: undefined,
  members: new Map(),
  required: new Set(),
  open: false,
  elements: [],
};

function mergeMembers(views: readonly SchemaView[]): ReadonlyMap<string, readonly unknown[]> {
  const members = new Map<string, readonly unknown[]>();
  for (const view of views) {
    for (const [name, schemas] of view.members)
      members.set(name, [...new Set([...(members.get(name) ?? []), ...schemas])]);
  }
  return members;
}

/** All views hold. */
function both(a: SchemaView, b: SchemaView): SchemaView {
  const allowed =
    a.allowed === undefined || b.allowed === undefined
      ? (a.allowed ?? b.allowed)
      : a.allowed.filter((one) => b.allowed?.some((other) => jsonEquals(one, other)));
  return {
    types: intersection(a.types, b.types),
    allowed,
    members: mergeMembers([a, b]),
    required: new Set([...a.required, ...b.required]),
    open: a.open || b.open,
    elements: [...new Set([...a.elements, ...b.elements])],
  };
}

/** At least one view holds. */
function either(views: readonly SchemaView[]): SchemaView {
  const [first, ...others] = views;
  if (first === undefined) return NOTHING_SAID;
  const lists = views.map(({ allowed }) => allowed);
  return {
    types: union(views.map(({ types }) => types)),
    allowed: lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []),
    members: mergeMembers(views),
    required: new Set(
      [...first.required].filter((name) => others.every(({ required }) => required.has(name))),
    ),
    open: views.some(({ open }) => open),
    elements: [...new Set(views.flatMap(({ elements }) => elements))],
  };
}

function ownTypes(schema: Readonly<Record<string, unknown>>, allowed: readonly unknown[] | undefined) {
  const type = ownMember(schema, 'type');
  if (type === undefined) return allowed === undefined ? undefined : new Set(allowed.map(typeOf));
  const types = new Set(
    [type].flat().flatMap((one) => (typeof one === 'string' ? [one === 'integer' ? 'number' : one] : [])),
  );
  if (schema['nullable'] === true) types.add('null');
  return types;
}

function listOf(schema: Readonly<Record<string, unknown>>, keyword: string): readonly unknown[] {
  const value = ownMember(schema, keyword);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** What the keywords of a schema itself say, its subschemas for the same value left out. */
function ownView(schema: Readonly<Record<string, unknown>>): SchemaView {
  const constant = Object.hasOwn(schema, 'const') ? [schema['const']] : undefined;
  const allowed = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : constant;
  const properties = ownMember(schema, 'properties');
  const items = ownMember(schema, 'items');
  const opened = ['additionalProperties', 'unevaluatedProperties'].some(
    (keyword) => Object.hasOwn(schema, keyword) && schema[keyword] !== false,
  );
  return {
    types: ownTypes(schema, allowed),
    allowed,
    members: new Map(
      isJsonObject(properties) ? Object.entries(properties).map(([name, one]) => [name, [one]]) : [],
    ),
    required: new Set(listOf(schema, 'required').map(String)),
    open: opened || Object.hasOwn(schema, 'patternProperties'),
    elements: [
      ...(Array.isArray(items) ? (items as unknown[]) : items === undefined ? [] : [items]),
      ...listOf(schema, 'prefixItems'),
    ],
  };
}

/** Reads the schemas of one document; each is looked at once, however many references lead to it. */
function createReader(root: unknown): (schemas: readonly unknown[]) => SchemaView {
  const known = new Map<unknown, SchemaView>();

  function viewOf(schema: unknown): SchemaView {
    if (!isJsonObject(schema)) return NOTHING_SAID;
    const before = known.get(schema);
    if (before !== undefined) return before;
    known.set(schema, NOTHING_SAID); // where a schema refers to itself
    const target = Object.hasOwn(schema, '$ref') ? [viewOf(resolveLocalRef(root, schema['$ref']))] : [];
    const alternatives = ['anyOf', 'oneOf'].map((keyword) => either(listOf(schema, keyword).map(viewOf)));
    const conditional = ['then', 'else'].map((keyword) => {
      const { members, open, elements } = viewOf(ownMember(schema, keyword));
      return { ...NOTHING_SAID, members, open, elements };
    });
    const parts = [...target, ...listOf(schema, 'allOf').map(viewOf), ...alternatives, ...conditional];
    const view = parts.reduce(both, ownView(schema));
    known.set(schema, view);
    return view;
  }

  return (schemas) => schemas.map(viewOf).reduce(both, NOTHING_SAID);
}

/** Whether a schema says outright that there are no properties. */
function declaresNone(schema: unknown): boolean {
  return (
    isJsonObject(schema) && isJsonObject(schema['properties']) && schema['additionalProperties'] === undefined
  );
}

/**
 * Follows a path of a policy into a tool's `inputSchema`. With no schema everything is open.
 */
export function placeIn(inputSchema: unknown, steps: readonly PathStep[]): Place {
  if (!isJsonObject(inputSchema)) return { state: 'open', names: [] };
  const read = createReader(inputSchema);
  let schemas: readonly unknown[] = [inputSchema];
  let required = true;
  for (const [at, step] of steps.entries()) {
    const view = read(schemas);
    const names = [...view.members.keys()];
    if (view.types?.has(step.kind === 'key' ? 'object' : 'array') === false)
      return { state: 'absent', names: [], at };
    if (step.kind === 'key') {
      const next = view.members.get(step.key);
      const open = view.open || (names.length === 0 && !schemas.some(declaresNone));
      if (next === undefined) return open ? { state: 'open', names } : { state: 'absent', names, at };
      required &&= view.required.has(step.key);
      schemas = next;
    } else {
      if (view.elements.length === 0) return { state: 'open', names };
      schemas = view.elements;
    }
  }
  return { state: 'declared', view: read(schemas), required };
}
