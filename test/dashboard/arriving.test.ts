import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, PHONE } from '../support/dashboard.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

const TOOL = '/tools/fluentcrm-mcp/fluentcrm-pause-campaign';
const FILLED_IN = '/app/start/fluentcrm-mcp/fluentcrm-pause-campaign';
const KEY = 'key-of-the-server';

/** Ways into the first run that begin elsewhere: a page of the catalogue, an address. */
describe.skipIf(CHROMIUM === undefined)('somebody arrives', () => {
  const dashboard = new Dashboard();
  const upstream = new RecordingUpstream();
  let address = '';
  beforeAll(async () => {
    address = await upstream.start();
    await dashboard.start();
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await upstream.stop();
  });

  async function expectFilledIn(page: Page): Promise<void> {
    await page.getByText('Recommended: allowed, at most 30 a minute per grant.').waitFor();
    expect(new URL(page.url()).pathname).toBe(FILLED_IN);
  }

  it('at a tool of the catalogue, makes an account, and goes on with that tool', async () => {
    const page = await dashboard.open(TOOL, PHONE);
    await page.getByRole('link', { name: 'Put this policy in force' }).tap();
    await page.getByRole('link', { name: 'Create an account' }).tap();
    for (const [label, text] of [
      ['Your name', ADA.name],
      ['E-mail', ADA.email],
      ['Password', ADA.password],
      ['Organisation', 'Acme'],
    ] as const)
      await page.getByRole('textbox', { name: label }).fill(text);
    await page.getByRole('button', { name: /^Create/ }).tap();
    await expectFilledIn(page);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.context().close();
  });

  it('signed in, and is at once where server and rule are filled in, up to the published policy', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    await page.goto(`${dashboard.base}${TOOL}`);
    await page.getByRole('link', { name: 'Put this policy in force' }).click();
    await expectFilledIn(page);
    await page.getByRole('button', { name: 'Add this server' }).click();
    await page.getByRole('button', { name: 'Go on to the policy' }).click();
    await page.getByRole('button', { name: 'Publish and go on' }).click();
    await page.getByRole('textbox', { name: 'Label' }).waitFor();
    const api = await dashboard.apiOf(ADA);
    const { items } = await api.get<{ items: readonly { id: string; catalogueSlug?: string }[] }>('/servers');
    expect(items.map(({ catalogueSlug }) => catalogueSlug)).toEqual(['fluentcrm-mcp']);
    await page.context().close();
  });

  it('at a page of the catalogue about a server, with the server alone filled in', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    await page.goto(`${dashboard.base}/tools/fluentcrm-mcp`);
    const link = page.locator('a[href^="/app/start/"]').first();
    expect(await link.getAttribute('href')).toBe('/app/start/fluentcrm-mcp');
    await link.click();
    await page.getByRole('button', { name: 'Add this server' }).waitFor();
    await page.context().close();
  });

  it('with an address, whose key goes to that server and to no page', async () => {
    const page = await dashboard.openAs(ADA, '/app/start');
    await page.getByRole('tab', { name: 'Address or command' }).click();
    await page.getByRole('textbox', { name: 'Address of the MCP endpoint' }).fill('not an address');
    await page.getByRole('button', { name: 'Check and add' }).click();
    await page.getByText('Give the whole address, with https://.').waitFor();
    await page.getByRole('textbox', { name: 'Address of the MCP endpoint' }).fill(address);
    await page.getByRole('button', { name: 'Add a header' }).click();
    await page.getByRole('textbox', { name: 'Name of the header' }).fill('x-api-key');
    await page.getByLabel('Value of x-api-key').fill(KEY);
    await page.getByRole('button', { name: 'Check and add' }).click();
    await page
      .getByRole('list', { name: 'Tools, the most dangerous first' })
      .getByText('delete_all', { exact: true })
      .waitFor();
    expect(upstream.arrivals.map(({ headers }) => headers['x-api-key'])).toContain(KEY);
    const server = new URL(page.url()).searchParams.get('server') ?? '';
    for (const tab of ['connection', 'overview', 'settings']) {
      await page.goto(`${dashboard.base}/app/servers/${server}/${tab}`);
      await page.getByRole('tab', { name: 'Connection' }).waitFor();
      expect(await page.content()).not.toContain(KEY);
    }
    await page.goto(`${dashboard.base}/app/servers/${server}/connection`);
    await page.getByText('x-api-key = •••').waitFor();
    await page.context().close();
  });
});
