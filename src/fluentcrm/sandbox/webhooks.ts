import { randomUUID } from 'node:crypto';
import { invalid, ok } from './answer.ts';
import { newestFirst, route, textParam, type Call, type Route } from './route.ts';
import { nextId, webhookRow } from './state.ts';

const FIELDS = ['first_name', 'last_name', 'full_name', 'email', 'phone', 'city', 'country', 'source'];

/** Everything at once: the secret addresses, and all tags and lists beside. */
function list({ state, params }: Call) {
  const wanted = (textParam(params, 'search') ?? '').toLowerCase();
  const webhooks = newestFirst(state.webhooks).filter(({ value }) =>
    String(value['name']).toLowerCase().includes(wanted),
  );
  return ok({
    webhooks,
    fields: FIELDS.map((key) => ({ key, field: key })),
    custom_fields: state.customFields.map(({ slug, label }) => ({ key: slug, field: label })),
    lists: state.lists,
    tags: state.tags,
  });
}

/** Takes any text for the state; an address that is given is overwritten. */
function create({ state, params, now }: Call) {
  for (const name of ['name', 'status']) {
    const value = textParam(params, name);
    if (value === undefined || value === '')
      return invalid(name, 'required', `The ${name} field is required.`);
  }
  const id = nextId(state.webhooks);
  const given = Object.entries(params).filter(([name]) => ['name', 'status', 'tags', 'lists'].includes(name));
  const row = webhookRow(id, randomUUID(), Object.fromEntries(given), now);
  state.webhooks.push(row);
  return ok({
    id,
    webhook: row.value,
    webhooks: newestFirst(state.webhooks),
    message: 'Successfully created the WebHook',
  });
}

export const webhookRoutes: readonly Route[] = [
  route('GET', '/webhooks', list),
  route('POST', '/webhooks', create),
];
