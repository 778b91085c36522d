export interface Parameter {
  readonly name: string;
  /** For people: `string`, `array of integer`, `one of "a", "b"`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

const MOST_SHOWN = 100;
const MOST_CHOICES = 8;

/** The arguments that an input schema names, whatever else a server put into it. */
export function parametersOf(schema: unknown): readonly Parameter[] {
  const { properties, required } = membersOf(schema);
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(membersOf(properties))
    .slice(0, MOST_SHOWN)
    .map(([name, property]) => {
      const { description } = membersOf(property);
      return {
        name,
        type: typeInWords(property),
        isRequired: needed.has(name),
        description: typeof description === 'string' ? description : '',
      };
    });
}

function typeInWords(property: unknown): string {
  const { type, enum: choices, items, const: only } = membersOf(property);
  if (Array.isArray(choices)) {
    const shown = choices.slice(0, MOST_CHOICES).map((choice) => JSON.stringify(choice));
    return `one of ${shown.join(', ')}${choices.length > MOST_CHOICES ? ', …' : ''}`;
  }
  if (only !== undefined) return `always ${JSON.stringify(only)}`;
  if (type === 'array') return `array of ${items === undefined ? 'anything' : typeInWords(items)}`;
  if (typeof type === 'string') return type;
  return Array.isArray(type) ? type.map(String).join(' or ') : 'anything';
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
