import { criticalPage, empty, invalid, json, ok } from './answer.ts';
import {
  firstId,
  newestFirst,
  paginate,
  route,
  searchRows,
  textParam,
  type Call,
  type Route,
} from './route.ts';
import { slugOf, type Row } from './row.ts';
import { nextId } from './state.ts';

type Kind = 'tags' | 'lists';

function counted({ state }: Call, kind: Kind, row: Row): Row {
  const members = (kind === 'tags' ? state.contactTags : state.contactLists).filter(
    ({ objectId }) => objectId === row.id,
  );
  const subscribed = members.filter(({ contactId }) =>
    state.contacts.some(({ id, status }) => id === contactId && status === 'subscribed'),
  ).length;
  return kind === 'tags'
    ? { ...row, subscribersCount: members.length }
    : { ...row, totalCount: members.length, subscribersCount: subscribed };
}

function list(call: Call, kind: Kind) {
  const found = searchRows(newestFirst(call.state[kind]), textParam(call.params, 'search'), [
    'title',
    'slug',
  ]);
  const page = paginate(
    found.map((row) => counted(call, kind, row)),
    call.params,
    kind,
  );
  if ('fault' in page) return page.fault;
  if (kind === 'tags') return ok({ tags: page.object });
  return json(200, { lists: page.object['data'], pagination: { total: page.object['total'] } });
}

function get(call: Call, kind: Kind) {
  const row = call.state[kind].find(({ id }) => id === firstId(call));
  if (kind === 'tags') return json(200, { tag: row ?? null });
  return row === undefined ? empty() : json(200, row);
}

function create(call: Call, kind: Kind) {
  const { state, params, now } = call;
  const title = textParam(params, 'title');
  if (title === undefined || title === '')
    return invalid('title', 'required', 'The title field is required.');
  const slug = textParam(params, 'slug');
  // For tags the slug that will be stored is checked; for lists the bare title, so that the same slug can come twice.
  const checked = slug ?? (kind === 'tags' ? slugOf(title) : title);
  if (state[kind].some((row) => row['slug'] === checked)) {
    return invalid('slug', 'unique', 'The slug attribute is already taken and must be unique.');
  }
  const item = {
    title,
    slug: slug ?? slugOf(title),
    description: textParam(params, 'description') ?? '',
    updated_at: now,
    created_at: now,
    id: nextId(state[kind]),
  };
  state[kind].push(kind === 'tags' ? { ...item } : { ...item, is_public: '0' });
  const body = { lists: item, item, message: `Successfully saved the ${kind === 'tags' ? 'tag' : 'list'}.` };
  return kind === 'tags' ? ok(body) : json(200, body);
}

function remove(call: Call, kind: Kind) {
  const id = firstId(call);
  const { state } = call;
  // A tag that does not exist breaks the real one; a list that does not exist is "removed".
  if (kind === 'tags' && !state.tags.some((row) => row.id === id)) return criticalPage();
  state[kind] = state[kind].filter((row) => row.id !== id);
  const members = kind === 'tags' ? state.contactTags : state.contactLists;
  members.splice(0, members.length, ...members.filter(({ objectId }) => objectId !== id));
  return json(200, { message: `Successfully removed the ${kind === 'tags' ? 'tag' : 'list'}.` });
}

function routesOf(kind: Kind): readonly Route[] {
  return [
    route('GET', `/${kind}`, (call) => list(call, kind)),
    route('POST', `/${kind}`, (call) => create(call, kind)),
    route('GET', `/${kind}/{id}`, (call) => get(call, kind)),
    route('DELETE', `/${kind}/{id}`, (call) => remove(call, kind)),
  ];
}

export const segmentRoutes: readonly Route[] = [...routesOf('tags'), ...routesOf('lists')];
