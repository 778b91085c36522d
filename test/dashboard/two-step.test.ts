import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard } from '../support/dashboard.ts';
import { oneTimeCode } from '../support/one-time-code.ts';

const WRONG_CODE = /This code is not right/;

/** A second step at sign-in, from its set-up to its end, in the order of the story. */
describe.skipIf(CHROMIUM === undefined)('two-step sign-in', () => {
  const dashboard = new Dashboard();
  /** The browser in which it is set up: whoever was signed in elsewhere is not any more. */
  let page: Page;
  let key = '';
  let backupCodes: readonly string[] = [];
  beforeAll(async () => {
    await dashboard.start();
    await dashboard.signUp();
    page = await dashboard.openAs(ADA, '/app/settings/account');
  }, 120_000);
  afterAll(() => dashboard.stop());

  async function givePassword(path = '/app/'): Promise<Page> {
    const other = await dashboard.open(path);
    await other.getByLabel('E-mail').fill(ADA.email);
    await other.getByRole('textbox', { name: 'Password' }).fill(ADA.password);
    await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    return other;
  }
  /** A code that is certainly not one of now. */
  const wrong = (): string => {
    const near = [-1, 0, 1].map((step) => oneTimeCode(key, Date.now() + step * 30_000));
    return ['000000', '111111', '222222', '333333'].find((code) => !near.includes(code)) ?? '';
  };

  it('is set up with the key of the QR code, and on when a code of it was right', async () => {
    await page.getByRole('button', { name: 'Turn on' }).click();
    const dialog = page.getByRole('dialog', { name: 'Turn on two-step sign-in' });
    await dialog.getByLabel('Your password').fill('not the password');
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByText('The password is not right.').waitFor();
    await dialog.getByLabel('Your password').fill(ADA.password);
    await dialog.getByRole('button', { name: 'Go on' }).click();

    await dialog.getByRole('img', { name: 'QR code of the key' }).waitFor();
    key = await dialog.getByLabel('key of the authenticator', { exact: true }).innerText();
    const uri = new URL(
      (await dialog.getByRole('link', { name: 'open it in the app' }).getAttribute('href')) ?? '',
    );
    expect([uri.protocol, uri.searchParams.get('secret')]).toEqual(['otpauth:', key.replaceAll(' ', '')]);
    const code = dialog.getByRole('textbox', { name: 'Code' });
    await code.fill(wrong());
    await dialog.getByText(WRONG_CODE).waitFor();
    await code.fill(oneTimeCode(key));

    await dialog.getByText('Two-step sign-in is on.').waitFor();
    const shown = await dialog.getByLabel('backup codes', { exact: true }).innerText();
    backupCodes = shown.split('\n').map((line) => line.trim());
    expect(backupCodes.length).toBeGreaterThanOrEqual(8);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'Turn off' }).waitFor();
  });

  it('asks after the password for a code, which it takes when it is whole', async () => {
    const other = await givePassword('/app/logs');
    await other.getByRole('heading', { name: 'Second step' }).waitFor();
    expect((await other.request.get(`${dashboard.base}/api/v1/me`)).status()).toBe(401);
    const code = other.getByRole('textbox', { name: 'Code' });
    await code.pressSequentially(wrong());
    await other.getByText(WRONG_CODE).waitFor();
    expect(await code.inputValue()).toBe('');
    await code.pressSequentially(oneTimeCode(key));
    await other.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
    await other.context().close();
  });

  it('takes a backup code instead, once', async () => {
    const [lost = ''] = backupCodes;
    for (const isFirst of [true, false]) {
      const other = await givePassword();
      await other.getByRole('button', { name: 'Use a backup code' }).click();
      await other.getByRole('textbox', { name: 'Backup code' }).fill(lost);
      await other.getByRole('button', { name: 'Sign in' }).click();
      await (isFirst ? other.locator('#main') : other.getByText('This backup code is not right')).waitFor();
      await other.context().close();
    }
  });

  it('gives new backup codes, with which the old ones end', async () => {
    await page.getByRole('button', { name: 'New backup codes' }).click();
    const dialog = page.getByRole('dialog', { name: 'New backup codes' });
    await dialog.getByLabel('Your password').fill(ADA.password);
    await dialog.getByRole('button', { name: 'Make new codes' }).click();
    const shown = await dialog.getByLabel('backup codes', { exact: true }).innerText();
    expect(backupCodes.filter((code) => shown.includes(code))).toEqual([]);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
  });

  it('is turned off with the password, and not asked for any more', async () => {
    await page.getByRole('button', { name: 'Turn off' }).click();
    const dialog = page.getByRole('dialog', { name: 'Turn off two-step sign-in?' });
    await dialog.getByLabel('Your password').fill(ADA.password);
    await dialog.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    const other = await givePassword();
    await other.locator('#main').waitFor();
    await other.context().close();
  });
});
