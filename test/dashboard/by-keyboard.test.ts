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
  async function hasFocus(target: Locator): Promise<void> {
    await vi.waitFor(
      async () => expect(await target.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true),
      WAIT,
    );
  }
  /** Takes an option of the list that has the focus. */
  async function choose(name: string): Promise<void> {
    await page.keyboard.press('Enter');
    const option = page.getByRole('option', { name, exact: true });
    await option.waitFor();
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      if ((await option.getAttribute('data-combobox-selected')) !== null) return page.keyboard.press('Enter');
      await page.keyboard.press('ArrowDown');
    }
    throw new Error(`the keyboard does not get to "${name}"`);
  }
  async function write(target: Locator, text: string): Promise<void> {
    await goTo(target);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
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

  it('what was done is taken back and done again, and the focus stays', async () => {
    const [undo, redo] = ['Undo', 'Redo'].map((name) => page.getByRole('button', { name }));
    if (undo === undefined || redo === undefined) throw new Error('there are two');
    const spent = (button: Locator): Promise<string | null> => button.getAttribute('aria-disabled');
    for (const [button, other] of [
      [undo, redo],
      [redo, undo],
    ] as const) {
      await goTo(button);
      for (let steps = 0; (await spent(button)) !== 'true'; steps++) {
        expect(steps).toBeLessThan(10);
        await page.keyboard.press('Enter');
      }
      await hasFocus(button);
      expect(await spent(other)).toBe('false');
      // there is nothing more, and nothing happens
      await page.keyboard.press('Enter');
      await hasFocus(button);
    }
    await page.getByText('Saved as draft').waitFor();
  });

  it('an argument rule and a limit are made', async () => {
    await find(PAUSE);
    await page.keyboard.press('c');
    await write(page.getByRole('textbox', { name: 'Most' }), '7');
    await page.getByText('At most 7 calls a minute per grant').waitFor();

    await goTo(page.getByRole('button', { name: 'Refuse when…' }));
    await page.keyboard.press('Enter');
    const rule = page.getByRole('group', { name: 'Refused when' });
    expect(await rule.getByLabel('Argument', { exact: true }).inputValue()).toBe('args.campaignId');
    await goTo(rule.getByLabel('Comparison', { exact: true }));
    await choose('is above');
    await write(rule.getByRole('textbox', { name: 'Value' }), '100');
    await write(rule.getByRole('textbox', { name: 'What the agent is told' }), 'Only the first hundred.');
    await page.getByText('Saved as draft').waitFor();
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
    const opener = page.getByRole('button', { name: 'Review and publish' });
    await goTo(opener);
    await page.keyboard.press('Enter');
    const review = page.getByRole('dialog');
    await review.waitFor();
    await page.keyboard.press('Escape');
    await review.waitFor({ state: 'detached' });
    await hasFocus(opener);
    await page.keyboard.press('Enter');
    await goTo(review.getByRole('textbox', { name: 'Note' }));
    await page.keyboard.type('Seven a minute');
    await goTo(review.getByRole('button', { name: 'Publish', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 is published').waitFor();
    await review.waitFor({ state: 'detached' });
    // there is nothing left to publish, and whoever goes on by the keyboard does so from here
    await page.getByText('Version 2 in force').waitFor();
    expect(await opener.isDisabled()).toBe(true);
    await hasFocus(opener);
    await vi.waitFor(
      async () => expect((await governed.call(PAUSE, { campaignId: 3 })).rule).toBeUndefined(),
      WAIT,
    );
    expect(await governed.call(PAUSE, { campaignId: 101 })).toMatchObject({
      text: expect.stringContaining('Only the first hundred.'),
      rule: `/tools/${PAUSE}/deny_if/0`,
    });
    expect((await governed.call(RESUME, { campaignId: 3 })).text).toContain('[APPROVAL REQUIRED]');
  });
});
