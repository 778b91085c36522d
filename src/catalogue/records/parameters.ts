import type { ParameterSignal } from '#risk';
import type { CatalogueParameter } from '#store';

const MAX_PARAMETERS = 200;
const MAX_NAME = 200;

/** The parameters of a tool as facts: name, type, whether it must be there, and what it makes possible. */
export function parametersOf(
  inputSchema: unknown,
  signals: readonly ParameterSignal[],
): readonly CatalogueParameter[] {
  const properties = member(inputSchema, 'properties');
  if (typeof properties !== 'object' || properties === null) return [];
  const required = member(inputSchema, 'required');
  const needed = new Set(Array.isArray(required) ? required : []);
  const kindOf = new Map(signals.map(({ parameter, kind }) => [parameter, kind]));
  return Object.entries(properties)
    .filter(([name]) => name.length <= MAX_NAME)
    .slice(0, MAX_PARAMETERS)
    .map(([name, schema]) => {
      const signal = kindOf.get(name);
      return {
        name,
        type: typeOf(schema),
        ...(needed.has(name) && { required: true as const }),
        ...(signal !== undefined && { signal }),
      };
    });
}

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']);

/** A schema's type in words: `string`, `array of string`, `string or null`, `choice`, `any`. */
function typeOf(schema: unknown, depth = 0): string {
  const type = member(schema, 'type');
  if (Array.isArray(member(schema, 'enum')) || member(schema, 'const') !== undefined) return 'choice';
  if (type === 'array' && depth < 2) return `array of ${typeOf(member(schema, 'items'), depth + 1)}`;
  if (typeof type === 'string' && TYPES.has(type)) return type;
  if (Array.isArray(type)) return joined(type.filter((one) => TYPES.has(one as string)) as string[]);
  const branches = member(schema, 'anyOf') ?? member(schema, 'oneOf');
  if (Array.isArray(branches) && depth < 2)
    return joined(branches.slice(0, 20).map((branch) => typeOf(branch, depth + 1)));
  return 'any';
}

function joined(types: readonly string[]): string {
  const once = [...new Set(types)];
  return once.length === 0 || once.includes('any') || once.length > 4 ? 'any' : once.join(' or ');
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
