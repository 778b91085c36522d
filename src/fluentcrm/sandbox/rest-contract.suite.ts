import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from './account.ts';
import type { SandboxAnswer } from './answer.ts';

/** Sends one request to the API under test. `path` may hold a query; `as` is null for a caller without credentials. */
export type Send = (request: {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly as: Role | null;
}) => Promise<SandboxAnswer>;

// The shape of a value: a literal must be met exactly, the words below stand for types, an array holds items of one
// shape, an object has exactly these keys (and may have __bench).
export type Shape = string | number | boolean | null | readonly Shape[] | { readonly [key: string]: Shape };

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  '<integer>': (value) => Number.isSafeInteger(value),
  '<text>': (value) => typeof value === 'string',
  '<digits>': (value) => typeof value === 'string' && /^\d+$/.test(value),
  '<text?>': (value) => value === null || typeof value === 'string',
  '<time>': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value),
  '<null>': (value) => value === null,
  '<any>': () => true,
};

/** The differences between a value and its shape; none when it fits. */
export function differences(value: unknown, shape: Shape, path = '$'): string[] {
  if (typeof shape === 'string' && TYPES[shape] !== undefined) {
    return TYPES[shape](value) ? [] : [`${path}: ${JSON.stringify(value)} is no ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    const [item] = shape as readonly Shape[];
    return item === undefined ? [] : value.flatMap((entry, index) => differences(entry, item, `${path}[${index}]`));
  }
  if (typeof shape === 'object' && shape !== null) {
    if (typeof value !== 'object' || value === null) return [`${path}: no object`];
    const keys = Object.keys(value).filter((key) => key !== '__bench');
    const wanted = Object.keys(shape);
    const extra = keys.filter((key) => !wanted.includes(key)).map((key) => `${path}.${key}: not expected`);
    return [
      ...extra,
      ...Object.entries(shape).flatMap(([key, inner]) =>
        keys.includes(key)
          ? differences((value as Record<string, unknown>)[key], inner, `${path}.${key}`)
          : [`${path}.${key}: missing`],
      ),
    ];
  }
  return value === shape ? [] : [`${path}: ${JSON.stringify(value)} is not ${JSON.stringify(shape)}`];
}

const segmentRow = {
  id: '<integer>',
  title: '<text>',
  slug: '<text>',
  description: '<text>',
  created_at: '<time>',
  updated_at: '<time>',
} as const;

const pivot = {
  subscriber_id: '<digits>',
  object_id: '<digits>',
  object_type: '<text>',
  created_at: '<time>',
  updated_at: '<time>',
} as const;

const contact = {
  id: '<integer>',
  user_id: null,
  hash: '<text>',
  contact_owner: null,
  company_id: null,
  prefix: null,
  first_name: '<text?>',
  last_name: '<text?>',
  email: '<text>',
  timezone: null,
  address_line_1: null,
  address_line_2: null,
  postal_code: null,
  city: '<text?>',
  state: null,
  country: '<text?>',
  ip: null,
  latitude: null,
  longitude: null,
  total_points: '0',
  life_time_value: '0',
  phone: null,
  status: '<text>',
  contact_type: 'lead',
  source: null,
  avatar: null,
  date_of_birth: null,
  created_at: '<time>',
  last_activity: null,
  updated_at: '<time>',
  full_name: '<text>',
  photo: '<text>',
  tags: [{ ...segmentRow, pivot }],
  lists: [{ ...segmentRow, is_public: '0', pivot }],
} as const satisfies Shape;

function withoutLists({ lists: _lists, ...rest }: typeof contact): Shape {
  return rest;
}

const settings = {
  mailer_settings: { from_name: '', from_email: '', reply_to_name: '', reply_to_email: '', is_custom: 'no' },
  subscribers: [{ list: 'all', tag: 'all' }],
  excludedSubscribers: [],
  sending_filter: 'list_tag',
  dynamic_segment: null,
  advanced_filters: [],
  template_config: '<any>',
  sending_type: 'instant',
  is_transactional: 'no',
} as const satisfies Shape;

const campaign = {
  id: '<integer>',
  parent_id: null,
  type: 'campaign',
  title: '<text>',
  available_urls: null,
  slug: '<text>',
  status: '<text>',
  template_id: null,
  email_subject: '<text>',
  email_pre_header: '<text>',
  email_body: '<text>',
  recipients_count: '<integer>',
  delay: '0',
  utm_status: '0',
  utm_source: null,
  utm_medium: null,
  utm_campaign: null,
  utm_term: null,
  utm_content: null,
  design_template: 'simple',
  scheduled_at: '<text?>',
  settings,
  created_by: '1',
  created_at: '<time>',
  updated_at: '<time>',
} as const satisfies Shape;

function paginator(row: Shape): Shape {
  return {
    total: '<integer>',
    per_page: '<integer>',
    current_page: '<integer>',
    last_page: '<integer>',
    next_page_url: '<text?>',
    prev_page_url: '<text?>',
    from: '<integer>',
    to: '<integer>',
    data: [row],
  };
}

const noModel = (model: string): Shape => ({ message: `No query results for model [FluentCrm\\App\\Models\\${model}].` });
const denied = (status: number): Shape => ({
  code: 'rest_forbidden',
  message: 'Sorry, you are not allowed to do that.',
  data: { status },
});
const noRoute: Shape = {
  code: 'rest_no_route',
  message: 'No route was found matching the URL and request method.',
  data: { status: 404 },
};
const broken: Shape = {
  code: 'internal_server_error',
  message: '<text>',
  data: { status: 500 },
  additional_errors: [],
};
const notWorking: Shape = {
  message: 'You can only pause a campaign if it is on "Working" state, Please reload this page',
};
const notPaused: Shape = {
  message: 'You can only resume a campaign if it is on "paused" state, Please reload this page',
};
const saved = (noun: string): Shape => ({ lists: segmentRow, item: segmentRow, message: `Successfully saved the ${noun}.` });

type Fact = {
  readonly of: string;
  readonly call: string;
  readonly body?: unknown;
  readonly as?: Role | null;
  readonly status?: number;
  /** The shape of the JSON body, or a text that a body of another kind contains. */
  readonly answer: Shape | { readonly html: string };
};

/** What the real API was seen to answer, each on a fresh seed. */
const FACTS: readonly Fact[] = [
  { of: 'a page of contacts', call: 'GET /subscribers?per_page=2&page=1', answer: { subscribers: paginator(contact), custom: null } },
  { of: 'a contact', call: 'GET /subscribers/1', answer: { subscriber: contact } },
  { of: 'a missing contact', call: 'GET /subscribers/9999', status: 422, answer: { message: 'Subscriber not found' } },
  { of: 'a contact by e-mail', call: 'GET /subscribers/0?get_by_email=contact-01@example.com', answer: { subscriber: contact } },
  { of: 'a missing e-mail', call: 'GET /subscribers/0?get_by_email=x@example.com', status: 422, answer: { message: 'Subscriber not found' } },
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
    answer: { message: 'Subscriber successfully updated', contact: withoutLists(contact), isDirty: false, values: [] },
  },
  { of: 'a change to a missing contact', call: 'PUT /subscribers/9999', body: { first_name: 'x' }, status: 404, answer: noModel('Subscriber') },
  { of: 'deleting a missing contact', call: 'DELETE /subscribers/9999', status: 404, answer: noModel('Subscriber') },
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
    answer: { last_contact_id: 2, completed_contacts: 2, message: 'Selected bulk action has been successfully completed' },
  },
  { of: 'a page of no size', call: 'GET /subscribers?per_page=0', status: 500, answer: broken },
  { of: 'a page of negative size', call: 'GET /campaigns?per_page=-1', status: 423, answer: { message: '<text>' } },
  { of: 'a page of tags', call: 'GET /tags?per_page=2', answer: { tags: paginator({ ...segmentRow, subscribersCount: '<integer>' }) } },
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
  { of: 'deleting a missing list', call: 'DELETE /lists/999', answer: { message: 'Successfully removed the list.' } },
  { of: 'a page of campaigns', call: 'GET /campaigns?per_page=2', answer: { campaigns: paginator(campaign) } },
  { of: 'a campaign', call: 'GET /campaigns/3', answer: { campaign: { ...campaign, server_time: '<time>' }, templates: [] } },
  { of: 'a missing campaign', call: 'GET /campaigns/999', status: 404, answer: noModel('Campaign') },
  {
    of: 'the state of a campaign',
    call: 'GET /campaigns/3/status',
    answer: {
      current_timestamp: '<time>',
      stat: [{ status: 'scheduled', total: '20' }],
      campaign: { ...campaign, scheduling_range: null, sent_by: '<text>' },
      sent_count: 0,
      analytics: [],
      subject_analytics: [],
    },
  },
  {
    of: 'the counts of a campaign',
    call: 'GET /campaigns/3/overview_stats',
    answer: { sent_count: 0, stat: [{ status: 'scheduled', total: '20' }], analytics: [] },
  },
  {
    of: 'a pause',
    call: 'POST /campaigns/3/pause',
    answer: { message: 'Campaign has been successfully marked as paused', campaign: { ...campaign, status: 'paused' } },
  },
  { of: 'a pause of a paused campaign', call: 'POST /campaigns/6/pause', status: 422, answer: notWorking },
  { of: 'a pause of a draft', call: 'POST /campaigns/1/pause', status: 422, answer: notWorking },
  { of: 'a pause of a scheduled campaign', call: 'POST /campaigns/2/pause', status: 422, answer: notWorking },
  {
    of: 'a resumption',
    call: 'POST /campaigns/6/resume',
    answer: { message: 'Campaign has been successfully resumed', campaign: { ...campaign, status: 'working' } },
  },
  { of: 'a resumption of a campaign that is sent', call: 'POST /campaigns/3/resume', status: 422, answer: notPaused },
  { of: 'a pause of nothing', call: 'POST /campaigns/999/pause', status: 404, answer: noModel('Campaign') },
  { of: 'a pause of text', call: 'POST /campaigns/abc/pause', status: 404, answer: noRoute },
  { of: 'a pause of a fraction', call: 'POST /campaigns/3.7/pause', status: 404, answer: noRoute },
  { of: 'a pause with GET', call: 'GET /campaigns/3/pause', status: 404, answer: noRoute },
  { of: 'a pause by a reader', call: 'POST /campaigns/3/pause', as: 'reader', status: 403, answer: denied(403) },
  { of: 'a pause by nobody in particular', call: 'POST /campaigns/3/pause', as: null, status: 401, answer: denied(401) },
  { of: 'a deletion by an operator', call: 'DELETE /campaigns/3', as: 'operator', status: 403, answer: denied(403) },
  {
    of: 'a new campaign, of which only the title is read',
    call: 'POST /campaigns',
    body: { title: 'New', email_subject: 'ignored', recipient_list: [1] },
    answer: {
      title: 'New',
      email_body: '',
      status: 'draft',
      type: 'campaign',
      design_template: 'simple',
      slug: 'new',
      created_by: 1,
      settings: {
        ...settings,
        excludedSubscribers: [{ list: null, tag: null }],
        dynamic_segment: { id: '', slug: '' },
        advanced_filters: ['<any>'],
      },
      updated_at: '<time>',
      created_at: '<time>',
      id: 7,
      template: null,
      subjects: [],
    },
  },
  {
    of: 'a title in use',
    call: 'POST /campaigns',
    body: { title: 'Seed draft' },
    status: 422,
    answer: { title: { unique: 'The title attribute is already taken and must be unique.' } },
  },
  { of: 'a deleted campaign', call: 'DELETE /campaigns/5', answer: { success: true } },
  {
    of: 'a page of templates',
    call: 'GET /templates?per_page=2',
    answer: {
      templates: paginator({
        ID: '<integer>',
        post_author: '1',
        post_date: '<time>',
        post_date_gmt: '<time>',
        post_content: '<text>',
        post_title: '<text>',
        post_excerpt: '<text>',
        post_status: 'draft',
        comment_status: 'closed',
        ping_status: 'closed',
        post_password: '',
        post_name: '',
        to_ping: '',
        pinged: '',
        post_modified: '<time>',
        post_modified_gmt: '<time>',
        post_content_filtered: '',
        post_parent: '0',
        guid: '<text>',
        menu_order: '0',
        post_type: 'fc_template',
        post_mime_type: '',
        comment_count: '0',
        design_template: 'simple',
      }),
    },
  },
  {
    of: 'a blog post asked for as a template',
    call: 'GET /templates/1',
    answer: {
      template: {
        post_title: 'Hello world!',
        post_content: '<text>',
        post_excerpt: '',
        email_subject: '',
        edit_type: '<text>',
        design_template: '<text>',
        settings: '<any>',
      },
    },
  },
  {
    of: 'a new template',
    call: 'POST /templates',
    body: { template: { post_title: 'T', post_content: 'x', email_subject: 's', edit_type: 'html', design_template: 'raw_html' } },
    answer: { message: 'Template successfully created', template_id: 5 },
  },
  {
    of: 'a page of automations',
    call: 'GET /funnels',
    answer: {
      funnels: paginator({
        id: 1,
        type: 'funnels',
        title: 'Welcome',
        trigger_name: 'user_register',
        status: 'draft',
        conditions: [],
        settings: [],
        created_by: '1',
        created_at: '<time>',
        updated_at: '<time>',
        subscribers_count: 0,
        description: '<text>',
        labels: [],
      }),
    },
  },
  {
    of: 'a new automation',
    call: 'POST /funnels',
    body: { funnel: { title: 'A', trigger_name: 'user_register' } },
    answer: {
      funnel: {
        title: 'A',
        trigger_name: 'user_register',
        status: 'draft',
        settings: [],
        conditions: [],
        created_by: 1,
        type: 'funnels',
        updated_at: '<time>',
        created_at: '<time>',
        id: 2,
      },
      message: 'Funnel has been created. Please configure now',
    },
  },
  { of: 'a new automation without its wrapper', call: 'POST /funnels', body: { title: 'A', trigger: 'user_register' }, status: 500, answer: broken },
  {
    of: 'webhooks',
    call: 'GET /webhooks',
    answer: {
      webhooks: [
        {
          id: 3,
          object_type: 'webhook',
          object_id: null,
          key: '<text>',
          value: { name: '<text>', status: 'subscribed', lists: ['<integer>'], tags: ['<integer>'], url: '<text>' },
          created_at: '<time>',
          updated_at: '<time>',
        },
      ],
      fields: [{ key: '<text>', field: '<text>' }],
      custom_fields: [{ key: '<text>', field: '<text>' }],
      lists: [{ ...segmentRow, is_public: '0' }],
      tags: [segmentRow],
    },
  },
  {
    of: 'a new webhook',
    call: 'POST /webhooks',
    body: { name: 'W', status: 'subscribed', url: 'https://elsewhere.example/' },
    answer: {
      id: 4,
      webhook: { name: 'W', status: 'subscribed', url: '<text>' },
      webhooks: '<any>',
      message: 'Successfully created the WebHook',
    },
  },
  {
    of: 'custom fields',
    call: 'GET /custom-fields/contacts',
    answer: { fields: '<any>' },
  },
  {
    of: 'the dashboard',
    call: 'GET /reports/dashboard-stats',
    answer: {
      stats: Object.fromEntries(
        ['total_subscribers', 'total_campaigns', 'email_sent', 'tags', 'total_templates', 'total_automations', 'email_pending'].map(
          (name) => [name, { title: '<text>', count: '<integer>', route: { name: '<text>' } }],
        ),
      ),
      sales: [],
      dashboard_notices: ['<text>'],
      onboarding: '<any>',
      quick_links: '<any>',
      ff_config: '<any>',
      recommendation: false,
      system_tips: '',
    },
  },
  { of: 'smart links in the free plugin', call: 'GET /smart-links', status: 404, answer: noRoute },
];

/** Runs the table of facts, and those that take more than one request, against an API that `open` seeds afresh. */
export function restContract(name: string, open: () => Promise<Send>): void {
  describe(`the REST API of FluentCRM, ${name}`, () => {
    let send: Send;
    beforeEach(async () => {
      send = await open();
    });

    it.each(FACTS)('answers as the real one: $of', async ({ call, body, as, status, answer }) => {
      const [method = '', path = ''] = call.split(' ');
      const got = await send({ method, path, body, as: as === undefined ? 'administrator' : as });
      expect(got.status).toBe(status ?? 200);
      if (typeof answer === 'object' && answer !== null && 'html' in answer) {
        expect(got.body).toContain(answer.html);
        expect(answer.html === '' ? got.body : 'not empty').toBe(answer.html === '' ? '' : 'not empty');
        return;
      }
      expect(got.contentType).toBe('application/json; charset=UTF-8');
      expect(differences(JSON.parse(got.body), answer)).toEqual([]);
    });

    const admin = async (method: string, path: string, body?: unknown) => {
      const got = await send({ method, path, body, as: 'administrator' });
      return { status: got.status, body: got.body === '' ? null : JSON.parse(got.body) };
    };
    const total = async (path: string, key: string) => (await admin('GET', path)).body[key].total;

    it('pauses, refuses a second pause, and resumes', async () => {
      const stat = async () => (await admin('GET', '/campaigns/4/overview_stats')).body.stat;
      expect((await admin('POST', '/campaigns/4/pause')).status).toBe(200);
      expect(await stat()).toEqual([{ status: 'paused', total: '20' }]);
      expect((await admin('POST', '/campaigns/4/pause')).status).toBe(422);
      expect((await admin('POST', '/campaigns/4/resume')).status).toBe(200);
      expect(await stat()).toEqual([{ status: 'scheduled', total: '20' }]);
    });

    it('drops the whole filter for one unknown state', async () => {
      expect(await total('/subscribers?statuses[]=pending', 'subscribers')).toBe(1);
      expect(await total('/subscribers?statuses[]=pending&statuses[]=odd', 'subscribers')).toBe(24);
    });

    it('finds nobody when an array filter is a scalar', async () => {
      expect(await total('/subscribers?tags[]=1', 'subscribers')).toBe(4);
      expect(await total('/subscribers?tags=1', 'subscribers')).toBe(0);
    });

    it('turns an unknown state of a new contact into subscribed', async () => {
      const { body } = await admin('POST', '/subscribers', { email: 'new@example.com', status: 'odd' });
      expect(body.contact.status).toBe('subscribed');
    });

    it('lets a parameter override the id of the path', async () => {
      expect((await admin('GET', '/subscribers/1?id=2')).body.subscriber.id).toBe(2);
    });

    it('lets a GET do anything through _method, as WordPress does', async () => {
      await admin('GET', '/subscribers?_method=DELETE&subscribers[]=23&subscribers[]=24');
      expect(await total('/subscribers', 'subscribers')).toBe(22);
      await admin('GET', '/tags?_method=POST&title=smuggled');
      expect(await total('/tags', 'tags')).toBe(5);
      await admin('GET', '/campaigns/5?_method=DELETE');
      expect((await admin('GET', '/campaigns/5')).status).toBe(404);
    });

    it('makes a draft of a campaign that is being sent when its recipients are set', async () => {
      const { body } = await admin('POST', '/campaigns/3/draft-recipients');
      expect(body).toMatchObject({ count: 20 });
      expect((await admin('GET', '/campaigns/3')).body.campaign.status).toBe('draft');
      expect((await admin('GET', '/campaigns/3/overview_stats')).body.stat).toEqual([]);
    });

    it('takes a campaign off the schedule', async () => {
      expect((await admin('POST', '/campaigns/2/un-schedule')).status).toBe(200);
      expect((await admin('POST', '/campaigns/2/un-schedule')).status).toBe(422);
    });
  });
}
