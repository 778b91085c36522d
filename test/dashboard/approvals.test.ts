import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, PHONE, WAIT, type Governed } from '../support/dashboard.ts';

const RESUME = 'fluentcrm_resume_campaign';
const POLICY = {
  version: '1',
  default: 'deny',
  tools: { [RESUME]: { action: 'require_approval', reason: 'Resuming sends e-mail at once.' } },
};

/** Held calls, answered on a phone while the agent waits. */
describe.skipIf(CHROMIUM === undefined)('the approvals', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, POLICY);
  }, 120_000);
  afterAll(() => dashboard.stop());

  const resume = (campaignId: number): Promise<string> =>
    governed.call(RESUME, { campaignId }).then(({ text }) => text);
  const linkIn = (text: string): string =>
    new URL(/http:\/\/\S+\/app\/approvals\/\w+/.exec(text)?.[0] ?? '').pathname;

  async function expectNoSidewaysScrolling(page: Page): Promise<void> {
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  }

  it('come in by themselves; a yes lets that very call through, once', async () => {
    const page = await dashboard.openAs(ADA, '/app/approvals', PHONE);
    await page.getByText('Nothing waits for an answer').waitFor();
    expect(await resume(3)).toContain('[APPROVAL REQUIRED] Resuming sends e-mail at once.');
    await page.getByRole('link', { name: RESUME }).tap();
    await page.getByRole('heading', { name: RESUME, level: 1 }).waitFor();
    expect(await page.getByRole('group', { name: 'Arguments of the call' }).innerText()).toMatch(
      /"campaignId": 3/,
    );
    await expectNoSidewaysScrolling(page);
    await page.getByRole('textbox', { name: 'Note' }).fill('Sale is over');
    await page.getByRole('button', { name: 'Approve', exact: true }).tap();
    await page.getByText(`Approved by ${ADA.name}`).first().waitFor();

    // campaign 3 is being sent already: the sandbox says so, and so the call has reached it
    expect(await resume(3)).not.toContain('[APPROVAL REQUIRED]');
    expect(await resume(3)).toContain('[APPROVAL REQUIRED]');
    await page.getByRole('main').getByRole('link', { name: 'Approvals' }).tap();
    await page.getByRole('link', { name: RESUME }).waitFor();
    await expectNoSidewaysScrolling(page);
    await page.context().close();
  });

  it('refuse the call after a no, with its note, and open by the link that the agent was given', async () => {
    const link = linkIn(await resume(4));
    const page = await dashboard.openAs(ADA, link, PHONE);
    await page.getByRole('textbox', { name: 'Note' }).fill('Not before Monday');
    await page.getByRole('button', { name: 'Deny', exact: true }).tap();
    await page.getByText(`Denied by ${ADA.name}`).first().waitFor();
    const text = await resume(4);
    expect(text).toContain('[POLICY DENIED]');
    expect(text).toContain('Not before Monday');
    await page.context().close();
  });

  it('are answered once, whoever is faster', async () => {
    const link = linkIn(await resume(5));
    const [first, second] = await Promise.all([
      dashboard.openAs(ADA, link, PHONE),
      dashboard.openAs(ADA, link),
    ]);
    await second.getByRole('button', { name: 'Deny', exact: true }).waitFor();
    // the slower one does not hear of the answer before it gives its own
    await second.route(/\/api\/v1\/approvals\/apr_\w+$/, (route) => route.abort());
    await first.getByRole('button', { name: 'Approve', exact: true }).tap();
    await first.getByText(`Approved by ${ADA.name}`).first().waitFor();
    await second.getByRole('button', { name: 'Deny', exact: true }).click();
    await second.getByText('Your answer does not count').waitFor();
    await second.unrouteAll();
    await second.reload();
    await second.getByText(`Approved by ${ADA.name}`).first().waitFor();
    await vi.waitFor(async () => expect(await resume(5)).not.toContain('[APPROVAL REQUIRED]'), WAIT);
    await first.context().close();
    await second.context().close();
  });

  it('are kept under Decided, each with its risk, with who answered and how', async () => {
    await resume(7);
    const page = await dashboard.openAs(ADA, '/app/approvals');
    const waiting = page.getByRole('list', { name: 'Calls that wait for an answer' });
    await waiting.getByText('Execute', { exact: true }).first().waitFor();
    await page.getByText('Decided', { exact: true }).click();
    const decided = page.getByRole('list', { name: 'Decided calls' });
    await decided
      .getByText(/Answered by Ada/)
      .first()
      .waitFor();
    expect(await decided.getByText('Waiting', { exact: true }).count()).toBe(0);
    const rows = decided.getByRole('listitem');
    const risky = rows.filter({ has: page.getByText('Execute', { exact: true }) });
    expect(await rows.count()).toBeGreaterThan(2);
    expect(await risky.count()).toBe(await rows.count());
    await page.getByRole('combobox', { name: 'How they were decided' }).selectOption('Denied');
    await rows.filter({ hasNotText: 'Denied' }).first().waitFor({ state: 'detached' });
    await rows.first().waitFor();
    await page.context().close();
  });

  it('show to somebody who looks on what somebody else has answered', async () => {
    const link = linkIn(await resume(6));
    const page = await dashboard.openAs(ADA, link);
    await page.getByRole('button', { name: 'Deny', exact: true }).waitFor();
    await governed.api.call('POST', `/approvals/${link.split('/').at(-1) ?? ''}/deny`, {});
    await page.getByText('This was answered while you looked at it.').waitFor();
    await page.context().close();
  });
});
