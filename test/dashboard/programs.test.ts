import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, ApiClient } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, PHONE, WAIT, type Governed } from '../support/dashboard.ts';
import { startReceiver, type Receiver } from '../support/outside.ts';

const RESUME = 'fluentcrm_resume_campaign';
const POLICY = { version: '1', default: 'deny', tools: { [RESUME]: { action: 'require_approval' } } };

/** What programs get and use: webhooks that fail and are sent again, keys that end. */
describe.skipIf(CHROMIUM === undefined)('programs', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  let receiver: Receiver;
  beforeAll(async () => {
    // what refuses a message for good is not tried again by itself
    receiver = await startReceiver(410);
    await dashboard.start();
    governed = await govern(dashboard, POLICY);
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await receiver.close();
  });

  async function makeWebhook(page: Page, name: string, address: string): Promise<void> {
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByRole('textbox', { name: 'Address' }).fill(address);
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    await page.getByRole('dialog').filter({ hasText: 'Copy it now' }).getByRole('button').last().click();
  }
  async function deliveries(page: Page, name: string): Promise<Locator> {
    await page.getByRole('button', { name: `Deliveries of ${name}` }).click();
    return page.getByRole('dialog', { name: `Deliveries of "${name}"` });
  }
  const bodies = (path: string): readonly string[] =>
    receiver.received.filter((one) => one.path === path).map(({ body }) => body);

  it('are told of a held call, with a signature and a link to its page', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/webhooks');
    await makeWebhook(page, 'Pager', `${receiver.origin}/pager`);
    await governed.call(RESUME, { campaignId: 3 });
    await vi.waitFor(() => expect(bodies('/pager').length).toBeGreaterThan(0), WAIT);
    expect(receiver.received[0]?.headers['webhook-signature']).toMatch(/^v1,/);
    const link = /\/app\/approvals\/\w+/.exec(bodies('/pager')[0] ?? '')?.[0] ?? '';
    await page.goto(`${dashboard.base}${link}`);
    await page.getByRole('heading', { name: RESUME, level: 1 }).waitFor();
    await page.context().close();
  });

  it('that did not take a message are sent the very same again by hand', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/webhooks');
    const list = await deliveries(page, 'Pager');
    const first = list.getByRole('listitem').first();
    await first.getByText('last answer 410').waitFor();
    await first.getByRole('button', { name: 'Send again' }).click();
    await first.getByText('Delivered').waitFor();
    const [refused, taken] = bodies('/pager');
    expect(taken).toBe(refused);
    await first.getByRole('button', { name: 'Message' }).click();
    expect(await first.getByRole('group', { name: 'Message as it is sent' }).innerText()).toContain(
      'approval.requested',
    );
    await page.context().close();
  });

  it('that were away for a moment need not be waited for', async () => {
    const away = await startReceiver(503, 2);
    const page = await dashboard.openAs(ADA, '/app/settings/webhooks');
    await makeWebhook(page, 'Desk', `${away.origin}/desk`);
    await governed.call(RESUME, { campaignId: 5 });
    const list = await deliveries(page, 'Desk');
    const first = list.getByRole('listitem').first();
    // the pause after the second attempt is half a minute
    await first.getByText(/2 attempts, last answer 503, again in /).waitFor();
    await first.getByRole('button', { name: 'Send now' }).click();
    await first.getByText('Delivered').waitFor();
    expect(new Set(away.received.map(({ body }) => body)).size).toBe(1);
    await page.context().close();
    await away.close();
  });

  it('are not told any more when they are switched off, and forgotten when they are removed', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/webhooks', PHONE);
    await page.getByRole('switch', { name: /Pager/ }).tap();
    await page.getByText('Off', { exact: true }).first().waitFor();
    const before = bodies('/pager').length;
    await makeWebhook(page, 'Chat', `${receiver.origin}/chat`);
    await governed.call(RESUME, { campaignId: 4 });
    // the other one hears of it, and so both would have
    await vi.waitFor(() => expect(bodies('/chat').length).toBeGreaterThan(0), WAIT);
    expect(bodies('/pager').length).toBe(before);
    await page.getByRole('button', { name: 'More about Pager' }).tap();
    await page.getByRole('menuitem', { name: 'Remove' }).tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).tap();
    await page.getByRole('button', { name: 'More about Pager' }).waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('have a key that works until it is revoked', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/keys');
    await page.getByRole('button', { name: 'New key' }).first().click();
    await page.getByRole('textbox', { name: 'What it is for' }).fill('Log shipper');
    await page.getByRole('button', { name: 'Ship logs' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Copy it now' });
    const key = (await dialog.getByLabel('token of the key', { exact: true }).innerText()).trim();
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    const script = ApiClient.withKey(dashboard.base, key);
    expect((await script.ask('GET', '/logs')).status).toBe(200);

    await page.getByRole('button', { name: 'Revoke the key Log shipper' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No key works at the moment.').waitFor();
    await vi.waitFor(async () => expect((await script.ask('GET', '/logs')).status).toBe(401), WAIT);
    await page.getByRole('switch', { name: /Show keys that do not work/ }).click();
    await page.getByText('Revoked', { exact: true }).waitFor();
    await page.context().close();
  });
});
