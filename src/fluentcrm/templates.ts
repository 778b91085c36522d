import * as z from 'zod';
import { integer, localTime, optionalText, pageOf, read, readPage, summaryOf } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { notFound } from './api-errors.ts';
import * as argument from './arguments.ts';
import { defineTool, type Tool } from './tool.ts';

const template = z.object({
  id: z.int(),
  title: z.string(),
  preHeader: z.string().nullable(),
  status: z.string(),
  designTemplate: z.string().nullable(),
  updated_at: localTime,
});

/** A template is a WordPress post underneath. */
const apiTemplate = z
  .object({
    ID: integer,
    post_title: z.string(),
    post_excerpt: optionalText,
    post_status: z.string(),
    design_template: optionalText,
    post_modified: localTime,
  })
  .transform((row) => ({
    id: row.ID,
    title: row.post_title,
    preHeader: row.post_excerpt,
    status: row.post_status,
    designTemplate: row.design_template,
    updated_at: row.post_modified,
  }));

const content = z.object({
  post_content: z.string(),
  post_excerpt: z.string().catch(''),
  design_template: z.string().catch('raw_html'),
});

/** What a campaign takes from a template. */
export type Template = z.output<typeof content>;

const PAGE_SIZE = 100;
const MAX_PAGES = 20;

/**
 * Throws `not_found` unless the id is that of an e-mail template. GET /templates/{id} cannot tell: it answers for the
 * id of any WordPress post, and with an empty template for an unknown one. So the list is searched.
 */
export async function requireTemplate(api: ApiClient, id: number, field: string): Promise<void> {
  for (let number = 1; number <= MAX_PAGES; number++) {
    const asked = { page: number, per_page: PAGE_SIZE };
    const answer = await api.get(apiPath`/templates`, [
      ['page', asked.page],
      ['per_page', asked.per_page],
    ]);
    const found = readPage(apiTemplate, answer, 'templates', asked);
    if (found.items.some((row) => row.id === id)) return;
    if (!found.hasMore) break;
  }
  throw notFound('email template', [id], { field });
}

/** The content of a template whose id was checked with {@link requireTemplate}. */
export async function getTemplate(api: ApiClient, id: number): Promise<Template> {
  return read(z.object({ template: content }), await api.get(apiPath`/templates/${id}`)).template;
}

const listTemplates = defineTool({
  name: 'fluentcrm_list_email_templates',
  effect: 'read',
  input: z.strictObject({ ...argument.paging, search: argument.search.optional() }),
  output: pageOf(template),
  run: async (args, api) => {
    const answer = await api.get(apiPath`/templates`, [
      ['page', args.page],
      ['per_page', args.per_page],
      ...(args.search === undefined ? [] : [['search', args.search] as const]),
    ]);
    const found = readPage(apiTemplate, answer, 'templates', args);
    return { summary: summaryOf('Email templates', found), data: { ...found, items: [...found.items] } };
  },
});

const createTemplate = defineTool({
  name: 'fluentcrm_create_email_template',
  effect: 'create',
  input: z.strictObject({
    title: argument.title,
    subject: argument.title,
    body: argument.body,
    pre_header: argument.shortText.optional(),
  }),
  output: z.object({ id: z.int(), title: z.string() }),
  run: async (args, api) => {
    const answer = await api.post(apiPath`/templates`, {
      template: {
        post_title: args.title,
        post_content: args.body,
        post_excerpt: args.pre_header ?? '',
        email_subject: args.subject,
        edit_type: 'html',
        design_template: 'raw_html',
      },
    });
    const { template_id } = read(z.object({ template_id: integer }), answer);
    return {
      summary: `Email template ${template_id} created.`,
      data: { id: template_id, title: args.title },
    };
  },
});

export const templateTools: readonly Tool[] = [listTemplates, createTemplate];
