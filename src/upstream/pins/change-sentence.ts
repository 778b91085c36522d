import type { DefinedTool } from './definition-hash.ts';

/** A difference between two definitions before it is put into words. */
export interface Difference {
  /** Where it is, from the members of the definition down. */
  readonly place: readonly (string | number)[];
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: unknown;
  readonly after: unknown;
}

const LONGEST_NAME = 100;

/**
 * What a difference means, in a sentence; undefined where another difference says it already: that an argument which is new is required.
 */
export function sentenceOf(
  difference: Difference,
  before: DefinedTool,
  after: DefinedTool,
): string | undefined {
  const [member, ...rest] = difference.place;
  if (member === 'annotations') return annotationSentence(difference);
  if ((member === 'inputSchema' || member === 'outputSchema') && rest.length > 0) {
    const schemas = { before: before[member], after: after[member] };
    return schemaSentence(difference, member === 'inputSchema' ? 'argument' : 'result member', schemas);
  }
  const what =
    member === 'inputSchema'
      ? 'schema of the arguments'
      : member === 'outputSchema'
        ? 'schema of the result'
        : String(member);
  switch (difference.kind) {
    case 'added':
      return `The tool has a ${what} now.`;
    case 'removed':
      return `The tool has no ${what} any more.`;
    case 'changed':
      return `The ${what} changed.`;
  }
}

function annotationSentence({ place, before, after }: Difference): string {
  const name = place.slice(1).join('.') || 'annotations';
  if (before === undefined) return `The server claims ${name}: ${shown(after)} now.`;
  if (after === undefined) return `The server claims ${name}: ${shown(before)} no longer.`;
  return `The server claims ${name}: ${shown(after)} now, and ${shown(before)} before.`;
}

type Schemas = { readonly before: unknown; readonly after: unknown };

function schemaSentence(difference: Difference, noun: string, schemas: Schemas): string | undefined {
  const { place, kind, before, after } = difference;
  const last = place.at(-1);
  const parent = place.slice(0, -1);
  if (last === 'required') return requiredSentence(difference, noun, schemas);
  if (parent.at(-1) === 'properties' && kind !== 'changed') {
    const name = quoted(argumentAt(place.slice(1)));
    if (kind === 'removed') return `The ${noun} ${name} is gone.`;
    const isRequired = requiredAt(schemas.after, parent.slice(1, -1)).has(JSON.stringify(String(last)));
    return `There is a new ${isRequired ? 'required' : 'optional'} ${noun}, ${name}.`;
  }
  const path = argumentAt(parent.slice(1));
  const subject = path === '' ? `The schema of the ${noun}s` : `The ${noun} ${quoted(path)}`;
  if (last === 'enum')
    return kind === 'added'
      ? `${subject} may be ${shown(after)} now.`
      : `${subject} may no longer be ${shown(before)}.`;
  if (last === 'type' && before !== undefined && after !== undefined)
    return `${subject} is of type ${shown(after)} now, and was ${shown(before)}.`;
  if (last === 'description') return `${subject} is described in other words.`;
  if (last === 'additionalProperties' && path === '' && after !== false)
    return `Members that the schema does not name are taken differently now (additionalProperties).`;
  const rule = quoted(String(last));
  if (kind === 'added') return `${subject} has ${rule} now: ${shown(after)}.`;
  if (kind === 'removed') return `${subject} has no ${rule} any more.`;
  return `${subject} has another ${rule}.`;
}

function requiredSentence(
  { place, kind, before, after }: Difference,
  noun: string,
  schemas: Schemas,
): string | undefined {
  const value = kind === 'removed' ? before : after;
  const where = place.slice(1, -1);
  const names = Array.isArray(value) ? value : [value];
  const wasThere = propertiesAt(schemas.before, where);
  const isThere = propertiesAt(schemas.after, where);
  // of one that came or went, this is said already
  const telling = names.filter((name) => wasThere.has(String(name)) === isThere.has(String(name)));
  if (telling.length === 0) return undefined;
  const prefix = argumentAt(where);
  const list = telling
    .map((name) => quoted(prefix === '' ? String(name) : `${prefix}.${String(name)}`))
    .join(', ');
  return `The ${noun} ${list} is ${kind === 'removed' ? 'no longer required' : 'required now'}.`;
}

/** `filter.tags[]` for the place of a schema inside the whole one. */
function argumentAt(place: readonly (string | number)[]): string {
  let path = '';
  for (let i = 0; i < place.length; i++) {
    const part = place[i];
    if (part === 'properties' && i + 1 < place.length) {
      const name = String(place[++i]);
      path += path === '' ? name : `.${name}`;
    } else if (part === 'items') path += '[]';
  }
  return path;
}

function schemaAt(schema: unknown, place: readonly (string | number)[]): unknown {
  return place.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string | number, unknown>)[part]
        : undefined,
    schema,
  );
}

function requiredAt(schema: unknown, place: readonly (string | number)[]): ReadonlySet<string> {
  const required = schemaAt(schema, [...place, 'required']);
  return new Set(Array.isArray(required) ? required.map((name) => JSON.stringify(name)) : []);
}

function propertiesAt(schema: unknown, place: readonly (string | number)[]): ReadonlySet<string> {
  const properties = schemaAt(schema, [...place, 'properties']);
  return new Set(typeof properties === 'object' && properties !== null ? Object.keys(properties) : []);
}

function quoted(name: string): string {
  return `"${name.slice(0, LONGEST_NAME)}"`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, LONGEST_NAME);
}
