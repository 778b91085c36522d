import {
  campaignSettings,
  contactRow,
  SEED_TIME,
  SITE,
  slugOf,
  type ContactRow,
  type Membership,
  type Row,
} from './row.ts';

export type CampaignRow = Row & { title: string; status: string; settings: Record<string, unknown> };
export type WebhookRow = Row & { key: string; value: Record<string, unknown> };

/** Everything that the look-alike remembers; rows are changed in place. */
export type State = {
  contacts: ContactRow[];
  tags: Row[];
  lists: Row[];
  contactTags: Membership[];
  contactLists: Membership[];
  campaigns: CampaignRow[];
  /** Mails by campaign: how many are in which state. */
  readonly mails: Map<number, Map<string, number>>;
  /** WordPress posts: the templates, and the blog post that every site begins with. */
  posts: Array<Record<string, unknown> & { readonly ID: number }>;
  funnels: Row[];
  webhooks: WebhookRow[];
  smartLinks: Row[];
  readonly customFields: ReadonlyArray<Readonly<Record<string, unknown>>>;
};

const SEED_KEY = '00000000-0000-4000-8000-00000000a001';

/** The state at start: made-up people and campaigns; campaigns 3, 4 and 5 are being sent. */
export function seed(): State {
  const contacts = Array.from({ length: 24 }, (_, index) => seedContact(index + 1));
  return {
    contacts,
    tags: ['VIP', 'Newsletter reader', 'Webinar 2026', 'Trial'].map((title, index) =>
      segmentRow(index + 1, title),
    ),
    lists: ['All customers', 'Leads', 'Press'].map((title, index) => ({
      ...segmentRow(index + 1, title),
      is_public: '0',
    })),
    contactTags: contacts
      .map(({ id }) => member(id, id % 5 === 0 ? 1 : 2))
      .concat([member(1, 3), member(2, 3)]),
    contactLists: contacts.map(({ id }) => member(id, id % 4 === 0 ? 2 : 1)),
    campaigns: [
      seedCampaign(1, 'Seed draft', 'draft', 0, null),
      seedCampaign(2, 'Seed scheduled', 'pending-scheduled', 20, '2027-06-01 09:00:00'),
      seedCampaign(3, 'Seed working A', 'working', 20, SEED_TIME),
      seedCampaign(4, 'Seed working B', 'working', 20, SEED_TIME),
      seedCampaign(5, 'Seed working C', 'working', 20, SEED_TIME),
      seedCampaign(6, 'Seed paused', 'paused', 20, SEED_TIME),
    ],
    mails: new Map([
      [3, new Map([['scheduled', 20]])],
      [4, new Map([['scheduled', 20]])],
      [5, new Map([['scheduled', 20]])],
      [6, new Map([['paused', 20]])],
    ]),
    posts: [
      postRow(1, 'Hello world!', '<p>The first post of the blog.</p>', '', 'post', 'publish', 'post'),
      postRow(
        4,
        'Monthly letter',
        '<p>Hello {{contact.first_name}}</p><p><a href="##crm.unsubscribe_url##">unsubscribe</a></p>',
        'preheader',
        'fc_template',
        'draft',
        'simple',
      ),
    ],
    funnels: [funnelRow(1, 'Welcome', 'user_register', 'seed', SEED_TIME)],
    webhooks: [
      webhookRow(
        3,
        SEED_KEY,
        { name: 'Landing page', status: 'subscribed', lists: [2], tags: [4] },
        SEED_TIME,
      ),
    ],
    smartLinks: [],
    customFields: [
      { type: 'text', label: 'Favourite colour', slug: 'favourite_colour' },
      { type: 'select-multi', label: 'Interests', slug: 'interests', options: ['a', 'b', 'c'] },
    ],
  };
}

/** The next free id of a table. */
export function nextId(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map((row) => row.id)) + 1;
}

function seedContact(id: number): ContactRow {
  const number = String(id).padStart(2, '0');
  const odd: Readonly<Record<number, string>> = {
    21: 'pending',
    22: 'unsubscribed',
    23: 'bounced',
    24: 'complained',
  };
  return contactRow(
    id,
    `contact-${number}@example.com`,
    odd[id] ?? 'subscribed',
    {
      first_name: 'Contact',
      last_name: number,
      city: id % 2 === 0 ? 'Berlin' : 'Lyon',
      country: id % 2 === 0 ? 'DE' : 'FR',
    },
    SEED_TIME,
  );
}

function segmentRow(id: number, title: string): Row {
  return {
    id,
    title,
    slug: slugOf(title),
    description: 'seed',
    created_at: SEED_TIME,
    updated_at: SEED_TIME,
  };
}

function member(contactId: number, objectId: number): Membership {
  return { contactId, objectId, since: SEED_TIME };
}

function seedCampaign(
  id: number,
  title: string,
  status: string,
  recipients: number,
  scheduledAt: string | null,
): CampaignRow {
  return {
    id,
    parent_id: null,
    type: 'campaign',
    title,
    available_urls: null,
    slug: slugOf(title),
    status,
    template_id: null,
    email_subject: `${title}: subject`,
    email_pre_header: 'pre',
    email_body: `<p>Hi {{contact.first_name}}, see <a href="${SITE}/">our site</a></p>`,
    recipients_count: recipients,
    delay: '0',
    utm_status: '0',
    utm_source: null,
    utm_medium: null,
    utm_campaign: null,
    utm_term: null,
    utm_content: null,
    design_template: 'simple',
    scheduled_at: scheduledAt,
    settings: campaignSettings([{ list: 'all', tag: 'all' }]),
    created_by: '1',
    created_at: SEED_TIME,
    updated_at: SEED_TIME,
  };
}

/** A WordPress post with all columns, and the two that templates have beside. */
export function postRow(
  ID: number,
  title: string,
  content: string,
  excerpt: string,
  type: string,
  status: string,
  design: string,
  now: string = SEED_TIME,
): Record<string, unknown> & { readonly ID: number } {
  return {
    ID,
    post_author: '1',
    post_date: now,
    post_date_gmt: now,
    post_content: content,
    post_title: title,
    post_excerpt: excerpt,
    post_status: status,
    comment_status: 'closed',
    ping_status: 'closed',
    post_password: '',
    post_name: '',
    to_ping: '',
    pinged: '',
    post_modified: now,
    post_modified_gmt: now,
    post_content_filtered: '',
    post_parent: '0',
    guid: `${SITE}/?p=${ID}`,
    menu_order: '0',
    post_type: type,
    post_mime_type: '',
    comment_count: '0',
    design_template: design,
  };
}

/** An automation as the list shows it. */
export function funnelRow(id: number, title: string, trigger: string, description: string, now: string): Row {
  return {
    id,
    type: 'funnels',
    title,
    trigger_name: trigger,
    status: 'draft',
    conditions: [],
    settings: [],
    created_by: '1',
    created_at: now,
    updated_at: now,
    subscribers_count: 0,
    description,
    labels: [],
  };
}

/** An incoming webhook; its address holds its key. */
export function webhookRow(
  id: number,
  key: string,
  value: Readonly<Record<string, unknown>>,
  now: string,
): WebhookRow {
  return {
    id,
    object_type: 'webhook',
    object_id: null,
    key,
    value: { ...value, url: `${SITE}/?fluentcrm=1&route=contact&hash=${key}` },
    created_at: now,
    updated_at: now,
  };
}
