import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, callOnce, type ApiClient } from '../support/api.ts';
import { CHROMIUM, Dashboard, SANDBOX, violationsOn, WAIT } from '../support/dashboard.ts';

const { kind: _kind, ...COMMAND } = SANDBOX;
const DECLARED = {
  servers: {
    'from-file': {
      ...COMMAND,
      title: 'From the file',
      policies: { main: { version: '1', default: 'allow' } },
    },
  },
  grants: [{ label: 'house agent', server: 'from-file', policy: 'main', token: { file: 'house.token' } }],
};

describe.skipIf(CHROMIUM === undefined)('the servers in the dashboard', () => {
  const dashboard = new Dashboard();
  let api: ApiClient;
  beforeAll(async () => {
    await dashboard.start(DECLARED);
    api = await dashboard.signUp();
  }, 120_000);
  afterAll(() => dashboard.stop());

  const open = (path: string): Promise<Page> => dashboard.openAs(ADA, path, { bypassCSP: true });
  const row = (page: Page, name: string) =>
    page
      .getByRole('list', { name: 'Servers' })
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name }) });

  it('are listed with what was seen of them last, and none of them is asked', async () => {
    const away = await api.register('Away', { kind: 'streamable-http', url: 'http://127.0.0.1:9/mcp' });
    await api.call('POST', `/servers/${away}/check`);
    const shop = await api.register('Shop', SANDBOX);
    await api.publish(shop, 'main', { version: '1', default: 'allow' });
    const { token } = await api.mint(shop, 'agent', 'main');
    await callOnce(`${dashboard.base}/mcp/${shop}/`, token, 'fluentcrm_list_tags', {});
    await expect
      .poll(async () => (await api.get<{ tools?: { count: number } }>(`/servers/${shop}`)).tools?.count, WAIT)
      .toBeGreaterThan(10);

    const page = await open('/app/settings/account');
    const asked: string[] = [];
    page.on('request', (request) => {
      if (/\/servers\/[^/]+\/(?:tools|check)/.test(request.url())) asked.push(request.url());
    });
    await page.getByRole('link', { name: 'Servers' }).click();
    await row(page, 'Shop')
      .getByText(/^Destructive \d+$/)
      .waitFor();
    expect(await row(page, 'Shop').innerText()).toMatch(/Answered .*Last used/s);
    expect(await row(page, 'Away').innerText()).toMatch(/Does not answer[^]*Did not answer .*Not used yet/);
    // what needs somebody comes first
    expect(
      await page.getByRole('list', { name: 'Servers' }).getByRole('listitem').first().innerText(),
    ).toContain('Away');
    expect(asked).toEqual([]);
    expect(await violationsOn(page)).toEqual([]);
    await page.context().close();
  });

  it('show the grants of the configuration file, which are changed there', async () => {
    const page = await open('/app/servers/from-file/grants');
    const grant = page.getByRole('list', { name: 'Grants' }).getByRole('listitem');
    await grant.getByText('house agent').waitFor();
    expect(await grant.innerText()).toMatch(
      /From the configuration file[^]*Policy main[^]*changed or taken away in the file/,
    );
    await page.getByRole('button', { name: 'More about house agent' }).click();
    expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['Its calls']);
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByText('1 live, 1 of them in the configuration file').waitFor();
    await page.context().close();
  });
});
