import type { Role } from './account.ts';
import type { Shape } from './answer-shape.suite.ts';
import { broken, contact, noModel, paginator, saved, segmentRow, withoutLists } from './row-shapes.suite.ts';

export type Fact = {
  readonly of: string;
  readonly call: string;
  readonly body?: unknown;
  readonly as?: Role | null;
  readonly status?: number;
  /** The shape of the JSON body, or a text that a body of another kind contains. */
  readonly answer: Shape | { readonly html: string };
};

/** What the real API was seen to answer about contacts, tags and lists, each on a fresh seed. */
export const CONTACT_FACTS: readonly Fact[] = [
  {
    of: 'a page of contacts',
    call: 'GET /subscribers?per_page=2&page=1',
    answer: { subscribers: paginator(contact), custom: null },
  },
  { of: 'a contact', call: 'GET /subscribers/1', answer: { subscriber: contact } },
  {
    of: 'a missing contact',
    call: 'GET /subscribers/9999',
    status: 422,
    answer: { message: 'Subscriber not found' },
  },
  {
    of: 'a contact by e-mail',
    call: 'GET /subscribers/0?get_by_email=contact-01@example.com',
    answer: { subscriber: contact },
  },
  {
    of: 'a missing e-mail',
    call: 'GET /subscribers/0?get_by_email=x@example.com',
    status: 422,
    answer: { message: 'Subscriber not found' },
  },
  {
    of: 'a new contact',
    call: 'POST /subscribers',
    body: { email: 'new@example.com', status: 'subscribed', first_name: 'New', tags: [1], lists: [1] },
    answer: { message: 'Successfully added the subscriber.', contact, action_type: 'created' },
  },
  {
    of: 'a new contact without a state',
    call: 'POST /subscribers',
    body: { email: 'new@example.com' },
    status: 422,
    answer: { status: { required: 'The status field is required.' } },
  },
  {
    of: 'an address in use',
    call: 'POST /subscribers',
    body: { email: 'contact-01@example.com', status: 'subscribed' },
    status: 422,
    answer: { email: { unique: 'Provided email already assigned to another subscriber.' } },
  },
  {
    of: 'a changed contact',
    call: 'PUT /subscribers/1',
    body: { first_name: 'Contact', attach_tags: [3] },
    answer: {
      message: 'Subscriber successfully updated',
      contact: withoutLists(contact),
      isDirty: false,
      values: [],
    },
  },
  {
    of: 'a change to a missing contact',
    call: 'PUT /subscribers/9999',
    body: { first_name: 'x' },
    status: 404,
    answer: noModel('Subscriber'),
  },
  {
    of: 'deleting a missing contact',
    call: 'DELETE /subscribers/9999',
    status: 404,
    answer: noModel('Subscriber'),
  },
  {
    of: 'tags put on and taken off',
    call: 'POST /subscribers/sync-segments',
    body: { type: 'tags', find_by: 'id', attach: [2], detach: [3], subscribers: [1] },
    answer: { message: 'Successfully updated the subscriber.', subscribers: [contact] },
  },
  {
    of: 'an unknown contact among those to change',
    call: 'POST /subscribers/sync-segments',
    body: { type: 'tags', find_by: 'id', attach: [2], subscribers: [9999] },
    status: 500,
    answer: broken,
  },
  {
    of: 'a bulk action',
    call: 'POST /subscribers/do-bulk-action',
    body: { action_name: 'add_to_tags', subscriber_ids: [1, 2], action_options: [3] },
    answer: {
      last_contact_id: 2,
      completed_contacts: 2,
      message: 'Selected bulk action has been successfully completed',
    },
  },
  { of: 'a page of no size', call: 'GET /subscribers?per_page=0', status: 500, answer: broken },
  {
    of: 'a page of negative size',
    call: 'GET /campaigns?per_page=-1',
    status: 423,
    answer: { message: '<text>' },
  },
  {
    of: 'a page of tags',
    call: 'GET /tags?per_page=2',
    answer: { tags: paginator({ ...segmentRow, subscribersCount: '<integer>' }) },
  },
  { of: 'a tag', call: 'GET /tags/1', answer: { tag: segmentRow } },
  { of: 'a missing tag', call: 'GET /tags/999', answer: { tag: null } },
  { of: 'a new tag', call: 'POST /tags', body: { title: 'New tag' }, answer: saved('tag') },
  {
    of: 'a tag in use',
    call: 'POST /tags',
    body: { title: 'Trial' },
    status: 422,
    answer: { slug: { unique: 'The slug attribute is already taken and must be unique.' } },
  },
  { of: 'deleting a missing tag', call: 'DELETE /tags/999', status: 500, answer: { html: 'critical error' } },
  {
    of: 'a page of lists',
    call: 'GET /lists?per_page=2',
    answer: {
      lists: [{ ...segmentRow, is_public: '0', totalCount: '<integer>', subscribersCount: '<integer>' }],
      pagination: { total: 3 },
    },
  },
  { of: 'a list', call: 'GET /lists/1', answer: { ...segmentRow, is_public: '0' } },
  { of: 'a missing list', call: 'GET /lists/999', answer: { html: '' } },
  { of: 'a new list', call: 'POST /lists', body: { title: 'New list' }, answer: saved('list') },
  {
    of: 'deleting a missing list',
    call: 'DELETE /lists/999',
    answer: { message: 'Successfully removed the list.' },
  },
];
