import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { connectClient } from '../support/clients.ts';
import { CHROMIUM, Dashboard, SANDBOX, signIn, tabTo } from '../support/dashboard.ts';

/** From nothing to an agent whose calls are governed, in the order of the story. */
describe.skipIf(CHROMIUM === undefined)('the first run', () => {
  const dashboard = new Dashboard();
  beforeAll(() => dashboard.start(), 120_000);
  afterAll(() => dashboard.stop());

  it('leads by the keyboard alone from a new account to the first call', { timeout: 120_000 }, async () => {
    const page = await dashboard.open('/app/', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { keyboard } = page;
    const press = async (name: string | RegExp): Promise<void> => {
      await tabTo(page, page.getByRole('button', { name }));
      await keyboard.press('Enter');
    };
    await tabTo(page, page.getByRole('link', { name: 'Create an account' }));
    await keyboard.press('Enter');
    await page.getByLabel('Your name').waitFor();
    for (const [label, text] of [
      ['Your name', ADA.name],
      ['E-mail', ADA.email],
      ['Password', ADA.password],
      ['Organisation', 'Acme'],
    ] as const) {
      await tabTo(page, page.getByRole('textbox', { name: label }));
      await keyboard.type(text);
    }
    await keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Add your servers' }).waitFor();
    await tabTo(page, page.getByRole('searchbox', { name: 'Server' }));
    await keyboard.type('fluentcrm');
    await press(/fluentcrm-mcp/);
    await press('Add this server');

    await page.getByRole('list', { name: 'Tools, the most dangerous first' }).waitFor();
    const firstTool = page
      .getByRole('list', { name: /^Tools/ })
      .getByRole('listitem')
      .first();
    expect(await firstTool.innerText()).toMatch(/fluentcrm_delete_\w+\s+Destructive/i);
    await press('Go on to the policy');
    await press('Publish and go on');

    await page.getByRole('textbox', { name: 'Label' }).waitFor();
    await tabTo(page, page.getByRole('textbox', { name: 'Label' }));
    await keyboard.type('night agent');
    await keyboard.press('Enter');

    await page.getByText('Waiting for the first call…').waitFor();
    await press(/^Copy the block for Claude Code/);
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    const [, url = ''] = /(http:\/\/[^\s"']+\/mcp\/[^\s"']+)/.exec(copied) ?? [];
    const [token = ''] = /tg_[0-9A-Za-z]{40,}/.exec(copied) ?? [];

    const client = await connectClient('SDK 2, modern', { url, token });
    expect(await client.listTools()).not.toContain('fluentcrm_delete_contact');
    const answer = await client.callTool('fluentcrm_list_campaigns');
    expect(answer.isError ?? false).toBe(false);
    await client.close();

    await page.getByText('The first call has arrived').waitFor();
    const call = page.getByRole('region', { name: 'The first call' });
    expect(await call.innerText()).toMatch(/Allowed\s+fluentcrm_list_campaigns/i);
    await page.context().close();
  });

  it('takes servers as a client names them in its configuration', async () => {
    const page = await dashboard.openAs(ADA, '/app/start');
    await page.getByRole('tab', { name: 'Paste a configuration' }).click();
    const { command, args } = SANDBOX;
    const text = page.getByLabel('Configuration of your client');
    await text.fill('{ "mcpServers": { "crm": ');
    await page
      .getByText(/not JSON|JSON/)
      .last()
      .waitFor();
    await text.fill(JSON.stringify({ mcpServers: { crm: { command, args }, other: { command, args } } }));
    await page.getByRole('checkbox', { name: 'other' }).uncheck();
    await page.getByRole('button', { name: 'Add 1 server' }).click();
    await page.getByRole('list', { name: 'Tools, the most dangerous first' }).waitFor();
    const api = await dashboard.apiOf(ADA);
    const { items } = await api.get<{ items: { name: string }[] }>('/servers');
    expect(items.map(({ name }) => name)).toContain('crm');
    expect(items.map(({ name }) => name)).not.toContain('other');
    await page.context().close();
  });

  it('takes a command, and says so when nothing answers', async () => {
    const page = await dashboard.openAs(ADA, '/app/start');
    await page.getByRole('tab', { name: 'Address or command' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('By command');
    await page.getByText('A command', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Program' }).fill(process.execPath);
    const rest = page.getByLabel(/^Arguments/);
    await rest.fill('--no-such-option');
    await page.getByRole('button', { name: 'Check and add' }).click();
    await page.getByText('The server does not answer').waitFor();
    await rest.fill(SANDBOX.args.join('\n'));
    await page.getByRole('button', { name: 'Check and add' }).click();
    await page.getByRole('list', { name: 'Tools, the most dangerous first' }).waitFor();
    await page.context().close();
  });

  it('begins at a tool of the catalogue, with its server and its rule filled in', async () => {
    const page = await dashboard.open('/tools/fluentcrm-mcp/fluentcrm-pause-campaign');
    await page.getByRole('link', { name: 'Put this policy in force' }).click();
    expect(new URL(page.url()).pathname).toBe('/app/start/fluentcrm-mcp/fluentcrm-pause-campaign');
    await signIn(page);
    await page.getByText('Recommended: allowed, at most 30 a minute per grant.').waitFor();
    await page.getByRole('button', { name: 'Add this server' }).click();
    await page.getByRole('button', { name: 'Go on to the policy' }).click();
    await page.getByRole('button', { name: 'Its text' }).click();
    expect(await page.locator('pre').last().innerText()).toMatch(
      /"fluentcrm_pause_campaign": \{[^}]*"max": 30/,
    );
    await page.context().close();
  });

  it('says so where signing up is closed', async () => {
    const page = await dashboard.open('/app/sign-up');
    await page.getByText('Signing up is closed').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().close();
  });
});
