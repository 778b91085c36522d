import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer, type TestIssuer } from '../../src/control/people/oidc-issuer.suite.ts';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, PHONE, signIn, violationsOn } from '../support/dashboard.ts';

const ACCOUNT = '/app/settings/account';
const FIREFOX = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

/** Where one is signed in and how: seen and ended by the person itself, in two browsers. */
describe.skipIf(CHROMIUM === undefined)('an account', () => {
  const dashboard = new Dashboard();
  let issuer: TestIssuer;
  beforeAll(async () => {
    await dashboard.start();
    issuer = await startIssuer(dashboard.base);
    dashboard.configure({ accounts: { oidc: [issuer.settings] } });
    await dashboard.stopGateway();
    await dashboard.startGateway();
    await dashboard.signUp();
  }, 120_000);
  afterAll(async () => {
    await dashboard.stop();
    await issuer.stop();
  });

  async function signedIn(path: string, options: Parameters<Dashboard['open']>[1] = {}): Promise<Page> {
    const page = await dashboard.open(path, options);
    await signIn(page);
    return page;
  }

  it('ends the session of another browser, which lands on the sign-in page', async () => {
    const lost = await signedIn('/app/logs', FIREFOX);
    await lost.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
    const page = await signedIn(ACCOUNT);
    const sessions = page.getByRole('list', { name: 'Sessions' });
    const row = sessions.getByRole('listitem').filter({ hasText: 'Firefox on Linux' });
    await row.getByText(/^Last seen .+, signed in .+ from 127\.0\.0\.1, ends in 7 days$/).waitFor();
    const own = sessions.getByRole('listitem').filter({ hasText: 'This browser' });
    expect(await own.getByRole('button').count()).toBe(0);

    await row.getByRole('button', { name: 'Sign out Firefox on Linux' }).click();
    const question = page.getByRole('dialog', { name: 'Sign out Firefox on Linux?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await row.waitFor();
    await row.getByRole('button', { name: 'Sign out Firefox on Linux' }).click();
    await question.getByRole('button', { name: 'Sign out', exact: true }).click();
    await row.waitFor({ state: 'detached' });
    // nobody touches the other one: the page itself notices
    await lost.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(lost.url()).pathname).toBe('/app/logs');
    await own.waitFor();
    await lost.context().close();
    await page.context().close();
  });

  it('signs out everywhere else, on a phone', async () => {
    const others = [await signedIn(ACCOUNT), await signedIn(ACCOUNT, FIREFOX)];
    const page = await signedIn(ACCOUNT, { ...PHONE, bypassCSP: true });
    await page.getByRole('button', { name: 'Sign out everywhere else' }).tap();
    const question = page.getByRole('dialog', { name: 'Sign out everywhere else?' });
    await question.waitFor();
    // colours are what they are when it has faded in
    await expect.poll(() => violationsOn(page)).toEqual([]);
    await question.getByRole('button', { name: 'Sign out', exact: true }).tap();
    await page.getByText(/sessions were ended/).waitFor();
    await question.waitFor({ state: 'detached' });
    expect(await page.getByRole('list', { name: 'Sessions' }).getByRole('listitem').count()).toBe(1);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    for (const other of others) {
      await other.getByRole('link', { name: 'Servers' }).click();
      await other.getByRole('heading', { name: 'Sign in' }).waitFor();
      await other.context().close();
    }
    await page.context().close();
  });

  it('joins a sign-in provider, and takes it away again', async () => {
    const page = await signedIn(ACCOUNT);
    const ways = page.getByRole('list', { name: 'Ways to sign in' });
    await ways
      .getByRole('listitem')
      .filter({ hasText: 'Password' })
      .getByText('Set', { exact: true })
      .waitFor();
    await ways.getByRole('button', { name: 'Join Corporate login' }).click();
    const row = ways.getByRole('listitem').filter({ hasText: 'Corporate login' });
    await row.getByText(/^Joined /).waitFor();
    expect(new URL(page.url()).pathname).toBe(ACCOUNT);
    await row.getByRole('button', { name: 'Remove Corporate login' }).click();
    await page
      .getByRole('dialog', { name: 'Remove Corporate login?' })
      .getByRole('button', { name: 'Remove', exact: true })
      .click();
    await ways.getByRole('button', { name: 'Join Corporate login' }).waitFor();
    expect(ADA.email).toBe(issuer.account.email);
    await page.context().close();
  });
});
