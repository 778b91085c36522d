import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, ApiClient } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, WAIT, type Governed } from '../support/dashboard.ts';

const GRACE = { name: 'Grace', email: 'grace@example.com', password: 'another horse battery' };
/** Words of buttons that only those may press who may change something. */
const CHANGING =
  /^(?:new|add|invite|publish|remove|delete|mint|revoke|rotate|rename|restore|discard|edit|accept|approve|deny)\b/i;

/** What is set for the organisation, by whom, and what it leaves in the audit log. */
describe.skipIf(CHROMIUM === undefined)('the settings', () => {
  const dashboard = new Dashboard();
  const received: string[] = [];
  let receiver: Server;
  let governed: Governed;
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    await dashboard.start();
    governed = await govern(dashboard, { version: '1', default: 'deny', tools: { fluentcrm_list_tags: {} } });
    await governed.call('fluentcrm_list_tags', {});
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    receiver.close();
  });

  it('let a viewer in who sees everything and no button that would fail', async () => {
    const admin = await dashboard.openAs(ADA, '/app/settings/members');
    await admin.getByRole('button', { name: 'Invite' }).click();
    await admin.getByRole('textbox', { name: 'E-mail' }).fill(GRACE.email);
    await admin.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
    const dialog = admin.getByRole('dialog', { name: `Invitation for ${GRACE.email}` });
    const link = /http:\/\/\S+/.exec(await dialog.innerText())?.[0] ?? '';

    const viewer = await dashboard.open(link.replace(dashboard.base, ''));
    await viewer.getByRole('heading', { name: 'Join Acme' }).waitFor();
    await viewer.getByLabel('Your name').fill(GRACE.name);
    await viewer.getByRole('textbox', { name: 'Password' }).fill(GRACE.password);
    await viewer.getByRole('button', { name: 'Create account and join' }).click();
    await viewer.locator('#main').waitFor();

    const server = `/app/servers/${governed.server}`;
    for (const [path, content] of [
      ['/app/', 'Overview'],
      ['/app/servers', 'FluentCRM'],
      [server, 'FluentCRM'],
      [`${server}/tools`, 'fluentcrm_delete_contact'],
      [`${server}/policies`, 'main'],
      [`${server}/policies/main`, 'fluentcrm_list_contacts'],
      [`${server}/grants`, 'night agent'],
      ['/app/approvals', 'Nothing waits'],
      ['/app/logs', 'fluentcrm_list_tags'],
      ['/app/settings/organisation', 'Acme'],
      ['/app/settings/members', ADA.email],
    ] as const) {
      await viewer.goto(`${dashboard.base}${path}`);
      await viewer.locator('#main').getByText(content).first().waitFor();
      const names = await viewer.locator('#main').getByRole('button').allInnerTexts();
      expect(
        names.filter((name) => CHANGING.test(name)),
        path,
      ).toEqual([]);
    }

    await dialog.getByRole('button', { name: 'Done' }).click();
    await admin.reload();
    await admin.getByRole('combobox', { name: `Role of ${GRACE.name}` }).click();
    await admin.getByRole('option', { name: 'Policy manager' }).click();
    await vi.waitFor(async () => {
      await viewer.goto(`${dashboard.base}${server}/policies`);
      await viewer.getByRole('button', { name: /New policy/ }).waitFor({ timeout: 2_000 });
    }, WAIT);
    await viewer.context().close();
    await admin.context().close();
  });

  it('make a key that a script can use, and that is shown once', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/keys');
    await page.getByRole('button', { name: 'New key' }).first().click();
    await page.getByRole('textbox', { name: 'What it is for' }).fill('Log shipper');
    await page.getByRole('button', { name: 'Ship logs' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Copy it now' });
    const key = (await dialog.locator('pre, code').first().innerText()).trim();
    const script = ApiClient.withKey(dashboard.base, key);
    expect((await script.ask('GET', '/logs')).status).toBe(200);
    expect((await script.ask('GET', '/members')).status).toBe(403);
    await page.reload();
    await page.getByText('Log shipper').first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain(key);
    await page.context().close();
  });

  it('make a webhook whose test arrives', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Pager');
    const { port } = receiver.address() as AddressInfo;
    await page
      .getByRole('textbox', { name: 'Address' })
      .fill(`http://127.0.0.1:${port}/hook?key=of-the-pager`);
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Copy it now' });
    await dialog.waitFor();
    await dialog.getByRole('button').last().click();
    await page.getByRole('button', { name: /Pager/ }).last().click();
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    await vi.waitFor(() => expect(received.length).toBeGreaterThan(0), WAIT);
    await page.getByRole('dialog').getByText('Delivered').first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain('of-the-pager');
    await page.context().close();
  });

  it('stand in the audit log, whose chain holds', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/audit');
    await page.getByText(/^Intact, \d+ events$/).waitFor();
    const feed = page.getByRole('feed');
    for (const what of ['Log shipper', 'Pager', GRACE.email, 'FluentCRM'])
      await feed.getByText(what).first().waitFor();
    await page.context().close();
  });

  it('narrow the audit log to what was done to one thing, and when, in an address that can be sent on', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/audit');
    const events = page.getByRole('feed').getByRole('article');
    await events.filter({ hasText: 'made webhook' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Everything done to Pager' }).click();
    await events.filter({ hasText: 'FluentCRM' }).first().waitFor({ state: 'detached' });
    const chosen = page.getByRole('combobox', { name: 'On what' }).locator('option:checked');
    expect(await chosen.textContent()).toBe('Webhook Pager');
    const count = await events.count();
    expect(count).toBeGreaterThan(1);
    const address = page.url();
    expect(new URL(address).searchParams.get('target')).toMatch(/^webhook:/);
    await page.reload();
    await events.filter({ hasText: 'made webhook' }).waitFor();
    expect(await events.count()).toBe(count);
    await page.getByLabel('Before').fill('2020-01-01T00:00');
    await page.getByText('No event matches').waitFor();
    await page.getByRole('search').getByRole('button', { name: 'Show all' }).click();
    await events.filter({ hasText: 'FluentCRM' }).first().waitFor();
    await page.context().close();
  });

  it('copy over plain http, where a page has no clipboard, and else say what to press', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await page.goto(`${dashboard.base}/app/settings/organisation`);
    const id = (await page.getByLabel('id of the organisation', { exact: true }).innerText()).trim();
    await page.getByRole('button', { name: 'Copy id of the organisation' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.fill('');
    await name.press('ControlOrMeta+V');
    expect(await name.inputValue()).toBe(id);

    await page.getByRole('button', { name: 'Copy id of the organisation' }).waitFor();
    await page.evaluate('document.execCommand = () => false');
    await page.getByRole('button', { name: 'Copy id of the organisation' }).click();
    await page.getByRole('status').filter({ hasText: 'The text is selected: press Ctrl+C' }).waitFor();
    expect(await page.evaluate<string>('getSelection().toString()')).toBe(id);
    await page.context().close();
  });
});
