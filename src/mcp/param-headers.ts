import { decodeHeaderValue } from './header-value.ts';
import { survivesDouble } from './lossy-numbers.ts';
import type { Json, JsonObject, ProtocolRefusal, RequestId } from './message.ts';
import type { HeaderLookup } from './mirror-headers.ts';
import { escapeForDisplay } from './names.ts';
import { isJsonObject } from './read-message.ts';
import { refusal } from './refusal.ts';
import { ERROR_CODES } from './revisions.ts';

/** One argument that a modern client repeats in a header of its own. */
export interface ParamHeader {
  /** Lower-case name of the header: `mcp-param-region`. */
  readonly header: string;
  /** Keys from `arguments` down to the value. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
}

export interface ParamHeaderScan {
  readonly declarations: readonly ParamHeader[];
  /** What is wrong with the others, one sentence each. A client drops a tool that has any. */
  readonly faults: readonly string[];
}

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const MAX_SCHEMA_DEPTH = 64;
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Keywords whose value is a schema, or an array or object of schemas, other than `properties`. */
const INNER_SCHEMAS = [
  '$defs',
  'additionalItems',
  'additionalProperties',
  'allOf',
  'anyOf',
  'contains',
  'contentSchema',
  'definitions',
  'dependentSchemas',
  'else',
  'if',
  'items',
  'not',
  'oneOf',
  'patternProperties',
  'prefixItems',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
]);

function primitiveType(type: Json | undefined): ParamHeader['type'] | undefined {
  const names = Array.isArray(type) ? (type as readonly Json[]).filter((name) => name !== 'null') : [type];
  const [name] = names;
  if (names.length !== 1) return undefined;
  return name === 'string' || name === 'integer' || name === 'number' || name === 'boolean'
    ? name
    : undefined;
}

function innerSchemas(schema: JsonObject): readonly Json[] {
  return INNER_SCHEMAS.flatMap((keyword): readonly Json[] => {
    const value = schema[keyword];
    if (Array.isArray(value)) return value as readonly Json[];
    if (!isJsonObject(value)) return [];
    return SCHEMA_MAPS.has(keyword) ? Object.values(value).filter((child) => child !== undefined) : [value];
  });
}

/**
 * Finds the `x-mcp-header` declarations of a tool's input schema (2026-07-28, transports, "Custom Headers from Tool
 * Parameters"): an RFC 9110 token, unique without regard to case, on a string, integer, boolean or number that is
 * reached through `properties` only. Scan once per definition; `$ref` is never followed.
 */
export function scanParamHeaders(inputSchema: Json | undefined): ParamHeaderScan {
  const declarations: ParamHeader[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();

  const declare = (schema: JsonObject, name: Json, path: readonly string[], isReachable: boolean): void => {
    const place = path.length === 0 ? 'the schema' : `"${escapeForDisplay(path.join('.'))}"`;
    const type = primitiveType(schema['type']);
    if (typeof name !== 'string' || !TOKEN.test(name))
      faults.push(`${ANNOTATION} of ${place} is not a header name`);
    else if (!isReachable || path.length === 0)
      faults.push(`${ANNOTATION} of ${place} is not on a plain property`);
    else if (type === undefined) faults.push(`${ANNOTATION} of ${place} is on a value that is not primitive`);
    else if (seen.has(name.toLowerCase()))
      faults.push(`${ANNOTATION} of ${place} repeats the name "${name}"`);
    else {
      seen.add(name.toLowerCase());
      declarations.push({ header: `mcp-param-${name.toLowerCase()}`, path, type });
    }
  };

  const visit = (
    schema: Json | undefined,
    path: readonly string[],
    isReachable: boolean,
    depth: number,
  ): void => {
    if (!isJsonObject(schema)) return;
    if (depth > MAX_SCHEMA_DEPTH) {
      faults.push(`the schema is nested deeper than ${MAX_SCHEMA_DEPTH}`);
      return;
    }
    const name = schema[ANNOTATION];
    if (name !== undefined) declare(schema, name, path, isReachable);
    const { properties } = schema;
    if (isJsonObject(properties)) {
      for (const [key, child] of Object.entries(properties))
        visit(child, [...path, key], isReachable, depth + 1);
    }
    for (const child of innerSchemas(schema)) visit(child, path, false, depth + 1);
  };

  visit(inputSchema, [], true, 0);
  return { declarations, faults };
}

/** The value at a path of own members; undefined when it, or something on the way, is absent. */
function valueAt(args: JsonObject | undefined, path: readonly string[]): Json | undefined {
  let value: Json | undefined = args;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function agrees(text: string, value: Json, type: ParamHeader['type']): boolean {
  if (typeof value === 'string') return text === value;
  if (typeof value === 'boolean') return text === String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (type === 'integer' && !Number.isSafeInteger(value)) return false;
  return JSON_NUMBER.test(text) && survivesDouble(text) && Number(text) === value;
}

/**
 * Checks that the `Mcp-Param-*` headers of a modern `tools/call` repeat its arguments, for the declarations that
 * `scanParamHeaders` found. Texts and booleans compare exactly, numbers by value (`42.0` is 42). A null or absent
 * argument must have no header, any other must have one. Returns HTTP 400 with -32020, or undefined when all agree.
 */
export function checkParamHeaders(
  args: JsonObject | undefined,
  declarations: readonly ParamHeader[],
  headers: HeaderLookup,
  id?: RequestId,
): ProtocolRefusal | undefined {
  for (const { header, path, type } of declarations) {
    const value = valueAt(args, path) ?? null;
    const raw = headers(header);
    if (value === null && raw === undefined) continue;
    const refuse = (what: string): ProtocolRefusal =>
      refusal(400, ERROR_CODES.headerMismatch, `Header mismatch: ${header} ${what}`, id);
    if (value === null) return refuse('is present, but its argument is absent');
    if (raw === undefined) return refuse('is missing');
    const text = decodeHeaderValue(raw);
    if (text === undefined) return refuse('is malformed');
    if (!agrees(text, value, type)) return refuse('differs from its argument');
  }
  return undefined;
}
