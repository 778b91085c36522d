import * as z from 'zod';
import { integer, localTime, optionalText, pageOf, read, readPage, reference, summaryOf } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import * as argument from './arguments.ts';
import { requireSegments } from './segments.ts';
import { defineTool, type Tool } from './tool.ts';

/** The useful fields of a contact: no hash, address of the network, position or avatar. */
export const contact = z.object({
  id: integer,
  email: z.string(),
  first_name: optionalText,
  last_name: optionalText,
  full_name: optionalText,
  status: z.string(),
  contact_type: optionalText,
  phone: optionalText,
  city: optionalText,
  country: optionalText,
  source: optionalText,
  tags: z.array(reference).default([]),
  lists: z.array(reference).default([]),
  created_at: localTime,
  last_activity: localTime,
});

/** A changed contact comes back without its tags and lists, which says nothing about whether it has any. */
const contactAlone = contact.omit({ tags: true, lists: true });

export type Contact = z.output<typeof contact>;

const personalFields = {
  first_name: argument.shortText.optional(),
  last_name: argument.shortText.optional(),
  phone: z.string().max(50).optional(),
  address_line_1: argument.shortText.optional(),
  city: argument.shortText.optional(),
  country: argument.country.optional(),
};

/** The contact with this id; throws `not_found`. */
export async function getContact(api: ApiClient, id: number): Promise<Contact> {
  const answer = await api.get(apiPath`/subscribers/${id}`);
  return read(z.object({ subscriber: contact }), answer).subscriber;
}

const listContacts = defineTool({
  name: 'fluentcrm_list_contacts',
  effect: 'read',
  input: z.strictObject({
    ...argument.paging,
    search: argument.search.optional(),
    statuses: argument.someOf(argument.CONTACT_STATUSES).optional(),
    tagIds: argument.ids.optional(),
    listIds: argument.ids.optional(),
  }),
  output: pageOf(contact),
  run: async (args, api) => {
    const answer = await api.get(apiPath`/subscribers`, [
      ['page', args.page],
      ['per_page', args.per_page],
      ...(args.search === undefined ? [] : [['search', args.search] as const]),
      ...(args.statuses ?? []).map((status) => ['statuses[]', status] as const),
      ...(args.tagIds ?? []).map((id) => ['tags[]', id] as const),
      ...(args.listIds ?? []).map((id) => ['lists[]', id] as const),
    ]);
    const found = readPage(contact, answer, 'subscribers', args);
    return { summary: summaryOf('Contacts', found), data: { ...found, items: [...found.items] } };
  },
});

const getContactTool = defineTool({
  name: 'fluentcrm_get_contact',
  effect: 'read',
  input: z.strictObject({ subscriberId: argument.id }),
  output: z.object({ contact }),
  run: async ({ subscriberId }, api) => ({
    summary: `Contact ${subscriberId}.`,
    data: { contact: await getContact(api, subscriberId) },
  }),
});

const findContactByEmail = defineTool({
  name: 'fluentcrm_find_contact_by_email',
  effect: 'read',
  input: z.strictObject({ email: argument.email }),
  output: z.object({ found: z.boolean(), contact: contact.nullable() }),
  run: async ({ email }, api) => {
    try {
      const answer = await api.get(apiPath`/subscribers/0`, [['get_by_email', email]]);
      const { subscriber } = read(z.object({ subscriber: contact }), answer);
      return { summary: `Found: contact ${subscriber.id}.`, data: { found: true, contact: subscriber } };
    } catch (error) {
      if (!(error instanceof CrmFailure && error.code === 'not_found')) throw error;
      return { summary: 'No contact has this e-mail address.', data: { found: false, contact: null } };
    }
  },
});

const createContact = defineTool({
  name: 'fluentcrm_create_contact',
  effect: 'create',
  input: z.strictObject({
    email: argument.email,
    status: z.enum(['pending', 'subscribed', 'unsubscribed', 'transactional']).default('pending'),
    ...personalFields,
    tagIds: argument.ids.optional(),
    listIds: argument.ids.optional(),
  }),
  output: z.object({ contact }),
  run: async ({ tagIds, listIds, ...fields }, api) => {
    // The API stores ids of tags and lists that do not exist, so they are looked up first.
    await requireSegments(api, 'tags', tagIds ?? [], 'tagIds');
    await requireSegments(api, 'lists', listIds ?? [], 'listIds');
    const answer = await api.post(apiPath`/subscribers`, {
      ...withCapitalCountry(fields),
      ...(tagIds === undefined ? {} : { tags: tagIds }),
      ...(listIds === undefined ? {} : { lists: listIds }),
    });
    const created = read(z.object({ contact }), answer).contact;
    return {
      summary: `Contact ${created.id} created with status ${created.status}.`,
      data: { contact: created },
    };
  },
});

const updateContact = defineTool({
  name: 'fluentcrm_update_contact',
  effect: 'overwrite',
  input: z
    .strictObject({ subscriberId: argument.id, ...personalFields })
    .refine((args) => Object.keys(args).length > 1, 'give at least one field to change'),
  output: z.object({ contact: contactAlone, changedFields: z.array(z.string()) }),
  run: async ({ subscriberId, ...fields }, api) => {
    const answer = await api.put(apiPath`/subscribers/${subscriberId}`, withCapitalCountry(fields));
    return {
      summary: `Contact ${subscriberId} updated.`,
      data: {
        contact: read(z.object({ contact: contactAlone }), answer).contact,
        changedFields: Object.keys(fields),
      },
    };
  },
});

const deleteContact = defineTool({
  name: 'fluentcrm_delete_contact',
  effect: 'delete',
  input: z.strictObject({ subscriberId: argument.id }),
  output: z.object({ deleted: z.boolean(), id: z.int() }),
  run: async ({ subscriberId }, api) => {
    await api.delete(apiPath`/subscribers/${subscriberId}`);
    return { summary: `Contact ${subscriberId} deleted.`, data: { deleted: true, id: subscriberId } };
  },
});

function withCapitalCountry<T extends { readonly country?: string | undefined }>(fields: T): T {
  return fields.country === undefined ? fields : { ...fields, country: fields.country.toUpperCase() };
}

export const contactTools: readonly Tool[] = [
  listContacts,
  getContactTool,
  findContactByEmail,
  createContact,
  updateContact,
  deleteContact,
];
