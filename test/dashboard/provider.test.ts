import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startIssuer, type TestIssuer } from '../../src/control/people/oidc-issuer.suite.ts';
import { ADA } from '../support/api.ts';
import { freePort } from '../support/command.ts';
import { CHROMIUM, Dashboard, signIn, WAIT } from '../support/dashboard.ts';
import { startMailbox, type Mailbox } from '../support/outside.ts';

const GRACE = { email: 'grace@example.com', password: 'another horse battery' };
const SIGN_IN = { name: 'Sign in with Corporate login' };

/** People who come from a provider of OpenID Connect, in the order of the story. */
describe.skipIf(CHROMIUM === undefined)('a sign-in provider', () => {
  const dashboard = new Dashboard();
  let issuer: TestIssuer;
  let mailbox: Mailbox;
  beforeAll(async () => {
    const port = await freePort();
    issuer = await startIssuer(`http://127.0.0.1:${port}`);
    mailbox = await startMailbox('of the mail server');
    const mail = { url: mailbox.url, from: 'gate@example.com' };
    await dashboard.start({ mail, accounts: { signUp: 'first', oidc: [issuer.settings] } }, port);
    await dashboard.signUp();
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await issuer.stop();
    await mailbox.close();
  });

  async function come(path = '/app/'): Promise<Page> {
    const page = await dashboard.open(path);
    await page.getByRole('button', SIGN_IN).click();
    return page;
  }

  it('does not open an account of the same address that was never joined to it', async () => {
    const page = await come();
    await page.getByText('it is not joined to the provider').waitFor();
    expect((await page.request.get(`${dashboard.base}/api/v1/me`)).status()).toBe(401);
    // the way out stands on the same page
    await signIn(page);
    await page.getByRole('heading', { name: 'Overview' }).first().waitFor();
    await page.context().close();
  });

  it('is joined by the person who is signed in, and opens the account from then on, at the page that was wanted', async () => {
    const account = await dashboard.openAs(ADA, '/app/settings/account');
    await account.getByRole('button', { name: 'Join Corporate login' }).click();
    await account.getByText(/^Joined /).waitFor();
    await account.context().close();

    const page = await come('/app/logs?outcome=deny');
    await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
    expect(page.url()).toBe(`${dashboard.base}/app/logs?outcome=deny`);
    await page.getByRole('button', { name: `Account of ${ADA.name}` }).waitFor();
    await page.context().close();
  });

  it('brings nobody in who is not invited, and says what to do', async () => {
    issuer.account = { sub: 'u2', email: GRACE.email, email_verified: true, name: 'Grace' };
    const page = await come();
    await page.getByText(/Ask an administrator for an invitation/).waitFor();
    await page.context().close();
  });

  it('brings an invited person in, who needs no password', async () => {
    const admin = await dashboard.apiOf(ADA);
    const { link } = await admin.call<{ link: string }>('POST', '/invitations', {
      email: GRACE.email,
      role: 'viewer',
    });
    const page = await dashboard.open(link.slice(dashboard.base.length));
    await page.getByRole('heading', { name: 'Join Acme' }).waitFor();
    await page.getByRole('button', SIGN_IN).click();
    await page.getByRole('button', { name: 'Join as Grace' }).click();
    await page.locator('#main').waitFor();
    await page.context().close();
  });

  it('is asked for the second step where there is no password, and a first one comes by mail', async () => {
    const page = await come('/app/settings/account');
    const password = page.getByRole('region', { name: 'Password' });
    await password.getByText('You have none: you sign in with Corporate login.').waitFor();
    expect(await page.getByLabel('Current password').count()).toBe(0);
    const second = page.getByRole('region', { name: 'Two-step sign-in' });
    await second.getByText('Set one up at Corporate login').waitFor();
    expect(await second.getByRole('button').count()).toBe(0);

    await password.getByRole('button', { name: 'Send a link' }).click();
    await password.getByText('A link is on its way to grace@example.com.').waitFor();
    const link = await vi.waitFor(() => {
      const found = /http:\/\/\S+\/app\/reset-password#[\w-]+/.exec(mailbox.mails.at(-1)?.text ?? '')?.[0];
      if (found === undefined) throw new Error('no mail');
      return found;
    }, WAIT);
    await page.goto(link);
    await page.getByRole('textbox', { name: 'New password' }).fill(GRACE.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, GRACE);

    await page.goto(`${dashboard.base}/app/settings/account`);
    await password.getByLabel('Current password').waitFor();
    await second.getByRole('button', { name: 'Turn on' }).waitFor();
    const ways = page.getByRole('list', { name: 'Ways to sign in' }).getByRole('listitem');
    expect(await ways.allInnerTexts()).toEqual([
      expect.stringMatching(/^Password\s+Set$/i),
      expect.stringMatching(/^Corporate login\s+Joined/),
    ]);
    await page.context().close();
  });
});
