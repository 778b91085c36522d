import * as z from 'zod';
import { CrmFailure } from './api-errors.ts';

// What the API answers, read at the edge: numbers come as text, missing values as null, rows with far more columns than
// an agent needs. A row schema keeps the useful ones and is the tool's output schema at the same time.

export const integer = z.coerce.number().int();

/** Text that may be missing; anything else counts as missing. */
export const optionalText = z.string().nullable().catch(null);

/** FluentCRM gives times as the site's local time, without a zone. */
export const localTime = optionalText.describe("The site's local time, Y-m-d H:i:s");

/** A tag or list as it hangs on a contact. */
export const reference = z.object({ id: integer, title: z.string() });

/** Reads an answer; throws when it has not the shape that FluentCRM documents. */
export function read<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new CrmFailure(
    'unexpected_answer',
    'FluentCRM answered in a form that this server does not know; its version may be too old or too new. If the call was to change something, look whether it did.',
  );
}

export type Page<Row> = {
  readonly items: readonly Row[];
  readonly page: number;
  readonly perPage: number;
  readonly total: number;
  readonly hasMore: boolean;
};

/** The output schema of every list tool. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({
    items: z.array(row),
    page: z.int().min(1),
    perPage: z.int().min(1),
    total: z.int().min(0),
    hasMore: z.boolean(),
  });
}

/** Reads the API's paginator object, found under `key` of the answer. */
export function readPage<T extends z.ZodType>(
  row: T,
  answer: unknown,
  key: string,
  asked: { readonly page: number; readonly per_page: number },
): Page<z.output<T>> {
  const paginator = z.object({ [key]: z.object({ total: integer, data: z.array(row) }) });
  const found = read(paginator, answer)[key];
  return page(found?.data ?? [], found?.total ?? 0, asked);
}

/** A page of rows out of `total`. */
export function page<Row>(
  items: readonly Row[],
  total: number,
  asked: { readonly page: number; readonly per_page: number },
): Page<Row> {
  return {
    items,
    page: asked.page,
    perPage: asked.per_page,
    total,
    hasMore: asked.page * asked.per_page < total,
  };
}

/** The summary line of a list tool, e.g. "Contacts: 20 of 24, page 1." */
export function summaryOf(noun: string, found: Page<unknown>): string {
  const more = found.hasMore ? ` More on page ${found.page + 1}.` : '';
  return `${noun}: ${found.items.length} of ${found.total}, page ${found.page}.${more}`;
}
