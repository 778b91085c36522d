import type { Shape } from './answer-shape.suite.ts';

// What the rows and refusals of the real API look like.

export const segmentRow = {
  id: '<integer>',
  title: '<text>',
  slug: '<text>',
  description: '<text>',
  created_at: '<time>',
  updated_at: '<time>',
} as const;

export const pivot = {
  subscriber_id: '<digits>',
  object_id: '<digits>',
  object_type: '<text>',
  created_at: '<time>',
  updated_at: '<time>',
} as const;

export const contact = {
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

export function withoutLists({ lists: _lists, ...rest }: typeof contact): Shape {
  return rest;
}

export const settings = {
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

export const campaign = {
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

export function paginator(row: Shape): Shape {
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

export const noModel = (model: string): Shape => ({
  message: `No query results for model [FluentCrm\\App\\Models\\${model}].`,
});
export const denied = (status: number): Shape => ({
  code: 'rest_forbidden',
  message: 'Sorry, you are not allowed to do that.',
  data: { status },
});
export const noRoute: Shape = {
  code: 'rest_no_route',
  message: 'No route was found matching the URL and request method.',
  data: { status: 404 },
};
export const broken: Shape = {
  code: 'internal_server_error',
  message: '<text>',
  data: { status: 500 },
  additional_errors: [],
};
export const notWorking: Shape = {
  message: 'You can only pause a campaign if it is on "Working" state, Please reload this page',
};
export const notPaused: Shape = {
  message: 'You can only resume a campaign if it is on "paused" state, Please reload this page',
};
export const saved = (noun: string): Shape => ({
  lists: segmentRow,
  item: segmentRow,
  message: `Successfully saved the ${noun}.`,
});
