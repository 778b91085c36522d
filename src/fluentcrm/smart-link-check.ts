import * as z from 'zod';
import * as argument from './arguments.ts';
import { defineTool, type Tool } from './tool.ts';

// The two smart link tools that work without the CRM.

/** An absolute http or https address without a user name or password in it. */
export const webAddress = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//, 'must start with http:// or https://')
  .refine(
    (text) => webAddressProblem(text) === undefined,
    'must be a full web address, e.g. https://example.com/page',
  )
  .meta({ format: 'uri' });

export type LinkProblem = { readonly field: string; readonly message: string };

/** Why a text is no web address that a link may lead to; undefined when it is one. */
export function webAddressProblem(text: string): string | undefined {
  if (/\s/.test(text)) return 'must not contain blanks';
  if (!URL.canParse(text)) return 'must be a full web address, e.g. https://example.com/page';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'must start with http:// or https://';
  if (!/^https?:\/\//i.test(text)) return 'must have two slashes after the colon';
  if (username !== '' || password !== '') return 'must not contain a user name or password';
  return undefined;
}

/** What is wrong with the data of a link beyond the types of its fields. */
export function linkProblems(data: {
  readonly title?: string | undefined;
  readonly target_url?: string | undefined;
  readonly apply_tags?: readonly number[] | undefined;
  readonly apply_lists?: readonly number[] | undefined;
  readonly remove_tags?: readonly number[] | undefined;
  readonly remove_lists?: readonly number[] | undefined;
}): readonly LinkProblem[] {
  const problems: LinkProblem[] = [];
  if (data.title !== undefined && data.title.trim() === '')
    problems.push({ field: 'title', message: 'must not be empty' });
  const address = data.target_url === undefined ? undefined : webAddressProblem(data.target_url);
  if (address !== undefined) problems.push({ field: 'target_url', message: address });
  for (const kind of ['tags', 'lists'] as const) {
    const both = (data[`apply_${kind}`] ?? []).filter((id) => data[`remove_${kind}`]?.includes(id));
    if (both.length > 0) {
      problems.push({
        field: `remove_${kind}`,
        message: `${both.join(', ')} would be both added and taken away`,
      });
    }
  }
  return problems;
}

const validateSmartLinkData = defineTool({
  name: 'fluentcrm_validate_smart_link_data',
  effect: 'read',
  // Lenient on purpose: what is wrong with the texts is the tool's answer, not a refusal.
  input: z.strictObject({
    title: z.string().max(2048),
    slug: z.string().max(2048).optional(),
    target_url: z.string().max(4096),
    apply_tags: argument.ids.optional(),
    apply_lists: argument.ids.optional(),
    remove_tags: argument.ids.optional(),
    remove_lists: argument.ids.optional(),
    auto_login: z.boolean().optional(),
  }),
  output: z.object({
    valid: z.boolean(),
    problems: z.array(z.object({ field: z.string(), message: z.string() })),
    notes: z.array(z.string()),
  }),
  run: async (args) => {
    const problems = [...linkProblems(args)];
    if (args.title.trim().length > 190)
      problems.push({ field: 'title', message: 'must have at most 190 characters' });
    if (args.target_url.length > 2048)
      problems.push({ field: 'target_url', message: 'must have at most 2048 characters' });
    const notes = ['Tags and lists were not looked up; fluentcrm_create_smart_link does that.'];
    if (args.slug !== undefined)
      notes.push('The slug is not used: FluentCRM Pro makes the short address itself.');
    if (args.auto_login === true) {
      notes.push(
        'auto_login signs whoever opens the link in as that contact: anyone the mail is forwarded to, too.',
      );
    }
    return {
      summary: problems.length === 0 ? 'The data is valid.' : `The data has ${problems.length} problem(s).`,
      data: { valid: problems.length === 0, problems, notes },
    };
  },
});

const generateShortcode = defineTool({
  name: 'fluentcrm_generate_smart_link_shortcode',
  effect: 'read',
  input: z.strictObject({ slug: argument.slug, linkText: z.string().max(500).optional() }),
  output: z.object({
    shortcode: z.null().describe('Always null: FluentCRM knows no shortcode for smart links'),
    reason: z.string(),
    html: z
      .string()
      .describe('A link to complete: put the short_url of the smart link in place of SHORT_URL'),
  }),
  run: async ({ slug, linkText }) => ({
    summary:
      'FluentCRM has no shortcode for smart links. Use the link in html with the short_url of the smart link.',
    data: {
      shortcode: null,
      reason:
        'A code such as {{fc_smart_link}} would stay in the mail as plain text. FluentCRM Pro gives every smart link a short_url; use that as an ordinary link.',
      html: `<a href="SHORT_URL">${escapeHtml(linkText ?? slug)}</a>`,
    },
  }),
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  // Braces too, so that the text cannot become a smart code of FluentCRM ({{contact.email}}).
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replaceAll('{', '&#123;')
    .replaceAll('}', '&#125;');
}

export const smartLinkCheckTools: readonly Tool[] = [generateShortcode, validateSmartLinkData];
