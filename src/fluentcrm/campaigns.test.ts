import { describe, expect, it } from 'vitest';
import type { ApiRequest } from './api-transport.ts';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

const NOT_WORKING = 'You can only pause a campaign if it is on "Working" state, Please reload this page.';
const NOT_PAUSED = 'You can only resume a campaign if it is on "paused" state, Please reload this page.';

describe('pause a campaign', () => {
  it('holds its waiting mails and reports states and counts', async () => {
    const { summary, data } = await openSandboxCrm().call('pause_campaign', { campaignId: 3 });
    expect(data).toEqual({
      id: 3,
      title: 'Seed working A',
      statusBefore: 'working',
      statusAfter: 'paused',
      mails: { sent: 0, byStatus: { paused: 20 } },
    });
    expect(summary).toBe('Campaign 3: working -> paused. Mails: 20 paused.');
  });

  it.each([
    { campaignId: 1, status: 'draft', advice: 'never started' },
    { campaignId: 2, status: 'pending-scheduled', advice: 'un-schedule' },
    { campaignId: 6, status: 'paused', advice: 'nothing needs to be done' },
  ])('passes on the refusal of a campaign in state $status', async ({ campaignId, status, advice }) => {
    const crm = openSandboxCrm();
    const failure = await crm.failure('pause_campaign', { campaignId });
    expect(failure).toMatchObject({ code: 'wrong_state', httpStatus: 422, facts: { campaignId, status } });
    expect(failure.message).toContain(NOT_WORKING);
    expect(failure.message).toContain(advice);
    expect((await crm.call('list_campaigns', { statuses: ['working'] })).data).toMatchObject({ total: 3 });
  });

  it('answers the second of two calls with an error', async () => {
    const crm = openSandboxCrm();
    await crm.call('pause_campaign', { campaignId: 3 });
    expect((await crm.failure('pause_campaign', { campaignId: 3 })).message).toContain(NOT_WORKING);
  });

  it('names a campaign that does not exist, and sends no pause', async () => {
    const crm = openSandboxCrm();
    expect(await crm.failure('pause_campaign', { campaignId: 999 })).toMatchObject({
      code: 'not_found',
      message: 'The campaign 999 does not exist.',
    });
    expect(crm.sent).toEqual(['GET /campaigns/999']);
  });

  it('succeeds even when the counts cannot be read afterwards', async () => {
    const fault = ({ path }: ApiRequest) =>
      path.endsWith('overview_stats') ? { status: 500, contentType: 'text/html', body: '<html>' } : undefined;
    const { data } = await openSandboxCrm({ fault }).call('pause_campaign', { campaignId: 3 });
    expect(data).toMatchObject({ statusAfter: 'paused', mails: null });
  });

  it('never gives the body of the mail', async () => {
    const crm = openSandboxCrm();
    const answers = [
      await crm.call('pause_campaign', { campaignId: 3 }),
      await crm.call('resume_campaign', { campaignId: 3 }),
      await crm.call('list_campaigns'),
      await crm.call('delete_campaign', { campaignId: 3 }),
    ];
    expect(JSON.stringify(answers)).not.toContain('{{contact.first_name}}');
  });
});

describe('resume a campaign', () => {
  it('sends its held mails', async () => {
    const { data } = await openSandboxCrm().call('resume_campaign', { campaignId: 6 });
    expect(data).toMatchObject({
      statusBefore: 'paused',
      statusAfter: 'working',
      mails: { sent: 0, byStatus: { scheduled: 20 } },
    });
  });

  it.each([
    { campaignId: 1, status: 'draft' },
    { campaignId: 3, status: 'working' },
  ])('passes on the refusal of a campaign in state $status', async ({ campaignId, status }) => {
    const failure = await openSandboxCrm().failure('resume_campaign', { campaignId });
    expect(failure).toMatchObject({ code: 'wrong_state', facts: { campaignId, status } });
    expect(failure.message).toContain(NOT_PAUSED);
  });
});

describe('list and delete campaigns', () => {
  it('searches the title with the parameter that the API reads', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('list_campaigns', { search: 'working' });
    expect((data['items'] as Array<{ id: number }>).map(({ id }) => id)).toEqual([5, 4, 3]);
    expect(crm.requests[0]?.query).toContainEqual(['searchBy', 'working']);
  });

  it('says in which state the deleted campaign was', async () => {
    const { data } = await openSandboxCrm().call('delete_campaign', { campaignId: 4 });
    expect(data).toEqual({ deleted: true, id: 4, title: 'Seed working B', statusBefore: 'working' });
  });
});
