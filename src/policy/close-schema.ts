import { isJsonObject, ownMember } from './json.ts';

/** The keyword, known to the argument check alone, that says what visiting a schema costs. */
export const WORK_KEYWORD = 'x-toolgate-work';

type Schema = Readonly<Record<string, unknown>>;

/*
 * Where a subschema stands:
 * - value: it judges a value of its own (the root, a property's value, an element). Closed when it declares properties.
 * - inPlace: it judges the same value as the schema around it (allOf, then, a definition). Not closed itself, because
 *   its siblings may declare more; the values of its properties are.
 * - condition: its failing is not a refusal (if, not, contains). Left open, because closing it would turn its meaning.
 */
type Position = 'value' | 'inPlace' | 'condition';
type Shape = 'schema' | 'list' | 'map' | 'schemaOrList' | 'data';

const KEYWORDS: ReadonlyMap<string, readonly [Shape, Position]> = new Map([
  ['properties', ['map', 'value']],
  ['patternProperties', ['map', 'value']],
  ['additionalProperties', ['schema', 'value']],
  ['unevaluatedProperties', ['schema', 'value']],
  ['items', ['schemaOrList', 'value']],
  ['prefixItems', ['list', 'value']],
  ['additionalItems', ['schema', 'value']],
  ['unevaluatedItems', ['schema', 'value']],
  ['allOf', ['list', 'inPlace']],
  ['anyOf', ['list', 'inPlace']],
  ['oneOf', ['list', 'inPlace']],
  ['then', ['schema', 'inPlace']],
  ['else', ['schema', 'inPlace']],
  ['dependentSchemas', ['map', 'inPlace']],
  ['dependencies', ['map', 'inPlace']],
  ['$defs', ['map', 'inPlace']],
  ['definitions', ['map', 'inPlace']],
  ['if', ['schema', 'condition']],
  ['not', ['schema', 'condition']],
  ['contains', ['schema', 'condition']],
  ['propertyNames', ['schema', 'condition']],
  ['const', ['data', 'value']],
  ['enum', ['data', 'value']],
  ['default', ['data', 'value']],
  ['examples', ['data', 'value']],
] as const);

/** The subschemas that judge the same value as the schema that holds them, `$ref` left out. */
function subschemasInPlace(schema: Schema): unknown[] {
  const listed = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const list = ownMember(schema, keyword);
    return Array.isArray(list) ? (list as unknown[]) : [];
  });
  const mapped = ['dependentSchemas', 'dependencies'].flatMap((keyword) => {
    const map = ownMember(schema, keyword);
    return isJsonObject(map) ? Object.values(map) : [];
  });
  return [...listed, ...mapped, ...['if', 'then', 'else'].map((keyword) => ownMember(schema, keyword))];
}

/** What a `$ref` inside the document leads to; undefined when it cannot be told without resolving identifiers. */
export function resolveLocalRef(root: unknown, ref: unknown): unknown {
  if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref)) return undefined;
  let here = root;
  for (const raw of ref.split('/').slice(1)) {
    let segment: string;
    try {
      segment = decodeURIComponent(raw).replaceAll('~1', '/').replaceAll('~0', '~');
    } catch {
      return undefined;
    }
    if (Array.isArray(here)) here = here[Number(segment)];
    else if (isJsonObject(here)) here = ownMember(here, segment);
    else return undefined;
  }
  return here;
}

/** What is shared while one schema is closed. */
interface Closing {
  readonly root: unknown;
  /** Answers of `declaresProperties` that are certain, so that a large schema is not searched again and again. */
  readonly known: Map<unknown, boolean>;
}

function searchDeclared(closing: Closing, schema: unknown, visited: Set<unknown>): boolean {
  if (!isJsonObject(schema)) return false;
  const known = closing.known.get(schema);
  if (known !== undefined || visited.has(schema)) return known ?? false;
  visited.add(schema);
  const target = resolveLocalRef(closing.root, ownMember(schema, '$ref'));
  const declares =
    Object.hasOwn(schema, 'properties') ||
    Object.hasOwn(schema, '$dynamicRef') ||
    Object.hasOwn(schema, '$recursiveRef') ||
    (Object.hasOwn(schema, '$ref') && (target === undefined || searchDeclared(closing, target, visited))) ||
    subschemasInPlace(schema).some((subschema) => searchDeclared(closing, subschema, visited));
  if (declares) closing.known.set(schema, true);
  return declares;
}

/**
 * Whether a schema says by itself, or by a schema for the same value, which properties there are. A reference that
 * cannot be followed counts as saying so: closing too much refuses, closing too little lets through.
 */
function declaresProperties(closing: Closing, schema: unknown): boolean {
  const visited = new Set<unknown>();
  const declares = searchDeclared(closing, schema, visited);
  if (!declares) for (const one of visited) closing.known.set(one, false);
  return declares;
}

function mapObject(object: Schema, change: (value: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function closeMember(closing: Closing, keyword: string, value: unknown, around: Position): unknown {
  // Unknown keywords may hold definitions that a $ref points into.
  const [shape, position] = KEYWORDS.get(keyword) ?? (['schema', 'inPlace'] as const);
  const change = (subschema: unknown) =>
    closeAt(closing, subschema, around === 'condition' ? around : position);
  if (shape === 'data') return value;
  if (Array.isArray(value)) return shape === 'schema' ? value : value.map(change);
  if (!isJsonObject(value)) return value;
  return shape === 'map' ? mapObject(value, change) : change(value);
}

/**
 * Spellings of older drafts and of OpenAPI that the validator would stumble over, in those of today. `$async` is a
 * switch of ajv, not of JSON Schema, and would make it answer with a promise.
 */
function modernise(schema: Schema): Record<string, unknown> {
  const { $schema: _dialect, $async: _async, nullable, ...others } = schema;
  const rest: Record<string, unknown> = others;
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if (typeof rest[exclusive] !== 'boolean') continue;
    if (rest[exclusive] && Object.hasOwn(rest, bound)) {
      rest[exclusive] = rest[bound];
      delete rest[bound];
    } else {
      delete rest[exclusive];
    }
  }
  if (typeof rest['id'] === 'string') delete rest['id'];
  return nullable === undefined || rest['type'] === undefined ? rest : { ...rest, nullable };
}

function closeAt(closing: Closing, schema: unknown, position: Position): unknown {
  if (!isJsonObject(schema)) return schema;
  const closed: Record<string, unknown> = Object.fromEntries(
    Object.entries(modernise(schema)).map(([keyword, value]) => [
      keyword,
      closeMember(closing, keyword, value, position),
    ]),
  );
  closed[WORK_KEYWORD] = 1 + subschemasInPlace(schema).length;
  const saysItself =
    Object.hasOwn(schema, 'additionalProperties') || Object.hasOwn(schema, 'unevaluatedProperties');
  if (position === 'value' && !saysItself && declaresProperties(closing, schema)) {
    closed['unevaluatedProperties'] = false;
  }
  return closed;
}

/**
 * A copy of a tool's `inputSchema` in which whatever declares properties takes no others, unless it says
 * `additionalProperties` or `unevaluatedProperties` itself. Values deep inside are closed likewise. Every schema of the
 * copy carries `WORK_KEYWORD`.
 *
 * Where two schemas for the same value (two branches of `allOf`, say) both describe the inside of one property, each
 * closes it for itself, so only what both declare passes: too strict, never too loose.
 */
export function closeSchema(schema: unknown): unknown {
  return closeAt({ root: schema, known: new Map() }, schema, 'value');
}
