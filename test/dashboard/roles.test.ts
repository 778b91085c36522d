import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, WAIT } from '../support/dashboard.ts';

const RESUME = 'fluentcrm_resume_campaign';
const POLICY = {
  version: '1',
  default: 'deny',
  tools: { fluentcrm_list_tags: {}, [RESUME]: { action: 'require_approval' } },
};
const GRACE = { name: 'Grace', email: 'grace@example.com', password: 'another horse battery' };
const ALAN = { name: 'Alan', email: 'alan@example.com', password: 'a third horse battery' };
/**
 * Presses the first control of its kind that was not pressed yet, the last entry of a menu or question that is open before all; resolves
 * to the kind, or nothing when all were. What belongs to the person's own account, or leaves the dashboard, is left alone.
 */
const PRESS_NEXT = `(pressed) => {
  const own = /^(?:Sign out|Turn o|Change password|Save|New backup|Export)/;
  const kindOf = (one) => {
    const label = one.labels?.[0]?.textContent ?? one.ariaLabel ?? one.textContent ?? '';
    // the tabs of a server are pages of their own, and the tools of a list are alike
    const where = one.role === 'tab' && !location.pathname.includes('/policies/') ? '' : location.pathname;
    return where + ': ' + label.trim().replace(/fluentcrm_\\w+.*/s, 'a tool').slice(0, 80);
  };
  const controls = (within) => [...document.querySelectorAll(within)].filter((one) => one.checkVisibility() && !one.matches(':disabled'));
  const opened = controls('[role=menuitem], [role=dialog] button').toReversed();
  const here = controls('#main button, #main [role=tab], #main input[type=radio], #main [role=switch]');
  const next = [...opened, ...here].find((one) => !pressed.includes(kindOf(one)) && !own.test(one.textContent.trim()));
  const kind = next && kindOf(next);
  next?.click();
  return kind;
}`;
const FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** Everything that somebody with few rights sees, pressed. */
describe.skipIf(CHROMIUM === undefined)('no button fails', () => {
  const dashboard = new Dashboard();
  let paths: readonly string[] = [];
  const underWay = new Set<Request>();
  beforeAll(async () => {
    await dashboard.start();
    const { api, server, call } = await govern(dashboard, POLICY);
    await call('fluentcrm_list_tags', {});
    await call('fluentcrm_delete_contact', { contactId: 1 });
    await call(RESUME, { campaignId: 3 });
    await api.publish(server, 'main', { ...POLICY, description: 'Again' });
    await api.call('POST', '/api-keys', { label: 'Deploy', scopes: ['logs:read'] });
    await api.call('POST', '/webhooks', {
      label: 'Pager',
      url: 'http://127.0.0.1:9/',
      events: ['approval.requested'],
    });
    for (const [person, role] of [
      [GRACE, 'viewer'],
      [ALAN, 'policy_manager'],
    ] as const) {
      const { email, ...account } = person;
      const { link } = await api.call<{ link: string }>('POST', '/invitations', { email, role });
      const body = JSON.stringify({ token: link.split('#')[1], ...account });
      const headers = { 'content-type': 'application/json', origin: dashboard.base };
      await fetch(`${dashboard.base}/api/v1/invitations/accept`, { method: 'POST', headers, body });
    }
    const { items } = await api.get<{ items: readonly { readonly id: string }[] }>('/approvals');
    const of = `/app/servers/${server}`;
    paths = [
      '/app/',
      '/app/start',
      `/app/start?server=${server}`,
      `/app/start?server=${server}&step=policy`,
      `/app/start?server=${server}&step=grant`,
      '/app/servers',
      ...['', '/tools', '/policies', '/grants', '/connection', '/settings'].map((tab) => `${of}${tab}`),
      `${of}/policies/main`,
      `${of}/policies/main?version=1`,
      '/app/approvals',
      `/app/approvals/${items[0]?.id ?? ''}`,
      '/app/logs',
      ...['account', 'organisation', 'members', 'keys', 'webhooks', 'audit'].map(
        (tab) => `/app/settings/${tab}`,
      ),
    ];
  }, 120_000);
  afterAll(() => dashboard.stop());

  /** Opens every page and presses all that can be pressed; resolves to what was refused, and to what was pressed. */
  async function pressEverything(
    page: Page,
  ): Promise<{ readonly refused: string[]; readonly pressed: string[] }> {
    const refused: string[] = [];
    const pressed: string[] = [];
    let isOpening = true;
    page.on('response', (response) => {
      // what a page asks ahead, before it knows who is there, nobody sees
      if (response.status() === 403 && !isOpening)
        refused.push(`${pressed.at(-1)}: ${response.request().method()} ${response.url()}`);
    });
    page.on('request', (request) => {
      // the live log stays open
      if (request.resourceType() === 'fetch' && !request.url().includes('/follow')) underWay.add(request);
    });
    page.on('requestfinished', (request) => underWay.delete(request));
    page.on('requestfailed', (request) => underWay.delete(request));
    const opened = async (path: string): Promise<void> => {
      isOpening = true;
      await settle(page, path);
      isOpening = false;
    };
    for (const path of paths) {
      await opened(path);
      for (;;) {
        const kind = await page.evaluate<string | undefined>(`(${PRESS_NEXT})(${JSON.stringify(pressed)})`);
        if (kind === undefined) break;
        pressed.push(kind);
        await page.evaluate(FRAMES);
        if (new URL(page.url()).pathname !== path.split('?')[0]) await opened(path);
      }
      await quiet(page);
    }
    return { refused, pressed };
  }

  /** Until nothing is asked of the API but what stays open: a page that has all has drawn it. */
  async function quiet(page: Page): Promise<void> {
    await vi.waitFor(() => {
      if (underWay.size > 0) throw new Error([...underWay].map((one) => one.url()).join(' '));
    }, WAIT);
    await page.evaluate(FRAMES);
  }

  async function settle(page: Page, path: string): Promise<void> {
    await page.goto(`${dashboard.base}${path}`);
    await page.locator('#main').waitFor();
    await quiet(page);
  }

  it.each([
    ['a viewer', GRACE],
    ['a policy manager', ALAN],
  ])('%s', { timeout: 240_000 }, async (_role, account) => {
    const page = await dashboard.openAs(account, '/app/settings/account');
    const { refused, pressed } = await pressEverything(page);
    expect(refused).toEqual([]);
    expect(pressed.length).toBeGreaterThan(50);
    await page.context().close();
  });

  it('an administrator sees what the others do not', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/members');
    await page.getByRole('button', { name: 'Invite' }).waitFor();
    await page.context().close();
  });
});
