import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../../src/control/people/oidc-issuer.suite.ts';
import { ADA } from '../support/api.ts';
import { freePort } from '../support/command.ts';
import { CHROMIUM, Dashboard, signIn } from '../support/dashboard.ts';

const SIGN_IN = { name: 'Sign in with Corporate login' };

/** People who come from a provider of OpenID Connect, in the order of the story. */
describe.skipIf(CHROMIUM === undefined)('a sign-in provider', () => {
  const dashboard = new Dashboard();
  let issuer: TestIssuer;
  beforeAll(async () => {
    const port = await freePort();
    issuer = await startIssuer(`http://127.0.0.1:${port}`);
    await dashboard.start({ accounts: { signUp: 'first', oidc: [issuer.settings] } }, port);
    await dashboard.signUp();
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await issuer.stop();
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
    issuer.account = { sub: 'u2', email: 'grace@example.com', email_verified: true, name: 'Grace' };
    const page = await come();
    await page.getByText(/Ask an administrator for an invitation/).waitFor();
    await page.context().close();
  });

  it('brings an invited person in, who needs no password', async () => {
    const admin = await dashboard.apiOf(ADA);
    const { link } = await admin.call<{ link: string }>('POST', '/invitations', {
      email: 'grace@example.com',
      role: 'viewer',
    });
    const page = await dashboard.open(link.slice(dashboard.base.length));
    await page.getByRole('heading', { name: 'Join Acme' }).waitFor();
    await page.getByRole('button', SIGN_IN).click();
    await page.getByRole('button', { name: 'Join as Grace' }).click();
    await page.locator('#main').waitFor();
    await page.context().close();
  });
});
