import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

const LINK = {
  title: 'Webinar',
  target_url: 'https://example.com/webinar',
  apply_tags: [1],
  remove_lists: [2],
};

describe('smart links without FluentCRM Pro', () => {
  it.each([
    ['list_smart_links', {}],
    ['get_smart_link', { smartLinkId: 1 }],
    ['create_smart_link', LINK],
    ['update_smart_link', { smartLinkId: 1, title: 'New' }],
    ['delete_smart_link', { smartLinkId: 1 }],
  ])('%s says that Pro is needed', async (name, args) => {
    const crm = openSandboxCrm();
    const failure = await crm.failure(name, args);
    expect(failure.code).toBe('needs_pro');
    expect(failure.message).toContain('need FluentCRM Pro');
    expect(crm.sent).toEqual(['GET /smart-links']);
  });

  it('means the same when Pro answers without links', async () => {
    const fault = () => ({ status: 200, contentType: 'application/json', body: '{"disabled":true}' });
    expect((await openSandboxCrm({ fault }).failure('list_smart_links')).code).toBe('needs_pro');
  });

  it('is not confused with a refusal', async () => {
    const failure = await openSandboxCrm({ pro: true, role: 'nobody' }).failure('list_smart_links');
    expect(failure.code).toBe('forbidden');
  });
});

describe('smart links with FluentCRM Pro', () => {
  it('are created in the shape that Pro documents', async () => {
    const crm = openSandboxCrm({ pro: true });
    const { data } = await crm.call('create_smart_link', { ...LINK, auto_login: true });
    expect(data).toMatchObject({
      link: {
        id: 1,
        title: 'Webinar',
        actions: { tags: [1], lists: [] },
        detach_actions: { tags: [], lists: [2] },
        auto_login: true,
      },
    });
    expect(crm.requests.at(-1)?.body).toEqual({
      link: {
        title: 'Webinar',
        target_url: 'https://example.com/webinar',
        actions: { tags: [1], lists: [] },
        detach_actions: { tags: [], lists: [2] },
        auto_login: 'yes',
        notes: '',
      },
    });
  });

  it('keep what an update does not name', async () => {
    const crm = openSandboxCrm({ pro: true });
    await crm.call('create_smart_link', { ...LINK, notes: 'kept' });
    await crm.call('update_smart_link', { smartLinkId: 1, title: 'New' });
    const { data } = await crm.call('get_smart_link', { smartLinkId: 1 });
    expect(data).toMatchObject({
      link: { title: 'New', target_url: LINK.target_url, actions: { tags: [1] }, notes: 'kept' },
    });
  });

  it('are deleted, and then not found', async () => {
    const crm = openSandboxCrm({ pro: true });
    await crm.call('create_smart_link', LINK);
    expect((await crm.call('delete_smart_link', { smartLinkId: 1 })).data).toEqual({
      deleted: true,
      id: 1,
      title: 'Webinar',
    });
    expect((await crm.failure('delete_smart_link', { smartLinkId: 1 })).code).toBe('not_found');
  });

  it('do not add and take away the same tag, and refer to tags that exist', async () => {
    const crm = openSandboxCrm({ pro: true });
    const both = { ...LINK, remove_tags: [1] };
    expect(await crm.failure('create_smart_link', both)).toMatchObject({
      code: 'invalid_arguments',
      field: 'remove_tags',
    });
    expect(await crm.failure('create_smart_link', { ...LINK, apply_tags: [99] })).toMatchObject({
      code: 'not_found',
      field: 'apply_tags',
    });
    expect(crm.sent).not.toContain('POST /smart-links');
  });
});

describe('the local smart link tools', () => {
  it('give no shortcode, but a link whose text cannot break out of it', async () => {
    const crm = openSandboxCrm();
    const { summary, data } = await crm.call('generate_smart_link_shortcode', {
      slug: 'webinar',
      linkText: `<b>"Click" & 'win' {{contact.email}}`,
    });
    expect(data['shortcode']).toBeNull();
    expect(summary).toContain('no shortcode');
    expect(data['html']).toBe(
      '<a href="SHORT_URL">&lt;b&gt;&quot;Click&quot; &amp; &#39;win&#39; &#123;&#123;contact.email&#125;&#125;</a>',
    );
    expect(crm.sent).toEqual([]);
  });

  it.each([
    { target_url: 'https://example.com/page?x=1#y', valid: true },
    { target_url: 'http://example.com', valid: true },
    { target_url: 'HTTPS://EXAMPLE.COM/', valid: true },
    { target_url: 'httpfoo', valid: false },
    { target_url: 'https:example.com', valid: false },
    { target_url: 'https://', valid: false },
    { target_url: 'javascript:alert(1)', valid: false },
    { target_url: 'ftp://example.com/', valid: false },
    { target_url: '//example.com/', valid: false },
    { target_url: 'https://example.com/a b', valid: false },
    { target_url: 'https://user:word@example.com/', valid: false },
    { target_url: '', valid: false },
  ])('judge the address $target_url', async ({ target_url, valid }) => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('validate_smart_link_data', { title: 'x', target_url });
    expect(data['valid']).toBe(valid);
    expect(crm.sent).toEqual([]);
  });

  it('report every problem at once', async () => {
    const { data } = await openSandboxCrm().call('validate_smart_link_data', {
      title: ' ',
      target_url: 'x',
      apply_lists: [1, 2],
      remove_lists: [2],
      slug: 'My Slug',
    });
    expect((data['problems'] as Array<{ field: string }>).map(({ field }) => field)).toEqual([
      'title',
      'target_url',
      'remove_lists',
    ]);
    expect(data['notes']).toContain('The slug is not used: FluentCRM Pro makes the short address itself.');
  });
});
