import { createHash } from 'node:crypto';

/** The site that the look-alike pretends to be. */
export const SITE = 'https://crm.example.com';

/** The moment the seed was made; "Y-m-d H:i:s" in the site's time. */
export const SEED_TIME = '2026-11-02 09:00:00';

/** A row as PHP answers it: numbers of the database may be text. */
export type Row = Record<string, unknown> & { readonly id: number };

export type ContactRow = Row & { email: string; status: string };

/** What a contact belongs to: ids of tags and lists with the time it was put there. */
export type Membership = { readonly contactId: number; readonly objectId: number; readonly since: string };

const PERSONAL_COLUMNS = [
  'prefix',
  'first_name',
  'last_name',
  'address_line_1',
  'address_line_2',
  'postal_code',
  'city',
  'state',
  'country',
  'phone',
  'date_of_birth',
  'source',
  'contact_type',
] as const;

/** The columns of a contact that a caller may set. */
export function personalColumns(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    PERSONAL_COLUMNS.filter((column) => params[column] !== undefined).map((column) => [
      column,
      params[column],
    ]),
  );
}

/** A contact with all columns. */
export function contactRow(
  id: number,
  email: string,
  status: string,
  values: Readonly<Record<string, unknown>>,
  now: string,
): ContactRow {
  return {
    id,
    user_id: null,
    hash: createHash('md5').update(email).digest('hex'),
    contact_owner: null,
    company_id: null,
    prefix: null,
    first_name: null,
    last_name: null,
    email,
    timezone: null,
    address_line_1: null,
    address_line_2: null,
    postal_code: null,
    city: null,
    state: null,
    country: null,
    ip: null,
    latitude: null,
    longitude: null,
    total_points: '0',
    life_time_value: '0',
    phone: null,
    status,
    contact_type: 'lead',
    source: null,
    avatar: null,
    date_of_birth: null,
    created_at: now,
    last_activity: null,
    updated_at: now,
    ...values,
  };
}

/** A contact as the API shows it, with the two columns that are worked out. */
export function shownContact(row: ContactRow): Row {
  const names = [row['first_name'], row['last_name']].filter(
    (name) => typeof name === 'string' && name !== '',
  );
  return {
    ...row,
    full_name: names.join(' '),
    photo: `${SITE}/wp-content/plugins/fluent-crm/assets/images/avatar.png`,
  };
}

/** A tag or list as it hangs on a contact. */
export function pivoted(row: Row, membership: Membership, model: 'Tag' | 'Lists'): Row {
  return {
    ...row,
    pivot: {
      subscriber_id: String(membership.contactId),
      object_id: String(membership.objectId),
      object_type: `FluentCrm\\App\\Models\\${model}`,
      created_at: membership.since,
      updated_at: membership.since,
    },
  };
}

const FONTS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** The settings of a campaign. */
export function campaignSettings(subscribers: unknown): Record<string, unknown> {
  return {
    mailer_settings: {
      from_name: '',
      from_email: '',
      reply_to_name: '',
      reply_to_email: '',
      is_custom: 'no',
    },
    subscribers,
    excludedSubscribers: [],
    sending_filter: 'list_tag',
    dynamic_segment: null,
    advanced_filters: [],
    template_config: {
      content_width: 700,
      content_padding: 20,
      headings_font_family: FONTS,
      text_color: '#202020',
      link_color: '',
      body_bg_color: '#FAFAFA',
      content_bg_color: '#FFFFFF',
      footer_text_color: '#202020',
      content_font_family: FONTS,
      paragraph_color: '',
      paragraph_font_size: '',
      paragraph_font_family: '',
      paragraph_line_height: '',
      headings_color: '#202020',
    },
    sending_type: 'instant',
    is_transactional: 'no',
  };
}

/** "Two Words" -> "two-words". */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
