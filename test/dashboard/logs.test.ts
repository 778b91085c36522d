import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, type Governed } from '../support/dashboard.ts';

const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    fluentcrm_list_tags: {},
    fluentcrm_delete_campaign: { action: 'deny', reason: 'Campaigns are never deleted by agents.' },
  },
};

/** What was decided, as it happens and afterwards. */
describe.skipIf(CHROMIUM === undefined)('the logs', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, POLICY);
  }, 120_000);
  afterAll(() => dashboard.stop());

  it('show a call as it happens, with the rule that decided it', async () => {
    const page = await dashboard.openAs(ADA, '/app/logs');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    const rows = page.getByRole('table', { name: 'Decisions' }).getByRole('row');
    await governed.call('fluentcrm_delete_campaign', { campaignId: 3 });
    const denied = rows.filter({ hasText: 'fluentcrm_delete_campaign' }).first();
    await denied.waitFor();
    expect(await denied.innerText()).toMatch(/Denied[^]*Campaigns are never deleted by agents\./);

    await denied.getByRole('button', { name: 'fluentcrm_delete_campaign' }).click();
    const details = page.getByRole('dialog', { name: 'Decision' });
    expect(await details.innerText()).toMatch(/campaignId[^]*The log never holds a value\./);
    await details.getByRole('link', { name: 'Open the rule' }).click();
    await page.getByText('Version 1, in force').waitFor();
    const marked = page.getByText('Marked in the JSON:');
    expect(await marked.innerText()).toContain('fluentcrm_delete_campaign');
    await page.context().close();
  });

  it('are filtered, and keep the filter in the address', async () => {
    await governed.call('fluentcrm_list_tags', {});
    await governed.call('fluentcrm_delete_campaign', { campaignId: 3 });
    const page = await dashboard.openAs(ADA, '/app/logs');
    const table = page.getByRole('table', { name: 'Decisions' });
    await table.getByText('fluentcrm_list_tags').first().waitFor();
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('Denied');
    await table.getByText('fluentcrm_list_tags').first().waitFor({ state: 'detached' });
    await table.getByText('fluentcrm_delete_campaign').first().waitFor();
    await page.getByRole('combobox', { name: 'Tool' }).fill('fluentcrm_list_tags');
    await page.keyboard.press('Enter');
    await table.getByText('fluentcrm_delete_campaign').first().waitFor({ state: 'detached' });
    const address = page.url();
    expect(address).toContain('fluentcrm_list_tags');
    await page.goto(address);
    await page.getByRole('combobox', { name: 'Tool' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Tool' }).inputValue()).toBe('fluentcrm_list_tags');
    await page.context().close();
  });

  it('are exported as they are filtered', async () => {
    await governed.call('fluentcrm_list_tags', {});
    const page = await dashboard.openAs(ADA, '/app/logs?outcome=allow');
    for (const [format, looks] of [
      ['CSV', /^[^\n]*outcome[^\n]*\n[^]*fluentcrm_list_tags/],
      ['NDJSON', /^\{[^\n]*"fluentcrm_list_tags"/],
    ] as const) {
      const link = page.getByRole('link', { name: `Export what is shown as ${format}` });
      const answer = await page.request.get(`${dashboard.base}${(await link.getAttribute('href')) ?? ''}`);
      expect(answer.status()).toBe(200);
      const text = await answer.text();
      expect(text).toMatch(looks);
      expect(text).not.toContain('fluentcrm_delete_campaign');
    }
    await page.context().close();
  });
});
