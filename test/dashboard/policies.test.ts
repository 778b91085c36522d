import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, WAIT, type Governed } from '../support/dashboard.ts';
import { editorText, writeInEditor } from '../support/policy-editor.ts';

const PAUSE = 'fluentcrm_pause_campaign';
const RESUME = 'fluentcrm_resume_campaign';
const BEGUN = { version: '1', default: 'deny', tools: { fluentcrm_list_campaigns: {} } };

/** The builder over a policy in force, with an agent that feels what is published. */
describe.skipIf(CHROMIUM === undefined)('the policy builder', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  let name = 0;
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, BEGUN);
  }, 120_000);
  afterAll(() => dashboard.stop());
  // every test has a policy of its own; the one that the agent carries is "main"
  let policy = '';
  beforeEach(async () => {
    policy = `policy-${++name}`;
    await governed.api.publish(governed.server, policy, BEGUN);
  });

  const open = (which = policy): Promise<Page> =>
    dashboard.openAs(ADA, `/app/servers/${governed.server}/policies/${which}`);

  it('writes what the controls say, and takes it back', async () => {
    const page = await open();
    await choose(page, PAUSE, 'Custom');
    await page.getByText('At most 30 calls a minute per grant').waitFor();
    const most = page.getByRole('textbox', { name: 'Most' });
    await most.fill('5');
    await most.press('Enter');
    await page.getByText('At most 5 calls a minute per grant').waitFor();
    await choose(page, 'fluentcrm_delete_contact', 'Hide');
    await choose(page, 'fluentcrm_list_tags', 'Deny');
    await choose(page, RESUME, 'Approve');
    await expectDocument(page, {
      ...BEGUN,
      hide: ['fluentcrm_delete_contact'],
      tools: {
        ...BEGUN.tools,
        [PAUSE]: { limits: [{ counter: `${PAUSE}_rate`, window: 'minute', max: 5, scope: 'grant' }] },
        fluentcrm_list_tags: { action: 'deny' },
        [RESUME]: { action: 'require_approval' },
      },
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await vi.waitFor(async () => expect(await editorText(page)).not.toContain(RESUME), WAIT);
    await page.context().close();
  });

  it('keeps forms and text in step, and a text that is no policy as it was typed', async () => {
    const page = await open();
    await writeInEditor(page, JSON.stringify({ ...BEGUN, tools: { [PAUSE]: { action: 'deny' } } }, null, 2));
    await find(page, PAUSE);
    await expect.poll(() => chosen(page, PAUSE), WAIT).toBe('Deny');

    await writeInEditor(page, '{\n  "version": "1",\n  "default": "denied"\n}');
    await page.getByText('The text is not a policy yet').waitFor();
    expect(await page.getByText(/line 3/i).count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Review and publish' }).isDisabled()).toBe(true);
    await writeInEditor(page, '{ "version": "1", ');
    await page.getByText('Not saved: the text is not JSON').waitFor();
    expect(await editorText(page)).toBe('{ "version": "1", ');
    // the forms still show what could be read last
    expect(await chosen(page, PAUSE)).toBe('Deny');
    await page.context().close();
  });

  it('tries a call before and after a change, without a script made of text', async () => {
    const page = await open();
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
    });
    await choose(page, PAUSE, 'Allow');
    await page.getByRole('tab', { name: 'Try a call' }).click();
    const tool = page.getByRole('combobox', { name: 'Tool' });
    await tool.fill(PAUSE);
    await page.getByRole('option', { name: PAUSE }).click();
    const before = page.getByRole('region', { name: 'Now in force' });
    const after = page.getByRole('region', { name: 'With this text' });
    await after.getByText('/arguments').waitFor();
    await page.getByRole('textbox', { name: 'campaignId' }).fill('3');
    await after.getByText('Allowed', { exact: true }).waitFor();
    expect(await after.innerText()).toContain(`/tools/${PAUSE}`);
    expect(await before.innerText()).toContain('(default deny)');
    expect(await before.innerText()).toContain('[POLICY DENIED] The policy does not allow the tool');
    expect(refused).toEqual([]);
    await page.context().close();
  });

  it('shows the difference, publishes, and the next call is judged by it; an old version comes back', async () => {
    const { call } = governed;
    const page = await open('main');
    expect(await call(PAUSE, { campaignId: 3 })).toMatchObject({ rule: '(default deny)' });
    await choose(page, PAUSE, 'Deny');
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByRole('dialog', { name: 'Publish version 2 of main' });
    expect(await review.getByRole('row', { name: new RegExp(PAUSE) }).innerText()).toMatch(
      /neither listed nor callable[^]*refused/i,
    );
    await review.getByText(`"${PAUSE}": {`).first().waitFor();
    await review.getByRole('textbox', { name: 'Note' }).fill('Not during the sale');
    await review.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Version 2 is published').waitFor();
    expect(await call(PAUSE, { campaignId: 3 })).toMatchObject({ rule: `/tools/${PAUSE}/action` });

    await page.getByRole('tab', { name: 'Versions' }).click();
    const versions = page.getByRole('list', { name: 'Versions' });
    await versions.getByText('Not during the sale').waitFor();
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore version 1' }).click();
    await page.getByText('Version 3 is published').waitFor();
    expect(await call(PAUSE, { campaignId: 3 })).toMatchObject({ rule: '(default deny)' });
    await page.context().close();
  });

  it('lets nobody overwrite in ignorance what somebody else published', async () => {
    const mine = await open();
    const theirs = await open();
    await choose(mine, PAUSE, 'Allow');
    await mine.getByText('Saved as draft').waitFor();
    await mine.getByRole('button', { name: 'Review and publish' }).click();
    const review = mine.getByRole('dialog');
    await review.getByRole('button', { name: 'Publish', exact: true }).waitFor();

    await choose(theirs, RESUME, 'Deny');
    await theirs.getByRole('button', { name: 'Keep mine' }).click();
    await theirs.getByText('Saved as draft').waitFor();
    await theirs.getByRole('button', { name: 'Review and publish' }).click();
    await theirs.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
    await theirs.getByText('Version 2 is published').waitFor();

    await review.getByRole('button', { name: 'Publish', exact: true }).click();
    await review.getByText('Somebody else published in the meantime').waitFor();
    await review.getByRole('button', { name: 'Read the new version, and keep my text' }).click();
    await review.getByText('Against version 2, now in force').waitFor();
    await review.getByRole('button', { name: 'Publish', exact: true }).click();
    await mine.getByText('Version 3 is published').waitFor();
    expect(await editorText(mine)).toContain(PAUSE);
    await mine.context().close();
    await theirs.context().close();
  });
});

async function find(page: Page, tool: string): Promise<Locator> {
  await page.getByRole('searchbox', { name: 'Find tools' }).fill(tool);
  const rule = page.getByRole('radiogroup', { name: `Rule for ${tool}`, exact: true });
  await rule.waitFor();
  return rule;
}

async function choose(page: Page, tool: string, choice: string): Promise<void> {
  const rule = await find(page, tool);
  await rule.getByText(choice, { exact: true }).click();
}

/** What is chosen for a tool that is in sight. */
async function chosen(page: Page, tool: string): Promise<string | undefined> {
  const group = page.getByRole('radiogroup', { name: `Rule for ${tool}`, exact: true });
  const checked = group.locator('label:has(input:checked)');
  return (await checked.count()) === 0 ? undefined : checked.innerText();
}

async function expectDocument(page: Page, document: object): Promise<void> {
  await vi.waitFor(async () => expect(JSON.parse(await editorText(page))).toEqual(document), WAIT);
}
