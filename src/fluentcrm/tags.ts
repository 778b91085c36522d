import * as z from 'zod';
import { pageOf, readPage, summaryOf } from './answers.ts';
import { apiPath } from './api-client.ts';
import * as argument from './arguments.ts';
import { createSegmentTool, deleteSegmentTool, syncSegmentsTool } from './segment-tools.ts';
import { apiSegment, segment } from './segments.ts';
import { defineTool, type Tool } from './tool.ts';

const listTags = defineTool({
  name: 'fluentcrm_list_tags',
  effect: 'read',
  input: z.strictObject({ ...argument.paging, search: argument.search.optional() }),
  output: pageOf(segment),
  run: async (args, api) => {
    const answer = await api.get(apiPath`/tags`, [
      ['page', args.page],
      ['per_page', args.per_page],
      ...(args.search === undefined ? [] : [['search', args.search] as const]),
    ]);
    const found = readPage(apiSegment, answer, 'tags', args);
    return { summary: summaryOf('Tags', found), data: { ...found, items: [...found.items] } };
  },
});

export const tagTools: readonly Tool[] = [
  listTags,
  createSegmentTool('tags', 'fluentcrm_create_tag'),
  deleteSegmentTool('tags', 'fluentcrm_delete_tag', 'tagId'),
  syncSegmentsTool('tags', 'attach', 'fluentcrm_attach_tag_to_contact', 'tagIds'),
  syncSegmentsTool('tags', 'detach', 'fluentcrm_detach_tag_from_contact', 'tagIds'),
];
