/** Arguments that a tool declares, as the paths that rules know them by. */
export interface Field {
  /** `args.items[*].price` */
  readonly path: string;
  readonly types: readonly FieldType[];
  /** The values that it may have, where the schema lists them. */
  readonly choices: readonly (string | number | boolean | null)[] | undefined;
  /** Whether every call has it. */
  readonly required: boolean;
  readonly description: string | undefined;
}

export type FieldType = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'null';

type Schema = Readonly<Record<string, unknown>>;

const DEEPEST = 5;
const MOST = 300;
const BARE_KEY = /^[^.[\]"\s\p{Cc}]+$/u;

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(schema: Schema, name: string): unknown {
  return Object.hasOwn(schema, name) ? schema[name] : undefined;
}

function listOf(schema: Schema, name: string): readonly unknown[] {
  const value = own(schema, name);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The path of a member below another path, written as policies write it. */
export function memberPath(parent: string, name: string): string {
  return BARE_KEY.test(name) ? `${parent}.${name}` : `${parent}[${JSON.stringify(name)}]`;
}

/** A schema with what it refers to and everything that must hold with it, flat; alternatives are kept apart. */
function partsOf(root: Schema, schema: unknown, depth = 0): readonly Schema[] {
  if (!isSchema(schema) || depth > DEEPEST) return [];
  const ref = own(schema, '$ref');
  const target = typeof ref === 'string' ? partsOf(root, resolve(root, ref), depth + 1) : [];
  const others = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
    listOf(schema, keyword).flatMap((part) => partsOf(root, part, depth + 1)),
  );
  return [schema, ...target, ...others];
}

function resolve(root: Schema, ref: string): unknown {
  if (!ref.startsWith('#')) return undefined;
  let here: unknown = root;
  for (const raw of ref
    .slice(1)
    .split('/')
    .filter((part) => part !== '')) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Schema)[key];
  }
  return here;
}

const TYPES: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'array', 'object', 'null']);

function typesOf(parts: readonly Schema[]): readonly FieldType[] {
  const types = new Set<FieldType>();
  for (const part of parts) {
    for (const type of [own(part, 'type')].flat()) {
      const name = type === 'integer' ? 'number' : type;
      if (typeof name === 'string' && TYPES.has(name)) types.add(name as FieldType);
    }
    if (own(part, 'type') !== undefined) continue;
    if (isSchema(own(part, 'properties'))) types.add('object');
    if (own(part, 'items') !== undefined) types.add('array');
    for (const value of valuesOf(part) ?? [])
      types.add(value === null ? 'null' : (typeof value as FieldType));
  }
  return [...types];
}

function valuesOf(schema: Schema): readonly (string | number | boolean | null)[] | undefined {
  const values = Object.hasOwn(schema, 'const') ? [schema['const']] : listOf(schema, 'enum');
  const plain = values.filter(
    (value): value is string | number | boolean | null =>
      value === null || ['string', 'number', 'boolean'].includes(typeof value),
  );
  return plain.length > 0 && plain.length === values.length ? plain : undefined;
}

function choicesOf(parts: readonly Schema[]): Field['choices'] {
  const values = parts.flatMap((part) => valuesOf(part) ?? []);
  // an alternative without a list leaves everything open
  const isOpen =
    parts.some(
      (part) =>
        valuesOf(part) === undefined && own(part, 'type') !== undefined && own(part, 'type') !== 'null',
    ) && parts.length > 1;
  return values.length === 0 || isOpen ? undefined : [...new Set(values)];
}

/** Every argument that a tool's `inputSchema` declares, nested ones and elements of lists (`[*]`) too, in its order. */
export function fieldsOf(inputSchema: unknown): readonly Field[] {
  if (!isSchema(inputSchema)) return [];
  const root = inputSchema;
  const fields: Field[] = [];
  const seen = new Set<string>();

  function add(path: string, schema: unknown, required: boolean, depth: number): void {
    if (fields.length >= MOST || depth > DEEPEST || seen.has(path)) return;
    seen.add(path);
    const parts = partsOf(root, schema);
    const description = parts
      .map((part) => own(part, 'description'))
      .find((text) => typeof text === 'string');
    fields.push({
      path,
      types: typesOf(parts),
      choices: choicesOf(parts),
      required,
      description: typeof description === 'string' ? description : undefined,
    });
    addMembers(path, parts, required, depth);
    const items = parts.map((part) => own(part, 'items')).find(isSchema);
    if (items !== undefined) add(`${path}[*]`, items, false, depth + 1);
  }

  function addMembers(path: string, parts: readonly Schema[], required: boolean, depth: number): void {
    for (const part of parts) {
      const properties = own(part, 'properties');
      if (!isSchema(properties)) continue;
      const needed = new Set(listOf(part, 'required').map(String));
      for (const [name, schema] of Object.entries(properties))
        add(memberPath(path, name), schema, required && needed.has(name), depth + 1);
    }
  }

  addMembers('args', partsOf(root, root), true, 0);
  return fields;
}
