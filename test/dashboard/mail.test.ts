import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, PHONE, signIn, WAIT } from '../support/dashboard.ts';
import { startMailbox, type Mailbox } from '../support/outside.ts';

const GRACE = { name: 'Grace', email: 'grace@example.com', password: 'another horse battery' };
const NEW_PASSWORD = 'a third horse battery';

/** Links that people are sent, through a mail server of the operator. */
describe.skipIf(CHROMIUM === undefined)('by mail', () => {
  const dashboard = new Dashboard();
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await startMailbox('of the mail server');
    await dashboard.start({ mail: { url: mailbox.url, from: 'gate@example.com' } });
    await dashboard.signUp();
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await mailbox.close();
  });

  /** The link of the newest mail to somebody, as the path of a page. */
  async function mailed(to: string, count: number): Promise<string> {
    const mails = await vi.waitFor(() => {
      const found = mailbox.mails.filter(({ raw }) => new RegExp(`^To: .*${to}`, 'm').test(raw));
      if (found.length < count) throw new Error(`${found.length} mails to ${to}`);
      return found;
    }, WAIT);
    const link = /http:\/\/\S+#[\w-]+/.exec(mails.at(-1)?.text ?? '')?.[0] ?? '';
    expect(link.startsWith(`${dashboard.base}/app/`)).toBe(true);
    return link.slice(dashboard.base.length);
  }
  async function askForLink(page: Page, email: string): Promise<void> {
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByRole('textbox', { name: 'E-mail of your account' }).fill(email);
    await page.getByRole('button', { name: 'Send a link' }).click();
    await page.getByText('If there is an account with this address, a link is on its way to it.').waitFor();
  }

  it('an invitation is shown to be handed on when the mail server refuses it', async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/members');
    await invite(page, 'alan@example.com');
    const dialog = page.getByRole('dialog', { name: 'Invitation for alan@example.com' });
    expect(await dialog.innerText()).toMatch(/http:\/\/\S+\/app\/invitation#/);
    expect(mailbox.refused()).toBe(1);
    await page.context().close();
  });

  it('an invitation arrives, and lets the invited person in', async () => {
    const admin = await dashboard.openAs(ADA, '/app/settings/members');
    await invite(admin, GRACE.email);
    const page = await dashboard.open(await mailed(GRACE.email, 1), PHONE);
    await page.getByRole('heading', { name: 'Join Acme' }).waitFor();
    await page.getByLabel('Your name').fill(GRACE.name);
    const password = page.getByRole('textbox', { name: 'Password' });
    await password.fill('1234567890');
    await page.getByRole('button', { name: 'Create account and join' }).tap();
    await page.getByText('This password is one of those that are tried first.').waitFor();
    await password.fill(GRACE.password);
    await page.getByRole('button', { name: 'Create account and join' }).tap();
    await page.locator('#main').waitFor();
    await admin.reload();
    await admin.getByText(GRACE.email).first().waitFor();
    await page.context().close();
    await admin.context().close();
  });

  it('a link for a new password arrives for whoever has an account, and for nobody else', async () => {
    const page = await dashboard.open('/app/');
    await askForLink(page, 'nobody@example.com');
    await page.getByRole('button', { name: 'Back to signing in' }).click();
    await askForLink(page, GRACE.email);
    await mailed(GRACE.email, 2);
    expect(mailbox.mails.filter(({ raw }) => raw.includes('nobody@example.com'))).toEqual([]);
    await page.context().close();
  });

  it('the link takes a new password once, ends other sessions, and is in no request', async () => {
    const elsewhere = await dashboard.openAs(GRACE, '/app/logs');
    const link = await mailed(GRACE.email, 2);
    const page = await dashboard.open('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
    await page.goto(`${dashboard.base}${link}`);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    const [, token = ''] = link.split('#');
    expect(asked.filter((one) => one.split('#')[0]?.includes(token) ?? false)).toEqual([]);
    expect(page.url()).not.toContain(token);
    await elsewhere.reload();
    await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();

    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, { email: GRACE.email, password: NEW_PASSWORD });
    const again = await dashboard.open(link);
    await again.getByLabel('New password').fill('yet another battery');
    await again.getByRole('button', { name: 'Change password' }).click();
    await again.getByText('This link does not work any more.').waitFor();
    for (const { context } of [elsewhere, page, again].map((one) => ({ context: one.context() })))
      await context.close();
  });
});

async function invite(page: Page, email: string): Promise<void> {
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
}
