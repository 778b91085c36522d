import * as z from 'zod';
import { integer, page, pageOf, read, summaryOf } from './answers.ts';
import { apiPath } from './api-client.ts';
import * as argument from './arguments.ts';
import { createSegmentTool, deleteSegmentTool, syncSegmentsTool } from './segment-tools.ts';
import { apiSegment, segment } from './segments.ts';
import { defineTool, type Tool } from './tool.ts';

// Unlike every other list, GET /lists answers with bare rows and a total beside them.
const listsAnswer = z.object({ lists: z.array(apiSegment), pagination: z.object({ total: integer }) });

const listLists = defineTool({
  name: 'fluentcrm_list_lists',
  effect: 'read',
  input: z.strictObject({ ...argument.paging, search: argument.search.optional() }),
  output: pageOf(segment),
  run: async (args, api) => {
    const answer = await api.get(apiPath`/lists`, [
      ['page', args.page],
      ['per_page', args.per_page],
      ...(args.search === undefined ? [] : [['search', args.search] as const]),
    ]);
    const { lists, pagination } = read(listsAnswer, answer);
    const found = page(lists, pagination.total, args);
    return { summary: summaryOf('Lists', found), data: { ...found, items: lists } };
  },
});

export const listTools: readonly Tool[] = [
  listLists,
  createSegmentTool('lists', 'fluentcrm_create_list'),
  deleteSegmentTool('lists', 'fluentcrm_delete_list', 'listId'),
  syncSegmentsTool('lists', 'attach', 'fluentcrm_attach_contact_to_list', 'listIds'),
  syncSegmentsTool('lists', 'detach', 'fluentcrm_detach_contact_from_list', 'listIds'),
];
