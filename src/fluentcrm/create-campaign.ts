import * as z from 'zod';
import { integer, read } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import * as argument from './arguments.ts';
import { requireSegments } from './segments.ts';
import { getTemplate, requireTemplate, type Template } from './templates.ts';
import { defineTool, type Tool } from './tool.ts';

const STEPS = ['create', 'content', 'recipients'] as const;
type Step = (typeof STEPS)[number];

const input = z
  .strictObject({
    title: argument.title,
    subject: argument.title,
    pre_header: argument.shortText.optional(),
    body: argument.body.optional(),
    template_id: argument.id.optional(),
    recipient_list: argument.ids.optional(),
  })
  .refine((args) => args.body === undefined || args.template_id === undefined, {
    message: 'give either body or template_id, not both',
    path: ['body'],
  });

type Arguments = z.output<typeof input>;

const recipients = z.object({
  addressedTo: z.enum(['lists', 'everybody']),
  listIds: z.array(z.int()),
  count: z.int().nullable().describe('Contacts who will get it; null when it is addressed to everybody'),
});

const createCampaign = defineTool({
  name: 'fluentcrm_create_campaign',
  effect: 'create',
  input,
  output: z.object({
    id: z.int(),
    title: z.string(),
    status: z.string(),
    subject: z.string(),
    templateId: z.int().nullable(),
    hasBody: z.boolean(),
    recipients,
    stepsDone: z.array(z.enum(STEPS)),
  }),
  run: async (args, api) => {
    const template = await checkReferences(api, args);
    const created = await createDraft(api, args.title);
    const done: Step[] = ['create'];
    await step(created.id, done, 'content', async () => setContent(api, created.id, args, template));
    const lists = args.recipient_list;
    const count =
      lists === undefined
        ? null
        : await step(created.id, done, 'recipients', async () => setRecipients(api, created.id, lists));
    return {
      summary: `Draft campaign ${created.id} created. ${recipientsNote(count)} Nothing is sent until a person starts it.`,
      data: {
        id: created.id,
        title: args.title,
        status: created.status,
        subject: args.subject,
        templateId: args.template_id ?? null,
        hasBody: (args.body ?? template?.post_content ?? '') !== '',
        recipients: recipientsOf(lists, count),
        stepsDone: done,
      },
    };
  },
});

/** Looks up what the campaign refers to, so that no half-made draft is left behind by a wrong id. */
async function checkReferences(api: ApiClient, args: Arguments): Promise<Template | undefined> {
  await requireSegments(api, 'lists', args.recipient_list ?? [], 'recipient_list');
  if (args.template_id === undefined) return undefined;
  await requireTemplate(api, args.template_id, 'template_id');
  return getTemplate(api, args.template_id);
}

async function createDraft(api: ApiClient, title: string): Promise<{ id: number; status: string }> {
  // This call reads nothing but the title.
  return read(z.object({ id: integer, status: z.string() }), await api.post(apiPath`/campaigns`, { title }));
}

async function setContent(
  api: ApiClient,
  id: number,
  args: Arguments,
  template: Template | undefined,
): Promise<void> {
  const body = args.body ?? template?.post_content;
  const preHeader = args.pre_header ?? template?.post_excerpt;
  await api.put(apiPath`/campaigns/${id}`, {
    title: args.title,
    email_subject: args.subject,
    ...(preHeader === undefined ? {} : { email_pre_header: preHeader }),
    ...(body === undefined ? {} : { email_body: body }),
    ...(args.template_id === undefined ? {} : { template_id: args.template_id }),
    ...(template === undefined ? {} : { design_template: template.design_template }),
  });
}

async function setRecipients(api: ApiClient, id: number, lists: readonly number[]): Promise<number> {
  const answer = await api.post(apiPath`/campaigns/${id}/draft-recipients`, {
    sending_filter: 'list_tag',
    subscribers: lists.map((list) => ({ list, tag: 'all' })),
    excludedSubscribers: [],
  });
  return read(z.object({ count: integer }), answer).count;
}

/** Does one step after the draft exists; a failure says what was done and what was not. */
async function step<T>(id: number, done: Step[], name: Step, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    done.push(name);
    return result;
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    throw new CrmFailure(
      error.code,
      `The draft campaign ${id} exists, but its ${name} could not be set: ${error.message} Steps done: ${done.join(', ')}. Finish it in FluentCRM, or delete it and start again.`,
      {
        httpStatus: error.httpStatus,
        field: error.field,
        retryable: false,
        facts: { ...error.facts, campaignId: id, stepsDone: done, stepFailed: name },
      },
    );
  }
}

function recipientsOf(lists: number[] | undefined, count: number | null): z.output<typeof recipients> {
  return { addressedTo: lists === undefined ? 'everybody' : 'lists', listIds: lists ?? [], count };
}

function recipientsNote(count: number | null): string {
  return count === null
    ? 'No recipients were chosen: as it stands it is addressed to all contacts.'
    : `It is addressed to ${count} contacts.`;
}

export const createCampaignTools: readonly Tool[] = [createCampaign];
