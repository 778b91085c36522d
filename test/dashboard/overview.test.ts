import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, PHONE, violationsOn, type Governed } from '../support/dashboard.ts';

const PAUSE = 'fluentcrm_pause_campaign';
const RULE = `/tools/${PAUSE}/limits/pauses`;
const WORDS = 'At most 3 calls a minute per grant';
const REFUSED = 2;
const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    fluentcrm_list_tags: {},
    [PAUSE]: { limits: [{ counter: 'pauses', window: 'minute', max: 3 }] },
    fluentcrm_delete_campaign: { action: 'deny', reason: 'Campaigns are never deleted by agents.' },
  },
};

/** What agents did, on the first page: counted, by rule and by limit. */
describe.skipIf(CHROMIUM === undefined)('the overview', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, POLICY);
    const { call } = governed;
    await call('fluentcrm_list_tags', {});
    for (let i = 0; i < 4; i++) await call('fluentcrm_delete_campaign', { campaignId: 3 });
    // a minute may turn meanwhile: then there is room for three more
    for (let refused = 0; refused < REFUSED;)
      if ((await call(PAUSE, { campaignId: 3 })).rule === RULE) refused++;
  }, 120_000);
  afterAll(() => dashboard.stop());

  const part = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

  it('counts denials by the rule that made them, each with the way to its calls', async () => {
    const page = await dashboard.openAs(ADA, '/app/');
    const rules = part(page, 'Rules that denied most').getByRole('listitem');
    await rules.filter({ hasText: RULE }).waitFor();
    const texts = await rules.allInnerTexts();
    expect(texts[0]).toMatch(/^\/tools\/fluentcrm_delete_campaign\/action\n[^]*policy main\s+4$/);
    expect(texts.find((text) => text.startsWith(RULE))).toMatch(/\s2$/);
    await rules.getByRole('link', { name: '/tools/fluentcrm_delete_campaign/action' }).click();
    const rows = page.getByRole('table', { name: 'Decisions' }).getByRole('row');
    await rows.filter({ hasText: 'fluentcrm_delete_campaign' }).nth(3).waitFor();
    expect(await rows.filter({ hasText: PAUSE }).count()).toBe(0);
    await page.context().close();
  });

  it('says which limit was full and what it refused, and leads to just those calls', async () => {
    const page = await dashboard.openAs(ADA, '/app/');
    const limits = part(page, 'Limits');
    const row = limits.getByRole('listitem').filter({ hasText: WORDS });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/pauses · FluentCRM · policy main[^]*for night agent[^]*100%$/);

    await limits.getByRole('button', { name: 'Show as a table' }).click();
    const hours = limits.getByRole('table', { name: 'How full they were' }).getByRole('row');
    expect((await hours.allInnerTexts()).join('\n')).toMatch(/^When\s+pauses\n[^]*100%, \d refused/);

    await row.getByRole('link', { name: `${REFUSED} refused` }).click();
    const calls = page.getByRole('table', { name: 'Decisions' }).getByRole('row');
    await calls
      .filter({ hasText: PAUSE })
      .nth(REFUSED - 1)
      .waitFor();
    // and the row of headings
    expect(await calls.count()).toBe(REFUSED + 1);
    expect(await calls.filter({ hasText: 'Limit reached: 3 calls a minute' }).count()).toBe(REFUSED);
    await page.context().close();
  });

  it('says so where no limit had a say, and on the page of a server what its own were', async () => {
    const { api, server } = governed;
    const other = await api.register('Idle', { kind: 'stdio', command: process.execPath, args: ['-v'] });
    const page = await dashboard.openAs(ADA, `/app/servers/${server}`);
    const own = part(page, 'Limits');
    await own.getByRole('listitem').filter({ hasText: WORDS }).waitFor();
    await page.goto(`${dashboard.base}/app/servers/${other}`);
    await own.getByText('No limit had a say in the last 24 hours').waitFor();
    await own.getByRole('link', { name: 'See its policies' }).waitFor();
    await page.context().close();
  });

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['on a phone', PHONE],
  ] as const)('is whole and readable, %s', async (_look, options) => {
    const page = await dashboard.openAs(ADA, '/app/', { ...options, bypassCSP: true });
    await part(page, 'Limits').getByRole('listitem').filter({ hasText: WORDS }).waitFor();
    await page.locator('canvas').nth(2).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await part(page, 'Limits').getByRole('button', { name: 'Show as a table' }).click();
    expect(await violationsOn(page)).toEqual([]);
    const hidden = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(hidden).toBe(0);
    await page.context().close();
  });
});
