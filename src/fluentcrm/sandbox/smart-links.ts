import { json, ok } from './answer.ts';
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
import { SITE, type Row } from './row.ts';
import { nextId } from './state.ts';

// FluentCRM Pro only, after its published documentation: present when the look-alike is asked to be Pro.

function linkOf({ params, now }: Call, id: number): Row {
  const given = (params['link'] ?? {}) as Readonly<Record<string, unknown>>;
  const short = id.toString(36).padStart(6, 'x');
  return {
    ...given,
    id,
    short,
    short_url: `${SITE}/?fluentcrm=1&route=smart_url&slug=${short}`,
    created_at: now,
  };
}

function list({ state, params }: Call) {
  const rows = searchRows(newestFirst(state.smartLinks), textParam(params, 'search'), [
    'title',
    'target_url',
  ]);
  const page = paginate(rows, params, 'smart-links');
  return 'fault' in page ? page.fault : ok({ action_links: page.object });
}

function create(call: Call) {
  const link = linkOf(call, nextId(call.state.smartLinks));
  call.state.smartLinks.push(link);
  return ok({ link, message: 'Smart Link has been created' });
}

function update(call: Call) {
  const id = firstId(call);
  const link = linkOf(call, id);
  call.state.smartLinks = call.state.smartLinks.map((row) => (row.id === id ? link : row));
  return ok({ link, message: 'Smart Link has been updated' });
}

function remove(call: Call) {
  call.state.smartLinks = call.state.smartLinks.filter(({ id }) => id !== firstId(call));
  return json(200, { message: 'Selected Smart Link has been deleted' });
}

export const smartLinkRoutes: readonly Route[] = [
  route('GET', '/smart-links', list),
  route('POST', '/smart-links', create),
  route('PUT', '/smart-links/{id}', update),
  route('DELETE', '/smart-links/{id}', remove),
];
