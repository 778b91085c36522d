import * as z from 'zod';
import { integer, localTime, optionalText, pageOf, read, readPage, summaryOf } from './answers.ts';
import { apiPath, type ApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import * as argument from './arguments.ts';
import { defineTool, type Tool } from './tool.ts';

/** A campaign without its body and settings. */
export const campaign = z.object({
  id: integer,
  title: z.string(),
  status: z.string(),
  email_subject: optionalText,
  recipients_count: integer.catch(0),
  scheduled_at: localTime,
  created_at: localTime,
});

export type Campaign = z.output<typeof campaign>;

/** Mails of a campaign: how many were sent, and how many are in each state. */
const mails = z.object({ sent: z.int(), byStatus: z.record(z.string(), z.int()) });

const overview = z.object({
  sent_count: integer,
  stat: z.array(z.object({ status: z.string(), total: integer })),
});

/** The campaign with this id; throws `not_found`. */
export async function getCampaign(api: ApiClient, id: number): Promise<Campaign> {
  const answer = await api.get(apiPath`/campaigns/${id}`);
  return read(z.object({ campaign }), answer).campaign;
}

const listCampaigns = defineTool({
  name: 'fluentcrm_list_campaigns',
  effect: 'read',
  input: z.strictObject({
    ...argument.paging,
    search: argument.search.optional(),
    statuses: argument.someOf(argument.CAMPAIGN_STATUSES).optional(),
  }),
  output: pageOf(campaign),
  run: async (args, api) => {
    const answer = await api.get(apiPath`/campaigns`, [
      ['page', args.page],
      ['per_page', args.per_page],
      ...(args.search === undefined ? [] : [['searchBy', args.search] as const]),
      ...(args.statuses ?? []).map((status) => ['statuses[]', status] as const),
    ]);
    const found = readPage(campaign, answer, 'campaigns', args);
    return { summary: summaryOf('Campaigns', found), data: { ...found, items: [...found.items] } };
  },
});

const turned = z.object({
  id: z.int(),
  title: z.string(),
  statusBefore: z.string(),
  statusAfter: z.string(),
  mails: mails.nullable(),
});

const pauseCampaign = defineTool({
  name: 'fluentcrm_pause_campaign',
  effect: 'pause',
  input: z.strictObject({ campaignId: argument.id }),
  output: turned,
  run: async ({ campaignId }, api) => turn(api, campaignId, 'pause'),
});

const resumeCampaign = defineTool({
  name: 'fluentcrm_resume_campaign',
  effect: 'send',
  input: z.strictObject({ campaignId: argument.id }),
  output: turned,
  run: async ({ campaignId }, api) => turn(api, campaignId, 'resume'),
});

const deleteCampaign = defineTool({
  name: 'fluentcrm_delete_campaign',
  effect: 'delete',
  input: z.strictObject({ campaignId: argument.id }),
  output: z.object({ deleted: z.boolean(), id: z.int(), title: z.string(), statusBefore: z.string() }),
  run: async ({ campaignId }, api) => {
    const before = await getCampaign(api, campaignId);
    await api.delete(apiPath`/campaigns/${campaignId}`);
    return {
      summary: `Campaign ${campaignId} (it was ${before.status}) was deleted with its mails and statistics.`,
      data: { deleted: true, id: campaignId, title: before.title, statusBefore: before.status },
    };
  },
});

type Turn = 'pause' | 'resume';

/** Pauses or resumes a campaign and reports what that did; never its body. */
async function turn(
  api: ApiClient,
  id: number,
  action: Turn,
): Promise<{ summary: string; data: z.output<typeof turned> }> {
  const before = await getCampaign(api, id);
  const after = await send(api, id, action);
  const counts = await countMails(api, id);
  return {
    summary: `Campaign ${id}: ${before.status} -> ${after.status}.${counts === null ? '' : ` Mails: ${spell(counts)}.`}`,
    data: { id, title: after.title, statusBefore: before.status, statusAfter: after.status, mails: counts },
  };
}

/** The API's own refusal of a campaign in another state is passed on, with the state and what would help. */
async function send(api: ApiClient, id: number, action: Turn): Promise<Campaign> {
  try {
    const answer = await api.post(
      action === 'pause' ? apiPath`/campaigns/${id}/pause` : apiPath`/campaigns/${id}/resume`,
    );
    return read(z.object({ campaign }), answer).campaign;
  } catch (error) {
    if (!(error instanceof CrmFailure && error.code === 'rejected')) throw error;
    const { status } = await getCampaign(api, id);
    throw new CrmFailure(
      'wrong_state',
      `${error.message} Campaign ${id} is in state "${status}". ${adviceFor(action, status)}`,
      { httpStatus: error.httpStatus, field: 'campaignId', facts: { campaignId: id, status } },
    );
  }
}

function adviceFor(action: Turn, status: string): string {
  switch (status) {
    case 'working':
      return action === 'pause'
        ? 'It has just started: try again.'
        : 'It is being sent already: nothing needs to be done.';
    case 'paused':
      return action === 'pause'
        ? 'It is paused already: nothing needs to be done. If this was a repeated call, the first one worked.'
        : 'It has just been paused: try again if it should go on.';
    case 'draft':
      return 'It was never started, and no mail of it is under way.';
    case 'pending-scheduled':
    case 'processing':
    case 'scheduled':
      return 'It is scheduled but not being sent yet. To stop it, cancel its schedule in FluentCRM (un-schedule); no tool here does that.';
    case 'archived':
      return 'Its sending is over.';
    default:
      return 'Look at it in FluentCRM.';
  }
}

/** Null when the counts cannot be had: the campaign was turned all the same, so this must not look like a failure. */
async function countMails(api: ApiClient, id: number): Promise<z.output<typeof mails> | null> {
  try {
    const { sent_count, stat } = read(overview, await api.get(apiPath`/campaigns/${id}/overview_stats`));
    return {
      sent: sent_count,
      byStatus: Object.fromEntries(stat.map(({ status, total }) => [status, total])),
    };
  } catch (error) {
    if (error instanceof CrmFailure) return null;
    throw error;
  }
}

function spell(counts: z.output<typeof mails>): string {
  const states = Object.entries(counts.byStatus).map(([status, total]) => `${total} ${status}`);
  return states.length === 0 ? 'none' : states.join(', ');
}

export const campaignTools: readonly Tool[] = [listCampaigns, pauseCampaign, resumeCampaign, deleteCampaign];
