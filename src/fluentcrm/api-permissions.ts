import type { ApiMethod } from './api-transport.ts';

type Permissions = { readonly read: string; readonly write: string; readonly remove: string };

function same(permission: string, remove: string = permission): Permissions {
  return { read: permission, write: permission, remove };
}

/** FluentCRM's capabilities by the first segment of the path; reading tags, lists and templates needs the manage one. */
const BY_FAMILY: ReadonlyMap<string, Permissions> = new Map([
  [
    'subscribers',
    { read: 'fcrm_read_contacts', write: 'fcrm_manage_contacts', remove: 'fcrm_manage_contacts_delete' },
  ],
  ['tags', same('fcrm_manage_contact_cats', 'fcrm_manage_contact_cats_delete')],
  ['lists', same('fcrm_manage_contact_cats', 'fcrm_manage_contact_cats_delete')],
  [
    'campaigns',
    { read: 'fcrm_read_emails', write: 'fcrm_manage_emails', remove: 'fcrm_manage_email_delete' },
  ],
  ['templates', same('fcrm_manage_email_templates', 'fcrm_manage_email_delete')],
  ['funnels', { read: 'fcrm_read_funnels', write: 'fcrm_write_funnels', remove: 'fcrm_delete_funnels' }],
  ['webhooks', same('fcrm_manage_settings')],
  ['custom-fields', same('fcrm_manage_settings')],
  ['reports', same('fcrm_view_dashboard')],
]);

/** The FluentCRM permission that a request needs, or undefined where none is known (Pro routes). */
export function permissionFor(method: ApiMethod, path: string): string | undefined {
  const permissions = BY_FAMILY.get(path.split('/')[1] ?? '');
  if (method === 'GET') return permissions?.read;
  return method === 'DELETE' ? permissions?.remove : permissions?.write;
}
