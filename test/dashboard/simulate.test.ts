import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, WAIT, type Governed } from '../support/dashboard.ts';

const PAUSE = 'fluentcrm_pause_campaign';
const OPEN = { version: '1', default: 'deny', tools: { fluentcrm_list_tags: {}, [PAUSE]: {} } };
const NOT_THE_NEWSLETTER = {
  ...OPEN,
  tools: {
    ...OPEN.tools,
    [PAUSE]: { deny_if: [{ conditions: [{ path: 'args.campaignId', op: 'eq', value: 3 }] }] },
  },
};

/** What a text would have done to the calls that were made, before anybody feels it. */
describe.skipIf(CHROMIUM === undefined)('a simulation', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, OPEN);
    await governed.call('no_such_tool', {});
  }, 120_000);
  afterAll(() => dashboard.stop());

  /** Opens a policy with another text, not published, at its simulation. */
  async function openWith(document: object, policy = 'main'): Promise<Page> {
    const { api, server } = governed;
    await api.call('PUT', `/servers/${server}/policies/${policy}/draft`, { document });
    const page = await dashboard.openAs(ADA, `/app/servers/${server}/policies/${policy}`);
    await page.getByRole('tab', { name: 'Simulate' }).click();
    return page;
  }
  async function simulate(page: Page): Promise<Locator> {
    await page.getByRole('button', { name: 'Simulate', exact: true }).click();
    return page.getByRole('tabpanel', { name: 'Simulate' });
  }

  it('says so when there is nothing to judge', async () => {
    const page = await openWith(NOT_THE_NEWSLETTER, 'nobody-has-it');
    const panel = await simulate(page);
    await panel.getByText('No calls in that time').waitFor();
    await page.getByText('All of the server').click();
    await simulate(page);
    await panel.getByText('No judged call would have another outcome.').waitFor();
    await page.context().close();
  });

  it('tells what changes by tool, and which calls cannot be judged without their arguments', async () => {
    await governed.call('fluentcrm_list_tags', {});
    for (const campaignId of [3, 4]) await governed.call(PAUSE, { campaignId });
    const page = await openWith({
      ...NOT_THE_NEWSLETTER,
      tools: { [PAUSE]: NOT_THE_NEWSLETTER.tools[PAUSE] },
    });
    const panel = await simulate(page);
    await panel.getByText('1 of 4 calls would have another outcome.').waitFor();
    const text = await panel.innerText();
    expect(text).toMatch(/1 the same, 2 cannot be judged/);
    expect(text).toMatch(
      /fluentcrm_list_tags\s+1 call\s+Allowed\s+→\s+Denied\s+\/tools\/fluentcrm_list_tags → \(default deny\)/,
    );
    const gaps = panel.getByRole('region', { name: 'What cannot be judged' });
    expect(await gaps.innerText()).toContain(
      `${PAUSE}, 2 calls: The rule looks at args.campaignId, whose value was not captured.`,
    );
    await gaps.getByRole('link', { name: 'settings of the server' }).click();
    await page.getByRole('switch', { name: 'Keep the arguments of calls' }).waitFor();
    await page.context().close();
  });

  it('judges by the values where the server keeps them, and shows none of them', async () => {
    const settings = await dashboard.openAs(ADA, `/app/servers/${governed.server}/settings`);
    await settings.getByRole('switch', { name: 'Keep the arguments of calls' }).click();
    await settings.getByText('Whatever agents send to this server is kept').waitFor();
    await settings.getByRole('button', { name: 'Save settings' }).click();
    await settings.getByText('The settings are saved and in force.').waitFor();
    await settings.context().close();

    const page = await openWith(NOT_THE_NEWSLETTER);
    await vi.waitFor(async () => {
      // the gateway knows within a second that it shall keep them
      for (const campaignId of [3, 4]) await governed.call(PAUSE, { campaignId });
      const panel = await simulate(page);
      await panel.getByText(/^[1-9]\d* of \d+ calls would have another outcome\.$/).waitFor({ timeout: 500 });
    }, WAIT);
    const changes = page.getByRole('region', { name: 'What changes' });
    expect(await changes.innerText()).toMatch(
      new RegExp(
        `${PAUSE}\\s+\\d+ calls?\\s+Allowed\\s+→\\s+Denied\\s+/tools/${PAUSE} → /tools/${PAUSE}/deny_if/0`,
      ),
    );
    await page.context().close();
  });

  it('has called nothing and changed no record, and belongs to the text that it was made with', async () => {
    const before = await governed.api.get<{ items: readonly object[] }>('/logs?limit=100');
    const page = await openWith(OPEN);
    const panel = await simulate(page);
    await panel.getByText('No judged call would have another outcome.').waitFor();
    expect(await governed.api.get('/logs?limit=100')).toEqual(before);

    await page.getByRole('textbox', { name: 'The policy as JSON' }).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(JSON.stringify({ ...OPEN, hide: [PAUSE] }));
    await panel.getByText('The text has changed since.').waitFor();
    await simulate(page);
    await panel.getByText(/calls would have another outcome/).waitFor();
    expect(await panel.getByText('The text has changed since.').count()).toBe(0);
    await page.context().close();
  });
});
