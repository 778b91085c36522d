import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import {
  CHROMIUM,
  Dashboard,
  govern,
  type Governed,
  PHONE,
  serverOfTools,
  WAIT,
} from '../support/dashboard.ts';

const TOOLS = 500;
const VERBS = ['list', 'get', 'create', 'update', 'delete'];
const LONG = `sync_${'all_the_customer_records_'.repeat(4)}now`;
const NAMES = Array.from({ length: TOOLS - 1 }, (_, i) => `${VERBS[i % VERBS.length] ?? ''}_thing_${i}`);
const MANY = [LONG, ...NAMES].map((name) => ({ name, inputSchema: { type: 'object', properties: {} } }));

/** Hundreds of tools, changed together. */
describe.skipIf(CHROMIUM === undefined)(`over ${TOOLS} tools, the policy builder`, () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  beforeAll(async () => {
    await dashboard.start();
    const connection = serverOfTools(join(dashboard.dataDir, 'many.json'), MANY);
    governed = await govern(dashboard, { version: '1', default: 'deny' }, ['Many', connection]);
  }, 120_000);
  afterAll(() => dashboard.stop());

  const open = (options = {}): Promise<Page> =>
    dashboard.openAs(ADA, `/app/servers/${governed.server}/policies/main`, options);
  async function filter(page: Page, words: string, found: number): Promise<void> {
    await page.getByRole('searchbox', { name: 'Find tools' }).fill(words);
    const count = found === TOOLS ? `${TOOLS} tools` : `${found} of ${TOOLS} tools`;
    await page.getByText(count, { exact: true }).waitFor();
  }
  async function forThese(page: Page, choice: RegExp): Promise<void> {
    await page.getByRole('button', { name: /^For (?:these|this)/ }).click();
    await page.getByRole('menuitem', { name: choice }).click();
  }

  it('sets the rule of all that a filter leaves, and takes it back in one step', async () => {
    const page = await open();
    await filter(page, 'delete_', 99);
    await forThese(page, /^Hide/);
    await filter(page, 'get_', 100);
    await forThese(page, /^Allow/);
    await filter(page, 'get_thing_1', 23);
    await forThese(page, /^Deny/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await filter(page, '', TOOLS);
    await page.getByText('Saved as draft').waitFor();

    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByRole('dialog');
    await review.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Version 2 is published').waitFor();
    const allowed = { text: 'done' };
    await vi.waitFor(async () => expect(await governed.call('get_thing_1', {})).toMatchObject(allowed), WAIT);
    expect(await governed.call('get_thing_496', {})).toMatchObject(allowed);
    expect(await governed.call('list_thing_0', {})).toMatchObject({ rule: '(default deny)' });
    await page.context().close();
  });

  it('shows by state and by class what is governed how', async () => {
    const page = await open();
    await page.getByRole('combobox', { name: 'State' }).selectOption('Hide');
    await page.getByText(`99 of ${TOOLS} tools`).waitFor();
    await page.getByRole('group', { name: 'Classes' }).getByText(/^Read/).click();
    await page.getByText('No tool is like this').waitFor();
    await page.getByRole('button', { name: 'Show all tools' }).click();
    await page.getByText(`${TOOLS} tools`, { exact: true }).waitFor();
    await page.context().close();
  });

  it('goes to the last tool and back by the keyboard', async () => {
    const page = await open();
    await filter(page, '', TOOLS);
    const list = page.getByRole('list', { name: 'Tools of the server' });
    await list.getByRole('button').first().focus();
    await page.keyboard.press('End');
    await list.locator(`[aria-posinset="${TOOLS}"] button:focus`).waitFor();
    await page.keyboard.press('Home');
    await list.locator('[aria-posinset="1"] button:focus').waitFor();
    await page.context().close();
  });

  it('breaks the longest name on a phone, in its list and in that of the server', async () => {
    const page = await open(PHONE);
    for (const path of ['policies/main', 'tools']) {
      await page.goto(`${dashboard.base}/app/servers/${governed.server}/${path}`);
      await page.getByRole('searchbox').fill('sync');
      await page.getByText(LONG, { exact: true }).waitFor();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      const { width = 0 } = (await page.getByText(LONG, { exact: true }).boundingBox()) ?? {};
      // a column so narrow that a name runs down the page is not to be read
      expect(width).toBeGreaterThan(200);
    }
    await page.context().close();
  });
});
