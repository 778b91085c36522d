import { criticalError, invalid, ok } from './answer.ts';
import { newestFirst, paginate, route, searchRows, textParam, type Call, type Route } from './route.ts';
import { funnelRow, nextId } from './state.ts';

/** The free plugin offers one trigger; the others are shown, and marked as disabled. */
const TRIGGERS: ReadonlyArray<readonly [name: string, category: string, label: string, icon: string]> = [
  ['user_register', 'WordPress Triggers', 'New User Sign Up', 'fc-icon-wp_new_user_signup'],
  ['fluentcrm_contact_added_to_lists', 'CRM', 'List Applied', 'fc-icon-list_applied_2'],
  ['fluentcrm_contact_removed_from_lists', 'CRM', 'List Removed', 'fc-icon-list_removed'],
  ['fluentcrm_contact_added_to_tags', 'CRM', 'Tag Applied', 'fc-icon-tag_applied'],
  ['fluentcrm_contact_removed_from_tags', 'CRM', 'Tag Removed', 'fc-icon-tag_removed'],
  ['fluent_crm/contact_birthday', 'CRM', "Contact's Birthday", ''],
  ['fluent_crm/contact_created', 'CRM', 'Contact Created', ''],
  ['fluent_crm/company_applied', 'CRM', 'Company Applied', ''],
  ['fluent_crm/company_removed', 'CRM', 'Company Removed', ''],
  ['user_login', 'WordPress Triggers', 'User Login', 'fc-icon-wp_new_user_signup'],
];

function list({ state, params }: Call) {
  const rows = searchRows(newestFirst(state.funnels), textParam(params, 'search'), ['title']);
  const page = paginate(rows, params, 'funnels');
  return 'fault' in page ? page.fault : ok({ funnels: page.object });
}

function triggers() {
  const rows = TRIGGERS.map(([name, category, label, icon]) => [
    name,
    { category, label, description: label, icon, ...(name === 'user_register' ? {} : { disabled: true }) },
  ]);
  return ok({ triggers: Object.fromEntries(rows) });
}

/** Takes any text for a trigger; without the wrapper the real one breaks. */
function create({ state, params, now }: Call) {
  const given = params['funnel'];
  if (typeof given !== 'object' || given === null) return criticalError();
  const { title, trigger_name: trigger, description } = given as Readonly<Record<string, unknown>>;
  if (typeof trigger !== 'string' || trigger === '') {
    return invalid('trigger_name', 'required', 'The trigger_name field is required.');
  }
  const id = nextId(state.funnels);
  const row = funnelRow(
    id,
    typeof title === 'string' ? title : '',
    trigger,
    typeof description === 'string' ? description : '',
    now,
  );
  state.funnels.push(row);
  const { subscribers_count: _count, description: _description, labels: _labels, ...shown } = row;
  return ok({
    funnel: { ...shown, created_by: 1 },
    message: 'Funnel has been created. Please configure now',
  });
}

export const funnelRoutes: readonly Route[] = [
  route('GET', '/funnels', list),
  route('POST', '/funnels', create),
  route('GET', '/funnels/triggers', triggers),
];
