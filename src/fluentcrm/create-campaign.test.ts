import { describe, expect, it } from 'vitest';
import type { ApiRequest } from './api-transport.ts';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

describe('create a campaign', () => {
  it('sets title, subject, body and recipients in three steps', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('create_campaign', {
      title: 'May',
      subject: 'News of May',
      pre_header: 'Short',
      body: '<p>Hello</p>',
      recipient_list: [2],
    });
    expect(data).toEqual({
      id: 7,
      title: 'May',
      status: 'draft',
      subject: 'News of May',
      templateId: null,
      hasBody: true,
      recipients: { addressedTo: 'lists', listIds: [2], count: 5 },
      stepsDone: ['create', 'content', 'recipients'],
    });
    expect(crm.sent).toEqual([
      'GET /lists/2',
      'POST /campaigns',
      'PUT /campaigns/7',
      'POST /campaigns/7/draft-recipients',
    ]);
    expect(crm.requests[1]?.body).toEqual({ title: 'May' });
    expect(crm.requests[2]?.body).toEqual({
      title: 'May',
      email_subject: 'News of May',
      email_pre_header: 'Short',
      email_body: '<p>Hello</p>',
    });
    expect(crm.requests[3]?.body).toMatchObject({ subscribers: [{ list: 2, tag: 'all' }] });
  });

  it('takes the body of a template, and says plainly that nobody was chosen', async () => {
    const crm = openSandboxCrm();
    const { summary, data } = await crm.call('create_campaign', {
      title: 'May',
      subject: 'News',
      template_id: 4,
    });
    expect(data).toMatchObject({
      templateId: 4,
      hasBody: true,
      recipients: { addressedTo: 'everybody', listIds: [], count: null },
    });
    expect(summary).toContain('addressed to all contacts');
    expect(crm.requests.at(-1)?.body).toMatchObject({
      template_id: 4,
      email_pre_header: 'preheader',
      email_body: expect.stringContaining('{{contact.first_name}}'),
    });
    expect(crm.sent).not.toContain('POST /campaigns/7/draft-recipients');
  });

  it.each([
    { args: { template_id: 1 }, why: 'a blog post is no template', field: 'template_id' },
    { args: { template_id: 99 }, why: 'there is no such template', field: 'template_id' },
    { args: { recipient_list: [1, 99] }, why: 'there is no such list', field: 'recipient_list' },
  ])('creates nothing when $why', async ({ args, field }) => {
    const crm = openSandboxCrm();
    const failure = await crm.failure('create_campaign', { title: 'May', subject: 'News', ...args });
    expect(failure).toMatchObject({ code: 'not_found', field });
    expect(crm.sent.filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  it('refuses body and template together', async () => {
    const crm = openSandboxCrm();
    const args = { title: 'May', subject: 'News', body: 'x', template_id: 4 };
    expect(await crm.failure('create_campaign', args)).toMatchObject({
      code: 'invalid_arguments',
      field: 'body',
    });
    expect(crm.sent).toEqual([]);
  });

  it('says which steps were done when a later one fails', async () => {
    const failure = await openSandboxCrm().failure('create_campaign', {
      title: 'May',
      subject: 'News',
      recipient_list: [3],
    });
    expect(failure).toMatchObject({
      code: 'rejected',
      retryable: false,
      facts: { campaignId: 7, stepsDone: ['create', 'content'], stepFailed: 'recipients' },
    });
    expect(failure.message).toContain('draft campaign 7 exists');
  });

  it('does not offer to repeat the call when a later step failed for a passing reason', async () => {
    const fault = ({ method }: ApiRequest) =>
      method === 'PUT' ? { status: 503, contentType: 'text/html', body: '<html>' } : undefined;
    const failure = await openSandboxCrm({ fault }).failure('create_campaign', {
      title: 'May',
      subject: 'News',
    });
    expect(failure).toMatchObject({
      retryable: false,
      facts: { stepsDone: ['create'], stepFailed: 'content' },
    });
  });

  it('says that a title is taken', async () => {
    const failure = await openSandboxCrm().failure('create_campaign', {
      title: 'Seed draft',
      subject: 'News',
    });
    expect(failure).toMatchObject({ code: 'rejected', field: 'title' });
  });
});
