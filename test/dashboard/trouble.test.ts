import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, signIn, type Governed } from '../support/dashboard.ts';

/** What goes wrong under an open page, and that nobody is left with a dead one. */
describe.skipIf(CHROMIUM === undefined)('in trouble, the dashboard', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, { version: '1', default: 'deny', tools: { fluentcrm_list_tags: {} } });
    await governed.call('fluentcrm_list_tags', {});
  }, 120_000);
  afterAll(() => dashboard.stop());

  const signInAgain = async (page: Page): Promise<void> => {
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page);
  };

  it('asks to sign in again when the session has ended, and goes on at the same page', async () => {
    const page = await dashboard.openAs(ADA, `/app/servers/${governed.server}/grants`);
    await page.getByText('night agent').first().waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Approvals' }).click();
    await signInAgain(page);
    await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/app/approvals');
    await page.context().close();
  });

  it('notices by itself that the person signed out in another tab', async () => {
    const page = await dashboard.open('/app/logs');
    await signIn(page);
    await page.getByRole('table', { name: 'Decisions' }).getByText('fluentcrm_list_tags').first().waitFor();
    const other = await page.context().newPage();
    await other.goto(`${dashboard.base}/app/servers`);
    await other.getByRole('button', { name: `Account of ${ADA.name}` }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signInAgain(page);
    await page.getByRole('table', { name: 'Decisions' }).getByText('fluentcrm_list_tags').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/app/logs');
    await page.context().close();
  });

  it('notices it by the live log alone', async () => {
    const page = await dashboard.open('/app/logs');
    await signIn(page);
    await page.getByText('Live', { exact: true }).first().waitFor();
    // nothing else is asked while somebody only looks
    await page.route('**/api/v1/approvals*', (route) => route.abort());
    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const headers = { cookie, origin: dashboard.base, 'content-type': 'application/json' };
    const address = `${dashboard.base}/api/auth/sign-out`;
    expect((await fetch(address, { method: 'POST', headers, body: '{}' })).status).toBe(200);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().close();
  });

  it('lets a gateway stop that it follows: streams have their end before connections are cut', async () => {
    const body = { label: 'follower', scopes: ['logs:read'] };
    const { token } = await governed.api.call<{ token: string }>('POST', '/api-keys', body);
    const followed = await fetch(`${dashboard.base}/api/v1/logs/follow`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = await dashboard.openAs(ADA, '/app/logs');
    await page.getByText('Live', { exact: true }).first().waitFor();
    await dashboard.stopGateway();
    expect(await followed.text()).toContain('event: decision');
    await dashboard.startGateway();
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.context().close();
  });

  it('goes on by itself when the gateway was started again', { timeout: 120_000 }, async () => {
    const page = await dashboard.openAs(ADA, '/app/logs');
    const rows = page.getByRole('table', { name: 'Decisions' });
    await rows.getByText('fluentcrm_list_tags').first().waitFor();
    await dashboard.stopGateway();
    await dashboard.startGateway();
    await governed.call('fluentcrm_delete_contact', {});
    await rows.getByText('fluentcrm_delete_contact').first().waitFor();
    await page.context().close();
  });

  it('shows that it waits for a slow gateway, then what came', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/v1/servers?*', async (route) => {
      await held;
      await route.continue();
    });
    await page.route('**/api/v1/servers', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Servers' }).click();
    await page
      .locator('#main [role=status], #main [aria-busy=true], #main [aria-label=Loading]')
      .first()
      .waitFor();
    expect(await page.getByRole('link', { name: 'FluentCRM' }).count()).toBe(0);
    answer();
    await page.getByRole('link', { name: 'FluentCRM' }).waitFor();
    await page.context().close();
  });

  it.each([
    ['Servers', '/app/servers', '**/api/v1/servers*', 'FluentCRM'],
    ['Approvals', '/app/approvals', '**/api/v1/approvals*', 'Nothing waits for an answer'],
    ['Logs', '/app/logs', '**/api/v1/logs?*', 'fluentcrm_list_tags'],
    ['Members', '/app/settings/members', '**/api/v1/members*', 'ada@example.com'],
  ])('says what failed and tries again when asked: %s', async (_name, path, requests, content) => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    let fails = true;
    await page.route(requests, (route) =>
      fails
        ? route.fulfill({
            status: 500,
            contentType: 'application/problem+json',
            body: JSON.stringify({ status: 500, code: 'internal', detail: 'The store did not answer.' }),
          })
        : route.continue(),
    );
    await page.goto(`${dashboard.base}${path}`);
    const problem = page.locator('#main').getByRole('alert').filter({ hasText: 'The store did not answer.' });
    await problem.first().waitFor();
    fails = false;
    await problem.getByRole('button', { name: 'Try again' }).first().click();
    await page.locator('#main').getByText(content).first().waitFor();
    expect(await problem.count()).toBe(0);
    await page.context().close();
  });
});
