import * as z from 'zod';
import { read, reference } from './answers.ts';
import { apiPath } from './api-client.ts';
import { notFound } from './api-errors.ts';
import * as argument from './arguments.ts';
import { getContact } from './contacts.ts';
import {
  apiSegment,
  findSegment,
  requireSegments,
  segment,
  SEGMENT_NOUN,
  type SegmentKind,
} from './segments.ts';
import { defineTool, type Tool } from './tool.ts';

/** The tool that makes a tag or list. */
export function createSegmentTool(kind: SegmentKind, name: string): Tool {
  return defineTool({
    name,
    effect: 'create',
    input: z.strictObject({
      title: argument.title,
      slug: argument.slug.optional(),
      description: argument.description.optional(),
    }),
    output: segment,
    run: async (args, api) => {
      const answer = await api.post(kind === 'tags' ? apiPath`/tags` : apiPath`/lists`, args);
      const { item } = read(z.object({ item: apiSegment }), answer);
      return { summary: `The ${SEGMENT_NOUN[kind]} ${item.id} was created.`, data: item };
    },
  });
}

/** The tool that deletes a tag or list; looks it up first, because the API fails or pretends when there is none. */
export function deleteSegmentTool(kind: SegmentKind, name: string, key: 'tagId' | 'listId'): Tool {
  const noun = SEGMENT_NOUN[kind];
  return defineTool({
    name,
    effect: 'delete',
    input: z.strictObject({ [key]: argument.id }),
    output: z.object({ deleted: z.boolean(), id: z.int(), title: z.string() }),
    run: async (args, api) => {
      const id = argument.id.parse(args[key]);
      const found = await findSegment(api, kind, id);
      if (found === undefined) throw notFound(noun, [id], { field: key });
      await api.delete(kind === 'tags' ? apiPath`/tags/${id}` : apiPath`/lists/${id}`);
      return { summary: `The ${noun} ${id} was deleted.`, data: { deleted: true, id, title: found.title } };
    },
  });
}

/**
 * The tool that puts a contact under tags or lists, or takes it from them. Contact and ids are looked up first: the API
 * ignores unknown tags and fails half-way at an unknown contact.
 */
export function syncSegmentsTool(
  kind: SegmentKind,
  direction: 'attach' | 'detach',
  name: string,
  key: 'tagIds' | 'listIds',
): Tool {
  return defineTool({
    name,
    effect: direction,
    input: z.strictObject({ subscriberId: argument.id, [key]: argument.ids }),
    output: z.object({
      subscriberId: z.int(),
      changed: z.array(z.int()),
      tags: z.array(reference),
      lists: z.array(reference),
    }),
    run: async (args, api) => {
      const subscriberId = argument.id.parse(args.subscriberId);
      const ids = argument.ids.parse(args[key]);
      const before = await getContact(api, subscriberId);
      await requireSegments(api, kind, ids, key);
      const answer = await api.post(apiPath`/subscribers/sync-segments`, {
        type: kind,
        find_by: 'id',
        [direction]: ids,
        subscribers: [subscriberId],
      });
      const { tags, lists } = read(synced, answer).subscribers[0];
      const had = new Set(before[kind].map((row) => row.id));
      const changed = ids.filter((id) => had.has(id) === (direction === 'detach'));
      const verb = direction === 'attach' ? 'added' : 'taken away';
      return {
        summary: `Contact ${subscriberId}: ${changed.length} of ${ids.length} ${kind} ${verb}.${changed.length < ids.length ? ' The rest was so already.' : ''}`,
        data: { subscriberId, changed, tags, lists },
      };
    },
  });
}

const membership = z.object({ tags: z.array(reference).default([]), lists: z.array(reference).default([]) });
const synced = z.object({ subscribers: z.tuple([membership], membership) });
