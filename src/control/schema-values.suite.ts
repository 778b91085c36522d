import fc from 'fast-check';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Values that stand for something that is there, by the name of the member or parameter that takes them. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

const MOST_CHARS = 40;
const MOST_ITEMS = 4;
const MOST_DEPTH = 6;
const LATEST = Date.UTC(2100, 0);

/** What an OpenAPI document says of values, as values: what fits a schema, mostly. */
export class SchemaValues {
  readonly #components: Readonly<Record<string, JsonSchema>>;
  readonly #known: Known;

  constructor(components: Readonly<Record<string, JsonSchema>>, known: Known) {
    this.#components = components;
    this.#known = known;
  }

  /** Values that fit; `name` is the member that they are for. */
  fitting(schema: JsonSchema, name = '', depth = 0): fc.Arbitrary<unknown> {
    const known = Object.hasOwn(this.#known, name) ? this.#known[name] : undefined;
    const made = this.#made(schema, depth);
    if (known === undefined || known.length === 0) return made;
    return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, made);
  }

  /** Values that once fitted, with a member gone, added or replaced; or anything else. */
  broken(schema: JsonSchema): fc.Arbitrary<unknown> {
    const strange = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary', maxLength: 20 }));
    const changed = fc.tuple(
      this.fitting(schema),
      fc.nat(),
      strange,
      fc.constantFrom('drop', 'add', 'replace'),
    );
    return fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      changed.map(([value, which, other, how]) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return other;
        const members = Object.entries(value);
        if (how === 'add')
          return Object.fromEntries([...members, [JSON.stringify(other).slice(0, 20), other]]);
        const at = members.length === 0 ? 0 : which % members.length;
        return Object.fromEntries(
          members.flatMap(([name, member], index) =>
            index !== at ? [[name, member as unknown]] : how === 'drop' ? [] : [[name, other]],
          ),
        );
      }),
    );
  }

  #made(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    const { $ref: reference, const: only, enum: choices, anyOf, oneOf, type } = schema;
    if (typeof reference === 'string') {
      const target = this.#components[reference.replace('#/components/schemas/', '')];
      return target === undefined ? fc.jsonValue() : this.fitting(target, '', depth);
    }
    if (only !== undefined) return fc.constant(only);
    if (Array.isArray(choices)) return fc.constantFrom(...(choices as unknown[]));
    const options = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;
    if (options !== undefined) return fc.oneof(...options.map((option) => this.fitting(option, '', depth)));
    if (Array.isArray(type))
      return fc.oneof(...type.map((one: unknown) => this.#made({ ...schema, type: one }, depth)));
    return this.#typed(schema, depth);
  }

  #typed(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
    switch (schema['type']) {
      case 'string':
        return textOf(schema);
      case 'integer':
        return fc.integer(rangeOf(schema));
      case 'number':
        return fc.double({ ...rangeOf(schema), noNaN: true, noDefaultInfinity: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return this.#list(schema, depth);
      case 'object':
        return this.#object(schema, depth);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  #list(
    { items = {}, minItems = 0, maxItems = MOST_ITEMS }: JsonSchema,
    depth: number,
  ): fc.Arbitrary<unknown> {
    if (depth > MOST_DEPTH) return fc.constant([]);
    const least = Number(minItems);
    return fc.array(this.fitting(items as JsonSchema, '', depth + 1), {
      minLength: least,
      maxLength: Math.max(least, Math.min(Number(maxItems), MOST_ITEMS)),
    });
  }

  #object(
    { properties = {}, required = [], additionalProperties }: JsonSchema,
    depth: number,
  ): fc.Arbitrary<unknown> {
    if (depth > MOST_DEPTH) return fc.constant({});
    const members = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
    const made = fc.record(
      Object.fromEntries(members.map(([name, schema]) => [name, this.fitting(schema, name, depth + 1)])),
      { requiredKeys: required as string[] },
    );
    if (typeof additionalProperties !== 'object' || additionalProperties === null) return made;
    const others = fc.dictionary(
      fc.string({ maxLength: 12 }),
      this.fitting(additionalProperties as JsonSchema, '', depth + 1),
      { maxKeys: 3 },
    );
    return fc.tuple(others, made).map(([more, named]) => ({ ...more, ...named }));
  }
}

function rangeOf({ minimum = -1000, maximum = 1000 }: JsonSchema): { min: number; max: number } {
  const min = Number(minimum);
  return { min, max: Math.max(min, Number(maximum)) };
}

function textOf({
  pattern,
  format,
  minLength = 0,
  maxLength = MOST_CHARS,
}: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(LATEST) })
      .map((date) => date.toISOString());
  if (format === 'ipv4' || format === 'cidrv4')
    return fc.ipV4().map((address) => (format === 'ipv4' ? address : `${address}/24`));
  if (format === 'ipv6' || format === 'cidrv6')
    return fc.ipV6().map((address) => (format === 'ipv6' ? address : `${address}/64`));
  const least = Number(minLength);
  const any = fc.string({
    unit: 'grapheme',
    minLength: least,
    maxLength: Math.max(least, Math.min(Number(maxLength), MOST_CHARS)),
  });
  return typeof pattern === 'string' ? (matching(pattern) ?? any) : any;
}

/** Texts of a pattern; undefined for one that the generator cannot write. */
function matching(pattern: string): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return undefined;
  }
}
