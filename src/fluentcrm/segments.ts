import * as z from 'zod';
import { integer, localTime, optionalText, read, reference } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { notFound } from './api-errors.ts';

// Tags and lists are the same thing to the API ("segments"), with small differences in what it answers.

export type SegmentKind = 'tags' | 'lists';

export const SEGMENT_NOUN = { tags: 'tag', lists: 'list' } as const;

/** A tag or list as a row of its own. */
export const segment = z.object({
  id: integer,
  title: z.string(),
  slug: z.string(),
  description: optionalText,
  contactCount: integer.nullable(),
  created_at: localTime,
});

export type Segment = z.output<typeof segment>;

/** The same row as the API gives it; a new one has no count yet. */
export const apiSegment = z
  .object({
    ...segment.omit({ contactCount: true }).shape,
    subscribersCount: integer.nullable().default(null),
  })
  .transform(({ subscribersCount, ...row }): Segment => ({ ...row, contactCount: subscribersCount }));

/** The tag or list with this id, or undefined: the API answers 200 with null (tags) or with an empty body (lists). */
export async function findSegment(
  api: ApiClient,
  kind: SegmentKind,
  id: number,
): Promise<z.output<typeof reference> | undefined> {
  const answer = await api.get(kind === 'tags' ? apiPath`/tags/${id}` : apiPath`/lists/${id}`);
  if (kind === 'lists') return read(reference.nullable(), answer) ?? undefined;
  return read(z.object({ tag: reference.nullable() }), answer).tag ?? undefined;
}

/** Throws `not_found`, naming every id that is no tag (or list), before anything is changed. */
export async function requireSegments(
  api: ApiClient,
  kind: SegmentKind,
  ids: readonly number[],
  field: string,
): Promise<void> {
  const missing: number[] = [];
  for (const id of ids) {
    if ((await findSegment(api, kind, id)) === undefined) missing.push(id);
  }
  if (missing.length > 0) throw notFound(SEGMENT_NOUN[kind], missing, { field });
}
