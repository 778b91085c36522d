import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, callOnce, type ApiClient } from '../support/api.ts';
import { CHROMIUM, Dashboard, WAIT } from '../support/dashboard.ts';
import { ProtectedServer } from '../support/protected-server.ts';

const OPEN = { version: '1', default: 'allow', arguments: 'any' };

/** A server that wants a person's consent, from its address to the end of the access, in the order of the story. */
describe.skipIf(CHROMIUM === undefined)('a server behind a login', () => {
  const dashboard = new Dashboard();
  let tickets: ProtectedServer;
  let api: ApiClient;
  let server = '';
  let token = '';
  beforeAll(async () => {
    tickets = await ProtectedServer.start();
    await dashboard.start();
    api = await dashboard.signUp();
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await tickets.stop();
  });

  const open = (tab = 'connection'): Promise<Page> => dashboard.openAs(ADA, `/app/servers/${server}/${tab}`);
  const connect = async (page: Page, name = 'Connect'): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByText('The server is connected').waitFor();
  };
  async function call(tool: string): Promise<string> {
    const { status, body } = await callOnce(`${dashboard.base}/mcp/${server}/`, token, tool, {});
    return body.result?.content?.[0]?.text ?? String(status);
  }

  it('is added by its address, connected in the browser, and comes back to the flow', async () => {
    const page = await dashboard.openAs(ADA, '/app/start');
    await page.getByRole('tab', { name: 'Address or command' }).click();
    await page.getByRole('textbox', { name: 'Address of the MCP endpoint' }).fill(tickets.url);
    await page.getByRole('checkbox', { name: 'The server wants a login (OAuth)' }).check();
    await page.getByRole('button', { name: 'Check and add' }).click();
    await page.getByText('The server wants a person to log in').waitFor();
    await page.getByRole('button', { name: 'Prepare the login' }).click();
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Open the login in a new window' }).click();
    const login = await opened;
    await login.getByText('The server is connected').waitFor();
    await login.close();
    await page.getByRole('button', { name: 'I have logged in' }).click();
    await page.getByRole('list', { name: 'Tools, the most dangerous first' }).getByText('close').waitFor();
    const { items } = await api.get<{ items: readonly { readonly id: string }[] }>('/servers');
    server = items[0]?.id ?? '';
    await page.context().close();
  });

  it('answers agents, who are never shown what it is called with', async () => {
    await api.publish(server, 'main', OPEN);
    ({ token } = await api.mint(server, 'night agent', 'main'));
    await vi.waitFor(async () => expect(await call('echo')).toBe('done: echo'), WAIT);
    expect(tickets.shown.at(-1)).toMatch(/^Bearer /);
    expect(tickets.shown.at(-1)).not.toContain(token);
    const page = await open();
    await page.getByText('Rights: tickets:read').waitFor();
    const shown = await page.content();
    expect([...tickets.secrets].filter((secret) => shown.includes(secret))).toEqual([]);
    await page.context().close();
  });

  it('says that its access has ended there, and is connected again', async () => {
    await tickets.endConsent();
    await vi.waitFor(async () => expect(await call('echo')).not.toContain('done'), WAIT);
    const page = await open('overview');
    await page.getByText('The access to this server has ended').waitFor();
    await page.getByRole('link', { name: 'To the connection' }).click();
    await page.getByText('Needs consent again').first().waitFor();
    await connect(page, 'Connect again');
    await vi.waitFor(async () => expect(await call('echo')).toBe('done: echo'), WAIT);
    await page.context().close();
  });

  it('says why a login came to nothing', async () => {
    const page = await open();
    await page.route(`${tickets.issuer}/**`, (route) => {
      const back = new URL(new URL(route.request().url()).searchParams.get('redirect_uri') ?? '');
      const state = new URL(route.request().url()).searchParams.get('state') ?? '';
      back.search = new URLSearchParams({ error: 'access_denied', state, iss: tickets.issuer }).toString();
      return route.fulfill({ status: 302, headers: { location: back.href } });
    });
    await page.getByRole('button', { name: 'Connect again' }).click();
    const problem = page.getByRole('alert').filter({ hasText: 'The server was not connected' });
    await problem.waitFor();
    expect(await problem.innerText()).toContain('The consent was not given there.');
    await problem.getByRole('button', { name: 'Close' }).click();
    expect(new URL(page.url()).search).toBe('');
    await page.context().close();
  });

  it('is disconnected after a question, and its calls fail', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('Nobody has connected this server yet.').waitFor();
    await vi.waitFor(async () => expect(await call('echo')).not.toContain('done'), WAIT);
    await page.getByRole('tab', { name: 'Tools' }).click();
    await page.getByText('The tools are not known yet').waitFor();
    await page.context().close();
  });
});
