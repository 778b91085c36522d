import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, PHONE, violationsOn, type Governed } from '../support/dashboard.ts';

const RESUME = 'fluentcrm_resume_campaign';
const POLICY = {
  version: '1',
  default: 'deny',
  hide: ['fluentcrm_delete_contact'],
  all_tools: { limits: [{ counter: 'all', window: 'minute', max: 300 }] },
  tools: {
    fluentcrm_list_tags: {},
    fluentcrm_pause_campaign: { rate_limit: { max: 10, window: 60 } },
    [RESUME]: { action: 'require_approval', reason: 'Resuming sends e-mail at once.' },
  },
};
const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', PHONE],
];

interface View {
  readonly path: string;
  /** What is there when the view is. */
  readonly content: string | RegExp;
}

/** Every view, read by axe in light and dark and on a phone. */
describe.skipIf(CHROMIUM === undefined)('axe finds nothing', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  let views: readonly View[] = [];
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, POLICY);
    const { api, server, call } = governed;
    await call('fluentcrm_list_tags', {});
    await call('fluentcrm_pause_campaign', { campaignId: 3 });
    await call('fluentcrm_delete_campaign', { campaignId: 3 });
    await call(RESUME, { campaignId: 4 });
    await api.call('POST', '/api-keys', { label: 'Deploy', scopes: ['logs:read'] });
    await api.call('POST', '/invitations', { email: 'grace@example.com', role: 'viewer' });
    const { items } = await api.get<{ items: readonly { readonly id: string }[] }>('/approvals');
    const of = `/app/servers/${server}`;
    views = [
      { path: '/app/', content: 'Denied' },
      { path: '/app/start', content: 'Add your servers' },
      { path: '/app/start/fluentcrm-mcp/fluentcrm-pause-campaign', content: 'Add this server' },
      { path: `/app/start?server=${server}`, content: 'Go on to the policy' },
      { path: `/app/start?server=${server}&step=policy`, content: 'Publish and go on' },
      { path: `/app/start?server=${server}&step=grant`, content: 'Mint the grant' },
      { path: '/app/servers', content: 'FluentCRM' },
      { path: of, content: 'FluentCRM' },
      { path: `${of}/tools`, content: 'fluentcrm_delete_contact' },
      { path: `${of}/policies`, content: 'main' },
      { path: `${of}/grants`, content: 'night agent' },
      { path: `${of}/connection`, content: 'Command' },
      { path: `${of}/settings`, content: 'Remove' },
      { path: `${of}/policies/main`, content: 'fluentcrm_list_contacts' },
      { path: `${of}/policies/main?version=1`, content: 'Version 1, in force' },
      { path: '/app/approvals', content: RESUME },
      { path: `/app/approvals/${items[0]?.id ?? ''}`, content: 'What this grant did lately' },
      { path: '/app/logs', content: 'fluentcrm_list_tags' },
      { path: '/app/settings/account', content: 'Two-step sign-in' },
      { path: '/app/settings/organisation', content: 'Rename' },
      { path: '/app/settings/members', content: 'grace@example.com' },
      { path: '/app/settings/keys', content: 'Deploy' },
      { path: '/app/settings/webhooks', content: 'No webhooks yet' },
      { path: '/app/settings/audit', content: /^Intact/ },
      { path: '/app/no-such-page', content: 'Overview' },
    ];
  }, 120_000);
  afterAll(() => dashboard.stop());

  it.each(LOOKS)('%s', { timeout: 120_000 }, async (_name, look) => {
    const page = await dashboard.openAs(ADA, '/app/settings/account', { ...look, bypassCSP: true });
    const faults: Record<string, readonly string[]> = {};
    for (const { path, content } of views) {
      await page.goto(`${dashboard.base}${path}`);
      await page.locator('#main').getByText(content).first().waitFor();
      const { width = 0 } = page.viewportSize() ?? {};
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      const found = [
        // on a phone held calls are answered and the log is read; of the rest it is enough that it fits
        ...(look !== PHONE || /\/(?:approvals|logs)/.test(path) ? await violationsOn(page) : []),
        ...(wide > width ? [`scrolls sideways: ${wide} of ${width} pixels`] : []),
      ];
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
    await page.context().close();
  });

  it.each(LOOKS)('outside, %s', async (_name, look) => {
    const page = await dashboard.open('/app/', { ...look, bypassCSP: true });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.goto(`${dashboard.base}/app/sign-up`);
    await page.getByRole('heading').first().waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await page.context().close();
  });
});
