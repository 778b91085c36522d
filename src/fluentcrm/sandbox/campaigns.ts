import { invalid, json, noModel, ok, refused, type SandboxAnswer } from './answer.ts';
import {
  firstId,
  newestFirst,
  paginate,
  route,
  searchRows,
  textParam,
  textsParam,
  type Call,
  type Params,
  type Route,
} from './route.ts';
import { campaignSettings, slugOf } from './row.ts';
import { nextId, type CampaignRow, type State } from './state.ts';

const WAITING = ['scheduled', 'pending', 'scheduling'];
const WRITABLE = [
  'email_subject',
  'email_pre_header',
  'email_body',
  'template_id',
  'design_template',
  'scheduled_at',
];
const EVERYBODY = [{ list: 'all', tag: 'all' }];

/** A route on one campaign. */
function onCampaign(
  answer: (call: Call, campaign: CampaignRow) => SandboxAnswer,
): (call: Call) => SandboxAnswer {
  return (call) => {
    const campaign = call.state.campaigns.find(({ id }) => id === firstId(call));
    return campaign === undefined ? noModel('Campaign') : answer(call, campaign);
  };
}

function list({ state, params }: Call) {
  const statuses = textsParam(params, 'statuses');
  const rows = searchRows(newestFirst(state.campaigns), textParam(params, 'searchBy'), ['title']).filter(
    ({ status }) => statuses.length === 0 || statuses.includes(status),
  );
  const page = paginate(rows, params, 'campaigns');
  return 'fault' in page ? page.fault : ok({ campaigns: page.object });
}

function titleFault(state: State, params: Params, own?: CampaignRow): SandboxAnswer | undefined {
  const title = textParam(params, 'title');
  if (title === undefined || title === '')
    return invalid('title', 'required', 'The title field is required.');
  const taken = state.campaigns.some((campaign) => campaign !== own && campaign.title === title);
  return taken
    ? invalid('title', 'unique', 'The title attribute is already taken and must be unique.')
    : undefined;
}

/** Reads the title and nothing else; a new campaign is addressed to everybody. */
function create({ state, params, now }: Call) {
  const fault = titleFault(state, params);
  if (fault !== undefined) return fault;
  const title = textParam(params, 'title') ?? '';
  const id = nextId(state.campaigns);
  const shown = {
    title,
    email_body: '',
    status: 'draft',
    type: 'campaign',
    design_template: 'simple',
    slug: slugOf(title),
    created_by: 1,
    settings: {
      ...campaignSettings(EVERYBODY),
      excludedSubscribers: [{ list: null, tag: null }],
      dynamic_segment: { id: '', slug: '' },
      advanced_filters: [[]],
    },
    updated_at: now,
    created_at: now,
    id,
  };
  state.campaigns.push({
    parent_id: null,
    available_urls: null,
    template_id: null,
    email_subject: null,
    email_pre_header: null,
    recipients_count: 0,
    delay: '0',
    utm_status: '0',
    utm_source: null,
    utm_medium: null,
    utm_campaign: null,
    utm_term: null,
    utm_content: null,
    scheduled_at: null,
    ...shown,
    created_by: '1',
  });
  return json(200, { ...shown, template: null, subjects: [] });
}

function update({ state, params, now }: Call, campaign: CampaignRow) {
  const fault = titleFault(state, params, campaign);
  if (fault !== undefined) return fault;
  campaign.title = textParam(params, 'title') ?? campaign.title;
  for (const column of WRITABLE) if (params[column] !== undefined) campaign[column] = params[column];
  campaign['updated_at'] = now;
  return ok({ campaign });
}

/** An empty body means everybody. A campaign that is being sent loses its mails and is a draft again. */
function draftRecipients({ state, params }: Call, campaign: CampaignRow) {
  const subscribers = Array.isArray(params['subscribers']) ? params['subscribers'] : EVERYBODY;
  const count = countRecipients(state, subscribers);
  if (count === 0) return refused('No subscribers found based on your selection');
  state.mails.delete(campaign.id);
  campaign.settings = { ...campaign.settings, subscribers };
  campaign.status = 'draft';
  campaign['recipients_count'] = count;
  return ok({ message: 'Recipients settings has been updated', count });
}

function countRecipients(state: State, selections: readonly unknown[]): number {
  const isIn = (members: State['contactTags'], contactId: number, wanted: unknown) =>
    wanted === 'all' || members.some((row) => row.contactId === contactId && row.objectId === Number(wanted));
  return state.contacts.filter(
    ({ id, status }) =>
      status === 'subscribed' &&
      selections.some((selection) => {
        const { list, tag } = selection as { readonly list?: unknown; readonly tag?: unknown };
        return isIn(state.contactLists, id, list) && isIn(state.contactTags, id, tag);
      }),
  ).length;
}

function pause({ state, now }: Call, campaign: CampaignRow) {
  if (campaign.status !== 'working') {
    return refused('You can only pause a campaign if it is on "Working" state, Please reload this page');
  }
  campaign.status = 'paused';
  campaign['updated_at'] = now;
  moveMails(state, campaign.id, WAITING, 'paused');
  return ok({ message: 'Campaign has been successfully marked as paused', campaign });
}

function resume({ state, now }: Call, campaign: CampaignRow) {
  if (campaign.status !== 'paused') {
    return refused('You can only resume a campaign if it is on "paused" state, Please reload this page');
  }
  campaign.status = 'working';
  campaign['updated_at'] = now;
  moveMails(state, campaign.id, ['paused'], 'scheduled');
  return ok({ message: 'Campaign has been successfully resumed', campaign });
}

function unSchedule({ state }: Call, campaign: CampaignRow) {
  if (!['scheduled', 'pending-scheduled', 'processing'].includes(campaign.status)) {
    return refused(
      'You can only un-schedule a campaign if it is on "scheduled" state, Please reload this page',
    );
  }
  campaign.status = 'draft';
  state.mails.delete(campaign.id);
  return ok({ message: 'Campaign has been successfully un-scheduled' });
}

function remove({ state }: Call, campaign: CampaignRow) {
  state.campaigns = state.campaigns.filter((row) => row !== campaign);
  state.mails.delete(campaign.id);
  return ok({ success: true });
}

function moveMails(state: State, id: number, from: readonly string[], to: string): void {
  const counts = state.mails.get(id) ?? new Map<string, number>();
  let moved = 0;
  for (const status of from) {
    moved += counts.get(status) ?? 0;
    counts.delete(status);
  }
  if (moved > 0) counts.set(to, (counts.get(to) ?? 0) + moved);
}

/** Counts come as text. */
function statOf(state: State, id: number): Array<{ status: string; total: string }> {
  return [...(state.mails.get(id) ?? [])].map(([status, total]) => ({ status, total: String(total) }));
}

function overview({ state }: Call, campaign: CampaignRow) {
  return ok({ sent_count: 0, stat: statOf(state, campaign.id), analytics: [] });
}

/** A GET that changes state: what has nothing left to send is archived. */
function status({ state, now }: Call, campaign: CampaignRow) {
  const stat = statOf(state, campaign.id);
  if (campaign.status === 'scheduled') campaign.status = 'working';
  else if (campaign.status === 'working' && stat.length === 0) campaign.status = 'archived';
  return ok({
    current_timestamp: now,
    stat,
    campaign: { ...campaign, scheduling_range: null, sent_by: 'administrator' },
    sent_count: 0,
    analytics: [],
    subject_analytics: [],
  });
}

export const campaignRoutes: readonly Route[] = [
  route('GET', '/campaigns', list),
  route('POST', '/campaigns', create),
  route(
    'GET',
    '/campaigns/{id}',
    onCampaign(({ now }, campaign) => ok({ campaign: { ...campaign, server_time: now }, templates: [] })),
  ),
  route('PUT', '/campaigns/{id}', onCampaign(update)),
  route('DELETE', '/campaigns/{id}', onCampaign(remove)),
  route('GET', '/campaigns/{id}/overview_stats', onCampaign(overview)),
  route('GET', '/campaigns/{id}/status', onCampaign(status)),
  route('POST', '/campaigns/{id}/draft-recipients', onCampaign(draftRecipients)),
  route('POST', '/campaigns/{id}/pause', onCampaign(pause)),
  route('POST', '/campaigns/{id}/resume', onCampaign(resume)),
  route('POST', '/campaigns/{id}/un-schedule', onCampaign(unSchedule)),
];
