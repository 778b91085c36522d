import * as z from 'zod';
import { Category, Level } from './answers.ts';
import type { Problem } from './problem.ts';

const MOST = 100;
const LONGEST_TEXT = 200;
const LONGEST_CURSOR = 2000;

export const NO_PARAMETERS = z.strictObject({});
export const LIMIT = z
  .int()
  .min(1)
  .max(MOST)
  .default(25)
  .describe(`How many to give, from 1 to ${MOST}; 25 when it is left out.`);
export const CURSOR = z.string().max(LONGEST_CURSOR).optional().describe('`next` of the answer before.');

export const AFTER = z
  .int()
  .min(0)
  .optional()
  .describe(
    '`continueAfter` of the answer before: what followed is given, oldest first. Without it the newest comes first.',
  );
export const CATEGORY = Category.optional().describe(`One of: ${Category.options.join(', ')}.`);
export const LEVEL = Level.optional().describe(`One of: ${Level.options.join(', ')}.`);

/** A parameter of free text. */
export function text(description: string): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .max(LONGEST_TEXT)
    .optional()
    .describe(`${description} At most ${LONGEST_TEXT} characters.`);
}

/**
 * Reads the query of a request strictly: a parameter that is unknown, given twice or not of its kind is a problem. Values are not
 * repeated in it.
 */
export function readQuery(
  schema: z.ZodObject,
  search: URLSearchParams,
): { readonly query: Readonly<Record<string, unknown>> } | { readonly problem: Problem } {
  const fields = new Map(Object.entries(schema.shape));
  const values = new Map<string, unknown>();
  for (const [name, value] of search) {
    const field = fields.get(name);
    if (field === undefined) return badParameter('A parameter is not known here.', knownInWords(fields));
    if (values.has(name)) return badParameter(`"${name}" is given more than once.`, 'Give it once.');
    values.set(name, isNumber(field) && /^\d{1,15}$/.test(value) ? Number(value) : value);
  }
  const read = schema.safeParse(Object.fromEntries(values));
  if (read.success) return { query: read.data };
  const name = String(read.error.issues[0]?.path[0]);
  return badParameter(`"${name}" has a value that it cannot have.`, hintOf(fields.get(name)));
}

/** A refusal of the parameters. */
export function badParameter(detail: string, hint: string | undefined): { readonly problem: Problem } {
  return {
    problem: { status: 400, code: 'registry.bad_parameter', detail, ...(hint !== undefined && { hint }) },
  };
}

function knownInWords(fields: ReadonlyMap<string, unknown>): string {
  return fields.size === 0 ? 'Leave all parameters out.' : `Known are: ${[...fields.keys()].join(', ')}.`;
}

function isNumber(field: unknown): boolean {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault) return isNumber(field.unwrap());
  return field instanceof z.ZodNumber;
}

function hintOf(field: unknown): string | undefined {
  return field instanceof z.ZodType ? field.description : undefined;
}
