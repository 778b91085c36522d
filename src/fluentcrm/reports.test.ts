import { describe, expect, it } from 'vitest';
import { openSandboxCrm } from './sandbox-crm.suite.ts';

describe('reports', () => {
  it('gives the figures and nothing of the notices beside them', async () => {
    const { data } = await openSandboxCrm().call('dashboard_stats');
    expect(data).toEqual({
      counts: {
        total_subscribers: 20,
        total_campaigns: 6,
        email_sent: 0,
        tags: 4,
        total_templates: 1,
        total_automations: 0,
        email_pending: 80,
      },
    });
  });

  it('gives the custom fields', async () => {
    const { data } = await openSandboxCrm().call('custom_fields');
    expect(data['fields']).toEqual([
      { slug: 'favourite_colour', label: 'Favourite colour', type: 'text', options: null },
      { slug: 'interests', label: 'Interests', type: 'select-multi', options: ['a', 'b', 'c'] },
    ]);
  });
});
