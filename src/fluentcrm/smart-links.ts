import * as z from 'zod';
import { integer, optionalText, pageOf, read, readPage, summaryOf } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { CrmFailure, notFound } from './api-errors.ts';
import * as argument from './arguments.ts';
import { linkProblems, webAddress } from './smart-link-check.ts';
import { requireSegments } from './segments.ts';
import { defineTool, type Tool } from './tool.ts';

// Smart links exist in FluentCRM Pro only. The shapes follow its published documentation; the free plugin has no such
// route, which every tool here says plainly.

const segments = z
  .object({ tags: z.array(integer).catch([]), lists: z.array(integer).catch([]) })
  .catch({ tags: [], lists: [] });

const smartLink = z.object({
  id: integer,
  title: z.string(),
  target_url: z.string(),
  short_url: optionalText,
  actions: segments,
  detach_actions: segments,
  auto_login: z.boolean(),
  notes: optionalText,
});

type SmartLink = z.output<typeof smartLink>;

// PHP answers with "yes" or "no".
const apiSmartLink = z
  .object({ ...smartLink.omit({ auto_login: true }).shape, auto_login: z.unknown() })
  .transform((row): SmartLink => ({
    ...row,
    auto_login: row.auto_login === 'yes' || row.auto_login === true,
  }));

const PAGE_SIZE = 100;
const MAX_PAGES = 20;

const segmentArguments = {
  apply_tags: argument.ids.optional(),
  apply_lists: argument.ids.optional(),
  remove_tags: argument.ids.optional(),
  remove_lists: argument.ids.optional(),
};

const linkArguments = {
  title: argument.title,
  target_url: webAddress,
  ...segmentArguments,
  auto_login: z.boolean().optional(),
  notes: argument.description.optional(),
};

type LinkArguments = {
  readonly title?: string | undefined;
  readonly target_url?: string | undefined;
  readonly apply_tags?: number[] | undefined;
  readonly apply_lists?: number[] | undefined;
  readonly remove_tags?: number[] | undefined;
  readonly remove_lists?: number[] | undefined;
  readonly auto_login?: boolean | undefined;
  readonly notes?: string | undefined;
};

const listSmartLinks = defineTool({
  name: 'fluentcrm_list_smart_links',
  effect: 'read',
  input: z.strictObject({ ...argument.paging, search: argument.search.optional() }),
  output: pageOf(smartLink),
  run: async (args, api) => {
    const found = await fetchPage(api, args);
    return { summary: summaryOf('Smart links', found), data: { ...found, items: [...found.items] } };
  },
});

const getSmartLink = defineTool({
  name: 'fluentcrm_get_smart_link',
  effect: 'read',
  input: z.strictObject({ smartLinkId: argument.id }),
  output: z.object({ link: smartLink }),
  run: async ({ smartLinkId }, api) => ({
    summary: `Smart link ${smartLinkId}.`,
    data: { link: await findSmartLink(api, smartLinkId) },
  }),
});

const createSmartLink = defineTool({
  name: 'fluentcrm_create_smart_link',
  effect: 'create',
  input: z.strictObject(linkArguments),
  output: z.object({ link: smartLink }),
  run: async (args, api) => {
    await requirePro(api);
    refuseContradictions(args);
    await checkSegments(api, args);
    const answer = await api.post(apiPath`/smart-links`, { link: payloadOf(args) });
    const { link } = read(z.object({ link: apiSmartLink }), answer);
    return { summary: `Smart link ${link.id} created.`, data: { link } };
  },
});

const updateSmartLink = defineTool({
  name: 'fluentcrm_update_smart_link',
  effect: 'overwrite',
  input: z
    .strictObject({
      smartLinkId: argument.id,
      ...linkArguments,
      title: argument.title.optional(),
      target_url: webAddress.optional(),
    })
    .refine((args) => Object.keys(args).length > 1, 'give at least one field to change'),
  output: z.object({ link: smartLink }),
  run: async ({ smartLinkId, ...args }, api) => {
    // The API takes the whole link, so what is not to change is read first and sent back.
    const before = await findSmartLink(api, smartLinkId);
    const wanted: LinkArguments = {
      title: args.title ?? before.title,
      target_url: args.target_url ?? before.target_url,
      apply_tags: args.apply_tags ?? before.actions.tags,
      apply_lists: args.apply_lists ?? before.actions.lists,
      remove_tags: args.remove_tags ?? before.detach_actions.tags,
      remove_lists: args.remove_lists ?? before.detach_actions.lists,
      auto_login: args.auto_login ?? before.auto_login,
      notes: args.notes ?? before.notes ?? '',
    };
    refuseContradictions(wanted);
    await checkSegments(api, args);
    const answer = await api.put(apiPath`/smart-links/${smartLinkId}`, { link: payloadOf(wanted) });
    const { link } = read(z.object({ link: apiSmartLink }), answer);
    return { summary: `Smart link ${smartLinkId} updated.`, data: { link } };
  },
});

const deleteSmartLink = defineTool({
  name: 'fluentcrm_delete_smart_link',
  effect: 'delete',
  input: z.strictObject({ smartLinkId: argument.id }),
  output: z.object({ deleted: z.boolean(), id: z.int(), title: z.string() }),
  run: async ({ smartLinkId }, api) => {
    const { title } = await findSmartLink(api, smartLinkId);
    await api.delete(apiPath`/smart-links/${smartLinkId}`);
    return { summary: `Smart link ${smartLinkId} deleted.`, data: { deleted: true, id: smartLinkId, title } };
  },
});

async function fetchPage(
  api: ApiClient,
  asked: { page: number; per_page: number; search?: string | undefined },
) {
  const answer = await askPro(async () =>
    api.get(apiPath`/smart-links`, [
      ['page', asked.page],
      ['per_page', asked.per_page],
      ...(asked.search === undefined ? [] : [['search', asked.search] as const]),
    ]),
  );
  return readPage(apiSmartLink, answer, 'action_links', asked);
}

/** There is no route for a single link, so the list is searched. */
async function findSmartLink(api: ApiClient, id: number): Promise<SmartLink> {
  for (let number = 1; number <= MAX_PAGES; number++) {
    const found = await fetchPage(api, { page: number, per_page: PAGE_SIZE });
    const link = found.items.find((row) => row.id === id);
    if (link !== undefined) return link;
    if (!found.hasMore) break;
  }
  throw notFound('smart link', [id], { field: 'smartLinkId' });
}

async function requirePro(api: ApiClient): Promise<void> {
  await fetchPage(api, { page: 1, per_page: 1 });
}

/** Free FluentCRM has no such route; Pro with the module switched off answers without links. Both mean the same here. */
async function askPro(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    const answer = await ask();
    if (typeof answer === 'object' && answer !== null && 'action_links' in answer) return answer;
  } catch (error) {
    if (!(error instanceof CrmFailure && error.code === 'route_missing')) throw error;
  }
  throw new CrmFailure(
    'needs_pro',
    'Smart links need FluentCRM Pro with the smart links module switched on; this site does not offer them.',
    { httpStatus: 404 },
  );
}

function refuseContradictions(args: LinkArguments): void {
  const problem = linkProblems(args)[0];
  if (problem === undefined) return;
  throw new CrmFailure('invalid_arguments', `Invalid arguments. ${problem.field}: ${problem.message}`, {
    field: problem.field,
  });
}

async function checkSegments(api: ApiClient, args: LinkArguments): Promise<void> {
  await requireSegments(api, 'tags', args.apply_tags ?? [], 'apply_tags');
  await requireSegments(api, 'tags', args.remove_tags ?? [], 'remove_tags');
  await requireSegments(api, 'lists', args.apply_lists ?? [], 'apply_lists');
  await requireSegments(api, 'lists', args.remove_lists ?? [], 'remove_lists');
}

function payloadOf(args: LinkArguments): Readonly<Record<string, unknown>> {
  return {
    title: args.title,
    target_url: args.target_url,
    actions: { tags: args.apply_tags ?? [], lists: args.apply_lists ?? [] },
    detach_actions: { tags: args.remove_tags ?? [], lists: args.remove_lists ?? [] },
    auto_login: args.auto_login === true ? 'yes' : 'no',
    notes: args.notes ?? '',
  };
}

export const smartLinkTools: readonly Tool[] = [
  listSmartLinks,
  getSmartLink,
  createSmartLink,
  updateSmartLink,
  deleteSmartLink,
];
