import * as z from 'zod';
import { integer, localTime, page, pageOf, read, summaryOf } from './answers.ts';
import { apiPath } from './api-client.ts';
import * as argument from './arguments.ts';
import { requireSegments } from './segments.ts';
import { defineTool, type Tool } from './tool.ts';

/** A webhook without its address: whoever holds that can add contacts, so it is a credential. */
const webhook = z.object({
  id: integer,
  name: z.string(),
  status: z.string(),
  tags: z.array(integer),
  lists: z.array(integer),
  keyEnding: z.string().describe('The last four characters of the secret key'),
  created_at: localTime,
});

const apiWebhook = z
  .object({
    id: integer,
    key: z.string(),
    value: z.object({
      name: z.string().catch(''),
      status: z.string().catch(''),
      tags: z.array(integer).catch([]),
      lists: z.array(integer).catch([]),
    }),
    created_at: localTime,
  })
  .transform(({ id, key, value, created_at }) => ({
    id,
    ...value,
    keyEnding: `…${key.slice(-4)}`,
    created_at,
  }));

const webhooksAnswer = z.object({ webhooks: z.array(apiWebhook) });

const listWebhooks = defineTool({
  name: 'fluentcrm_list_webhooks',
  effect: 'read',
  input: z.strictObject({ ...argument.paging, search: argument.search.optional() }),
  output: pageOf(webhook),
  run: async (args, api) => {
    // The API gives all of them at once, so the page is cut here.
    const answer = await api.get(
      apiPath`/webhooks`,
      args.search === undefined ? [] : [['search', args.search]],
    );
    const { webhooks } = read(webhooksAnswer, answer);
    const items = webhooks.slice((args.page - 1) * args.per_page, args.page * args.per_page);
    const found = page(items, webhooks.length, args);
    return { summary: summaryOf('Webhooks', found), data: { ...found, items } };
  },
});

const createWebhook = defineTool({
  name: 'fluentcrm_create_webhook',
  effect: 'create',
  input: z.strictObject({
    name: argument.title,
    status: z.enum(['pending', 'subscribed']),
    tags: argument.ids.optional(),
    lists: argument.ids.optional(),
  }),
  output: webhook,
  run: async (args, api) => {
    await requireSegments(api, 'tags', args.tags ?? [], 'tags');
    await requireSegments(api, 'lists', args.lists ?? [], 'lists');
    const answer = await api.post(apiPath`/webhooks`, {
      ...args,
      tags: args.tags ?? [],
      lists: args.lists ?? [],
    });
    const { id, webhooks } = read(webhooksAnswer.extend({ id: integer }), answer);
    const created = webhooks.find((row) => row.id === id);
    return {
      summary: `Webhook ${id} created. Its secret address is shown in FluentCRM only (Settings, Incoming Webhooks).`,
      data: created ?? {
        id,
        name: args.name,
        status: args.status,
        tags: args.tags ?? [],
        lists: args.lists ?? [],
        keyEnding: '…',
        created_at: null,
      },
    };
  },
});

export const webhookTools: readonly Tool[] = [listWebhooks, createWebhook];
