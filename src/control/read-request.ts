import * as z from 'zod';
import { parseStrict } from '#mcp';
import { readBySchema } from './faults.ts';
import type { Problem } from './problem.ts';

const MOST_BODY_BYTES = 1024 * 1024;
const NO_QUERY = z.strictObject({});
const NO_BODY = z.strictObject({}).optional();

export type Read<T> = T | { readonly problem: Problem };

/**
 * Reads the query of a request strictly: what is unknown (except by a loose schema), given twice or not of its kind is refused, with all
 * faults at once. Digits become a number where the schema wants one, and a list is a parameter that may be given several times.
 */
export function readQuery(
  schema: z.ZodObject | undefined,
  search: URLSearchParams,
): Read<{ readonly query: unknown }> {
  const known =
    schema === undefined ? NO_QUERY : schema.def.catchall === undefined ? schema.strict() : schema;
  const values = new Map<string, unknown>();
  for (const name of new Set(search.keys())) values.set(name, valueOf(known, name, search.getAll(name)));
  const read = readBySchema(known, Object.fromEntries(values));
  if ('value' in read) return { query: read.value };
  const detail = 'The query has parameters that are not known, or values that they cannot have.';
  return { problem: { status: 422, code: 'query.invalid', detail, errors: read.faults } };
}

function valueOf(schema: z.ZodObject, name: string, given: readonly string[]): unknown {
  const kind = Object.hasOwn(schema.shape, name) ? kindOf(schema.shape[name]) : undefined;
  if (kind === 'array') return given;
  const [only] = given;
  if (only === undefined || given.length > 1) return given; // a list where there should be none: refused by the schema
  return kind === 'number' && /^-?\d{1,15}$/.test(only) ? Number(only) : only;
}

function kindOf(field: unknown): string | undefined {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault) return kindOf(field.unwrap());
  return field instanceof z.ZodType ? field.type : undefined;
}

/** The bytes of a request's body; refused beyond 1 MiB, of which no more than that is read. */
export async function readBytes(request: Request): Promise<Read<{ readonly bytes: Buffer }>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > MOST_BODY_BYTES) return { problem: TOO_LARGE };
      chunks.push(chunk);
    }
  } catch {
    return { problem: CUT_SHORT }; // the sender went away
  }
  return { bytes: Buffer.concat(chunks) };
}

/** Reads a body by the schema of its route; without one it must be empty, or an empty object. */
export function readBody(
  schema: z.ZodType | undefined,
  request: Request,
  bytes: Buffer,
): Read<{ readonly body: unknown }> {
  let value: unknown;
  if (bytes.length > 0) {
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get('content-type') ?? ''))
      return { problem: NOT_JSON };
    const parsed = parseStrict(bytes);
    if (!parsed.ok) return { problem: { ...BAD_JSON, detail: `The body cannot be read: ${parsed.reason}.` } };
    if (parsed.lossy !== undefined) return { problem: LOSSY };
    ({ value } = parsed);
  }
  const read = readBySchema(schema ?? NO_BODY, value);
  if ('value' in read) return { body: read.value };
  return {
    problem: {
      status: 422,
      code: 'body.invalid',
      detail: 'The body is not as it must be.',
      errors: read.faults,
    },
  };
}

const TOO_LARGE: Problem = { status: 413, code: 'body.too_large', detail: 'The body is larger than 1 MiB.' };
const NOT_JSON: Problem = {
  status: 415,
  code: 'body.not_json',
  detail: 'The body must be JSON.',
  hint: 'Send it with the header Content-Type: application/json.',
};
const BAD_JSON = { status: 400, code: 'body.unreadable' } as const;
const CUT_SHORT: Problem = { ...BAD_JSON, detail: 'The body ended too early.' };
const LOSSY: Problem = {
  ...BAD_JSON,
  detail: 'A number in the body has more digits than can be kept exactly.',
  hint: 'Write it as text, or with at most 15 digits.',
};
