import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

describe('e-mail templates', () => {
  it('are listed without the blog posts that share their table', async () => {
    const { data } = await openSandboxCrm().call('list_email_templates');
    expect(data['items']).toEqual([
      {
        id: 4,
        title: 'Monthly letter',
        preHeader: 'preheader',
        status: 'draft',
        designTemplate: 'simple',
        updated_at: '2026-11-02 09:00:00',
      },
    ]);
  });

  it('are created inside the wrapper that the API wants', async () => {
    const crm = openSandboxCrm();
    const { data } = await crm.call('create_email_template', { title: 'T', subject: 'S', body: '<p>B</p>' });
    expect(data).toEqual({ id: 5, title: 'T' });
    expect(crm.requests[0]?.body).toEqual({
      template: {
        post_title: 'T',
        post_content: '<p>B</p>',
        post_excerpt: '',
        email_subject: 'S',
        edit_type: 'html',
        design_template: 'raw_html',
      },
    });
  });
});
