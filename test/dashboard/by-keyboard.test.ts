import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, WAIT, type Governed } from '../support/dashboard.ts';

const PAUSE = 'fluentcrm_pause_campaign';
/** More than there are places on the page. */
const MOST_PRESSES = 200;
const RESUME = 'fluentcrm_resume_campaign';

/** A policy written, tried and published by somebody who uses no mouse. */
describe.skipIf(CHROMIUM === undefined)('by the keyboard alone', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  let page: Page;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, { version: '1', default: 'deny', tools: { fluentcrm_list_tags: {} } });
    page = await dashboard.openAs(ADA, `/app/servers/${governed.server}/policies/main`);
  }, 120_000);
  afterAll(() => dashboard.stop());

  /** Goes on and on by Tab; out of the editor as the hint below it says. */
  async function goTo(target: Locator): Promise<void> {
    await target.waitFor();
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      if (await target.evaluate((one) => one === one.ownerDocument.activeElement)) return;
      if ((await page.locator('.cm-content:focus').count()) > 0) await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
    }
    throw new Error('the keyboard does not get there');
  }
  async function find(words: string): Promise<void> {
    await goTo(page.getByRole('searchbox', { name: 'Find tools' }));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(words);
    await goTo(page.getByRole('button', { name: new RegExp(`^${words}`) }));
  }

  it('a letter sets the rule of a tool', async () => {
    await find(PAUSE);
    await page.keyboard.press('a');
    await page.getByText('Saved as draft').waitFor();
    await find(RESUME);
    await page.keyboard.press('p');
    await page
      .getByText(/waits for a person|a person/i)
      .first()
      .waitFor();
  });

  it('an argument rule and a limit are made', async () => {
    await find(PAUSE);
    await page.keyboard.press('c');
    const most = page.getByRole('textbox', { name: 'Most' });
    await goTo(most);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('7');
    await page.keyboard.press('Tab');
    await page.getByText('At most 7 calls a minute per grant').waitFor();
  });

  it('a call is tried', async () => {
    await goTo(page.getByRole('tab', { selected: true }));
    while ((await page.getByRole('tab', { name: 'Try a call', selected: true }).count()) === 0)
      await page.keyboard.press('ArrowRight');
    await goTo(page.getByRole('combobox', { name: 'Tool' }));
    await page.keyboard.type(PAUSE);
    await page.getByRole('option', { name: PAUSE }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await goTo(page.getByRole('textbox', { name: 'campaignId' }));
    await page.keyboard.type('3');
    const after = page.getByRole('region', { name: 'With this text' });
    await after.getByText('Allowed', { exact: true }).waitFor();
  });

  it('the editor of the text is entered and left again', async () => {
    const editor = page.getByRole('textbox', { name: 'The policy as JSON' });
    await goTo(editor);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await editor.evaluate((one) => one.contains(one.ownerDocument.activeElement))).toBe(false);
  });

  it('it is published, and the focus comes back to where it was', async () => {
    await goTo(page.getByRole('button', { name: 'Review and publish' }));
    await page.keyboard.press('Enter');
    const review = page.getByRole('dialog');
    await goTo(review.getByRole('textbox', { name: 'Note' }));
    await page.keyboard.type('Seven a minute');
    await goTo(review.getByRole('button', { name: 'Publish', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 is published').waitFor();
    await review.waitFor({ state: 'detached' });
    await vi.waitFor(
      async () => expect((await governed.call(PAUSE, { campaignId: 3 })).rule).toBeUndefined(),
      WAIT,
    );
    expect((await governed.call(RESUME, { campaignId: 3 })).text).toContain('[APPROVAL REQUIRED]');
  });
});
