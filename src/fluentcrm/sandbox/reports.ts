import { ok } from './answer.ts';
import { route, type Call, type Route } from './route.ts';
import { SITE } from './row.ts';

function dashboard({ state }: Call) {
  const pending = [...state.mails.values()]
    .flatMap((counts) => [...counts.values()])
    .reduce((sum, n) => sum + n, 0);
  const figure = (title: string, count: number, name: string) => ({ title, count, route: { name } });
  return ok({
    stats: {
      total_subscribers: figure(
        'Active Contacts',
        state.contacts.filter(({ status }) => status === 'subscribed').length,
        'subscribers',
      ),
      total_campaigns: figure('Campaigns', state.campaigns.length, 'campaigns'),
      email_sent: figure('Emails Sent', 0, 'all_emails'),
      tags: figure('Tags', state.tags.length, 'tags'),
      total_templates: figure(
        'Email Templates',
        state.posts.filter((post) => post['post_type'] === 'fc_template').length,
        'templates',
      ),
      total_automations: figure('Active Automations', 0, 'funnels'),
      email_pending: figure('Pending Emails', pending, 'campaigns'),
    },
    sales: [],
    dashboard_notices: ['<div class="error"><b>Attention:</b> scheduled tasks do not run.</div>'],
    onboarding: {
      total: 1,
      completed: 1,
      steps: [{ label: 'Create a Tag', completed: true, route: { name: 'tags' } }],
    },
    quick_links: [{ title: 'Contact Segments', url: `${SITE}/wp-admin/`, icon: 'el-icon-folder' }],
    ff_config: { is_installed: false, create_form_link: `${SITE}/wp-admin/` },
    recommendation: false,
    system_tips: '',
  });
}

export const reportRoutes: readonly Route[] = [
  route('GET', '/reports/dashboard-stats', dashboard),
  route('GET', '/custom-fields/contacts', ({ state }) => ok({ fields: state.customFields })),
];
