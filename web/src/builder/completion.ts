import { getLocation } from 'jsonc-parser';
import { policyJsonSchema } from '#policy';
import type { Segment } from './place.ts';

/** Something that may stand at a place of the text. */
export interface Proposal {
  readonly label: string;
  /** What is written: JSON. */
  readonly insert: string;
  readonly detail: string | undefined;
}

export interface Proposals {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Proposal[];
}

type Schema = Readonly<Record<string, unknown>>;

let root: Schema | undefined;
const rootSchema = (): Schema => (root ??= policyJsonSchema() as Schema);

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parts(schema: unknown): readonly Schema[] {
  if (!isSchema(schema)) return [];
  const ref = schema['$ref'];
  const target =
    typeof ref === 'string'
      ? ref
          .replace(/^#\//, '')
          .split('/')
          .reduce<unknown>((here, key) => (isSchema(here) ? here[key] : undefined), rootSchema())
      : undefined;
  const others = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list) ? (list as unknown[]) : [];
  });
  return [schema, ...[target, ...others].flatMap(parts)];
}

function schemasAt(path: readonly Segment[]): readonly Schema[] {
  let here = parts(rootSchema());
  for (const segment of path)
    here = here.flatMap((schema) => {
      if (typeof segment === 'number') return parts(schema['items']);
      const properties = schema['properties'];
      const named =
        isSchema(properties) && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
      return parts(named ?? schema['additionalProperties']);
    });
  return here;
}

/** What may stand at an offset of a policy's text, by the published schema; names of tools where tools are named. */
export function proposalsAt(text: string, offset: number, tools: readonly string[]): Proposals | undefined {
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const token = /[\w$*.-]*$/.exec(text.slice(0, offset))?.[0] ?? '';
  const isInside =
    previousNode !== undefined &&
    offset > previousNode.offset &&
    offset <= previousNode.offset + previousNode.length;
  const from = isInside ? previousNode.offset : offset - token.length;
  const to = isInside ? previousNode.offset + previousNode.length : offset;
  const options = isAtPropertyKey ? keysAt(text, path.slice(0, -1), to, tools) : valuesAt(path, tools);
  return options.length === 0 ? undefined : { from, to, options };
}

function keysAt(
  text: string,
  path: readonly Segment[],
  to: number,
  tools: readonly string[],
): readonly Proposal[] {
  const colon = /^\s*:/.test(text.slice(to)) ? '' : ': ';
  if (path.length === 1 && path[0] === 'tools')
    return tools.map((name) => ({ label: name, insert: JSON.stringify(name) + colon, detail: 'tool' }));
  const options = new Map<string, Proposal>();
  for (const { properties } of schemasAt(path)) {
    if (!isSchema(properties)) continue;
    for (const [name, schema] of Object.entries(properties))
      if (!options.has(name))
        options.set(name, {
          label: name,
          insert: JSON.stringify(name) + colon,
          detail: descriptionOf(schema),
        });
  }
  return [...options.values()];
}

function valuesAt(path: readonly Segment[], tools: readonly string[]): readonly Proposal[] {
  if (path.length === 2 && path[0] === 'hide')
    return tools.map((name) => ({ label: name, insert: JSON.stringify(name), detail: 'tool' }));
  const values = new Set<string>();
  for (const schema of schemasAt(path)) {
    const list = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : [];
    for (const value of Object.hasOwn(schema, 'const') ? [schema['const']] : list)
      values.add(JSON.stringify(value));
    if (schema['type'] === 'boolean') for (const value of ['true', 'false']) values.add(value);
  }
  return [...values].map((insert) => ({ label: insert, insert, detail: undefined }));
}

function descriptionOf(schema: unknown): string | undefined {
  const text = parts(schema)
    .map(({ description }) => description)
    .find((one) => typeof one === 'string');
  return typeof text === 'string' ? text : undefined;
}
