import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

describe('webhooks', () => {
  it('never show their secret address', async () => {
    const crm = openSandboxCrm();
    const listed = await crm.call('list_webhooks');
    const created = await crm.call('create_webhook', { name: 'W', status: 'pending', tags: [1], lists: [2] });
    expect(listed.data).toMatchObject({
      total: 1,
      items: [{ id: 3, name: 'Landing page', keyEnding: '…a001' }],
    });
    expect(created.data).toMatchObject({ id: 4, name: 'W', status: 'pending', tags: [1], lists: [2] });
    expect(JSON.stringify([listed, created])).not.toMatch(/https?:|hash=|00000000-0000/);
  });

  it('are cut into pages here, since the API gives all at once', async () => {
    const crm = openSandboxCrm();
    for (const name of ['A', 'B', 'C']) await crm.call('create_webhook', { name, status: 'pending' });
    const { data } = await crm.call('list_webhooks', { page: 2, per_page: 3 });
    expect(data).toMatchObject({ total: 4, hasMore: false, items: [{ name: 'Landing page' }] });
  });

  it('take no address, and only tags that exist', async () => {
    const crm = openSandboxCrm();
    const url = { name: 'W', status: 'pending', url: 'https://example.com/' };
    expect(await crm.failure('create_webhook', url)).toMatchObject({
      code: 'invalid_arguments',
      field: 'url',
    });
    const tags = { name: 'W', status: 'pending', tags: [99] };
    expect(await crm.failure('create_webhook', tags)).toMatchObject({ code: 'not_found', field: 'tags' });
    expect(crm.sent).toEqual(['GET /tags/99']);
  });
});
