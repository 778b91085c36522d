import { criticalError, invalid, json, noModel, ok, refused } from './answer.ts';
import {
  firstId,
  idsParam,
  newestFirst,
  paginate,
  route,
  searchRows,
  textParam,
  textsParam,
  type Call,
  type Route,
} from './route.ts';
import {
  contactRow,
  personalColumns,
  pivoted,
  shownContact,
  type ContactRow,
  type Membership,
  type Row,
} from './row.ts';
import { nextId, type State } from './state.ts';

const STATUSES = [
  'subscribed',
  'pending',
  'unsubscribed',
  'transactional',
  'bounced',
  'complained',
  'spammed',
];
const SEARCHED = ['email', 'first_name', 'last_name', 'address_line_1', 'city', 'phone', 'status'];

/** A contact as the API shows it, with its tags and lists. Relations to tags that do not exist are stored but not shown. */
function withSegments(state: State, contact: ContactRow): Row {
  return {
    ...shownContact(contact),
    tags: segmentsOf(state.tags, state.contactTags, contact.id, 'Tag'),
    lists: segmentsOf(state.lists, state.contactLists, contact.id, 'Lists'),
  };
}

function segmentsOf(
  rows: readonly Row[],
  members: readonly Membership[],
  contactId: number,
  model: 'Tag' | 'Lists',
) {
  return members
    .filter((membership) => membership.contactId === contactId)
    .flatMap((membership) => {
      const row = rows.find(({ id }) => id === membership.objectId);
      return row === undefined ? [] : [pivoted(row, membership, model)];
    });
}

function list({ state, params }: Call) {
  let rows = searchRows(newestFirst(state.contacts), textParam(params, 'search'), SEARCHED);
  const statuses = textsParam(params, 'statuses');
  // One unknown state drops the whole filter.
  if (statuses.length > 0 && statuses.every((status) => STATUSES.includes(status))) {
    rows = rows.filter(({ status }) => statuses.includes(status));
  }
  rows = keepMembers(rows, params['tags'], state.contactTags);
  rows = keepMembers(rows, params['lists'], state.contactLists);
  const page = paginate(
    rows.map((row) => withSegments(state, row)),
    params,
    'subscribers',
  );
  return 'fault' in page ? page.fault : ok({ subscribers: page.object, custom: null });
}

/** An array keeps the members; a scalar instead of `name[]` finds nobody. */
function keepMembers(rows: ContactRow[], filter: unknown, members: readonly Membership[]): ContactRow[] {
  if (filter === undefined) return rows;
  const wanted = new Set(Array.isArray(filter) ? filter.map(Number) : []);
  return rows.filter(({ id }) => members.some((row) => row.contactId === id && wanted.has(row.objectId)));
}

function get(call: Call) {
  const { state, params } = call;
  const email = textParam(params, 'get_by_email');
  // A parameter named id overrides the one of the path.
  const id = Number(textParam(params, 'id') ?? firstId(call));
  const row = state.contacts.find((contact) =>
    email === undefined ? contact.id === id : contact.email === email,
  );
  return row === undefined ? refused('Subscriber not found') : ok({ subscriber: withSegments(state, row) });
}

function create({ state, params, now }: Call) {
  const email = textParam(params, 'email');
  const status = textParam(params, 'status');
  if (email === undefined || email === '')
    return invalid('email', 'required', 'The email field is required.');
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    return invalid('email', 'email', 'The email must be a valid email address.');
  }
  if (state.contacts.some((contact) => contact.email === email)) {
    return invalid('email', 'unique', 'Provided email already assigned to another subscriber.');
  }
  if (status === undefined || status === '')
    return invalid('status', 'required', 'The status field is required.');
  // An unknown state is dropped, and the contact becomes subscribed.
  const stored = STATUSES.includes(status) ? status : 'subscribed';
  const row = contactRow(nextId(state.contacts), email, stored, personalColumns(params), now);
  state.contacts.push(row);
  change(state.contactTags, row.id, idsParam(params, 'tags'), [], now);
  change(state.contactLists, row.id, idsParam(params, 'lists'), [], now);
  return ok({
    message: 'Successfully added the subscriber.',
    contact: withSegments(state, row),
    action_type: 'created',
  });
}

function update(call: Call) {
  const { state, params, now } = call;
  const row = state.contacts.find(({ id }) => id === firstId(call));
  if (row === undefined) return noModel('Subscriber');
  const changes = personalColumns(params);
  const isDirty = Object.entries(changes).some(([column, value]) => row[column] !== value);
  Object.assign(row, changes, isDirty ? { updated_at: now } : {});
  change(state.contactTags, row.id, idsParam(params, 'attach_tags'), idsParam(params, 'detach_tags'), now);
  change(state.contactLists, row.id, idsParam(params, 'attach_lists'), idsParam(params, 'detach_lists'), now);
  // Tags and lists are shown only when the call changed them.
  const { tags, lists, ...shown } = withSegments(state, row);
  const touched = (kind: string) =>
    [`attach_${kind}`, `detach_${kind}`].some((name) => params[name] !== undefined);
  const contact = { ...shown, ...(touched('tags') ? { tags } : {}), ...(touched('lists') ? { lists } : {}) };
  return ok({ message: 'Subscriber successfully updated', contact, isDirty, values: [] });
}

function remove(call: Call) {
  const id = firstId(call);
  if (!call.state.contacts.some((contact) => contact.id === id)) return noModel('Subscriber');
  forget(call.state, [id]);
  return ok({ message: 'Selected subscriber has been deleted successfully' });
}

function removeMany({ state, params }: Call) {
  const ids = idsParam(params, 'subscribers');
  if (ids.length === 0) return refused('Subscribers selection is required');
  forget(state, ids);
  return ok({ message: 'Selected subscribers has been deleted permanently' });
}

function forget(state: State, ids: readonly number[]): void {
  state.contacts = state.contacts.filter(({ id }) => !ids.includes(id));
  state.contactTags = state.contactTags.filter(({ contactId }) => !ids.includes(contactId));
  state.contactLists = state.contactLists.filter(({ contactId }) => !ids.includes(contactId));
}

function syncSegments({ state, params, now }: Call) {
  const wanted = idsParam(params, 'subscribers');
  const rows = wanted.map((id) => state.contacts.find((contact) => contact.id === id));
  if (rows.length === 0) return criticalError();
  const kind = textParam(params, 'type') === 'lists' ? 'lists' : 'tags';
  const members = kind === 'lists' ? state.contactLists : state.contactTags;
  // Tags are looked up by slug unless the caller asks for ids; unknown ones are ignored without a word.
  const column = textParam(params, 'find_by') === 'id' ? 'id' : 'slug';
  const find = (name: string) =>
    textsParam(params, name).flatMap((value) =>
      state[kind].filter((row) => String(row[column]) === value).map(({ id }) => id),
    );
  const changed: ContactRow[] = [];
  for (const row of rows) {
    // The contacts before the unknown one have been changed by now.
    if (row === undefined) return criticalError();
    change(members, row.id, find('attach'), find('detach'), now);
    changed.push(row);
  }
  return ok({
    message: 'Successfully updated the subscriber.',
    subscribers: changed.map((row) => withSegments(state, row)),
  });
}

function bulk({ state, params, now }: Call) {
  const ids = idsParam(params, 'subscriber_ids');
  const options = idsParam(params, 'action_options');
  if (ids.length === 0) return refused('Subscribers selection is required');
  const action = textParam(params, 'action_name');
  const known = ['add_to_tags', 'remove_from_tags', 'add_to_lists', 'remove_from_lists'];
  if (action === undefined || !known.includes(action)) return refused('Selected Action is not valid');
  if (options.length === 0) return refused('Please provide bulk options');
  const members = action.endsWith('tags') ? state.contactTags : state.contactLists;
  for (const id of ids)
    change(
      members,
      id,
      action.startsWith('add') ? options : [],
      action.startsWith('add') ? [] : options,
      now,
    );
  return json(200, {
    last_contact_id: ids.at(-1),
    completed_contacts: ids.length,
    message: 'Selected bulk action has been successfully completed',
  });
}

/** Puts a contact under segments and takes it from others; ids of nothing are stored as they come. */
function change(
  members: Membership[],
  contactId: number,
  attach: readonly number[],
  detach: readonly number[],
  now: string,
): void {
  for (const objectId of attach) {
    const has = members.some((row) => row.contactId === contactId && row.objectId === objectId);
    if (!has) members.push({ contactId, objectId, since: now });
  }
  for (const objectId of detach) {
    const index = members.findIndex((row) => row.contactId === contactId && row.objectId === objectId);
    if (index >= 0) members.splice(index, 1);
  }
}

export const contactRoutes: readonly Route[] = [
  route('GET', '/subscribers', list),
  route('POST', '/subscribers', create),
  route('DELETE', '/subscribers', removeMany),
  route('GET', '/subscribers/{id}', get),
  route('PUT', '/subscribers/{id}', update),
  route('DELETE', '/subscribers/{id}', remove),
  route('POST', '/subscribers/sync-segments', syncSegments),
  route('POST', '/subscribers/do-bulk-action', bulk),
];
