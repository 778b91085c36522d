import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADA } from '../support/api.ts';
import { CHROMIUM, Dashboard, govern, violationsOn, WAIT, type Governed } from '../support/dashboard.ts';
import { editorText, writeInEditor } from '../support/policy-editor.ts';

const BEGUN = { version: '1', default: 'deny', tools: { fluentcrm_list_campaigns: {} } };
const BEA = { name: 'Bea', email: 'bea@example.com', password: 'a door on the north side' } as const;

/** Two people, each with a browser, over one draft. */
describe.skipIf(CHROMIUM === undefined)('a draft that two people write', () => {
  const dashboard = new Dashboard();
  let governed: Governed;
  let name = 0;
  let policy = '';
  beforeAll(async () => {
    await dashboard.start();
    governed = await govern(dashboard, BEGUN);
    await join(dashboard, governed);
  }, 120_000);
  afterAll(() => dashboard.stop());
  beforeEach(async () => {
    policy = `policy-${++name}`;
    await governed.api.publish(governed.server, policy, BEGUN);
  });

  const path = (): string => `/servers/${governed.server}/policies/${policy}`;
  const openFor = (account: typeof ADA | typeof BEA): Promise<Page> =>
    dashboard.openAs(account, `/app${path()}`, { bypassCSP: true });
  const draftThere = async (): Promise<string> => {
    const { draft } = await governed.api.get<{ draft?: { document: string } }>(path());
    return draft?.document ?? '';
  };

  /** Ada keeps her text, Bea writes hers over the same beginning; Bea's page says what happened. */
  async function collide(): Promise<{ readonly ada: Page; readonly bea: Page }> {
    const ada = await openFor(ADA);
    const bea = await openFor(BEA);
    await write(ada, textWith('by Ada'));
    await ada.getByText('Saved as draft').waitFor();
    await write(bea, textWith('by Bea'));
    await bea.getByText(/Ada saved another draft/).waitFor();
    return { ada, bea };
  }

  it('is not overwritten: who was slower sees both texts, and keeps hers', async () => {
    const { ada, bea } = await collide();
    expect(await draftThere()).toBe(textWith('by Ada'));
    expect(await editorText(bea)).toBe(textWith('by Bea'));
    expect(await bea.getByRole('button', { name: 'Review and publish' }).isDisabled()).toBe(true);
    expect(await violationsOn(bea)).toEqual([]);

    await bea.getByRole('button', { name: 'Look at both' }).click();
    const both = bea.getByRole('dialog', { name: `Two texts of ${policy}` });
    await both.getByText('-  "description": "by Ada",').waitFor();
    await both.getByText('+  "description": "by Bea",').waitFor();
    expect(await violationsOn(bea)).toEqual([]);
    await both.getByRole('button', { name: 'Keep mine' }).click();
    await bea.getByText('Saved as draft').waitFor();
    expect(await draftThere()).toBe(textWith('by Bea'));

    // the text that went is one step back
    await bea.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => editorText(bea), WAIT).toBe(textWith('by Ada'));
    await bea.getByRole('button', { name: 'Redo' }).click();
    await expect.poll(() => editorText(bea), WAIT).toBe(textWith('by Bea'));
    await expect.poll(draftThere, WAIT).toBe(textWith('by Bea'));

    // and Ada is told in her turn
    await write(ada, textWith('by Ada again'));
    await ada.getByText(/Bea saved another draft/).waitFor();
    expect(await draftThere()).toBe(textWith('by Bea'));
    await close(ada, bea);
  });

  it('can be taken as the other one has it, and one’s own text is a step back', async () => {
    const { ada, bea } = await collide();
    await bea.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => editorText(bea), WAIT).toBe(textWith('by Ada'));
    await bea.getByText(/saved another draft/).waitFor({ state: 'detached' });
    await write(bea, textWith('by both'));
    await bea.getByText('Saved as draft').waitFor();
    expect(await draftThere()).toBe(textWith('by both'));
    await bea.getByRole('button', { name: 'Undo' }).click();
    await bea.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => editorText(bea), WAIT).toBe(textWith('by Bea'));
    await close(ada, bea);
  });

  it('costs nobody a text that could not be saved, whatever page they go to before they choose', async () => {
    const { ada, bea } = await collide();
    await bea.getByRole('link', { name: 'Policies', exact: true }).click();
    await bea
      .getByRole('link', { name: new RegExp(policy) })
      .first()
      .click();
    await bea.getByText(/Ada saved another draft/).waitFor();
    await expect.poll(() => editorText(bea), WAIT).toBe(textWith('by Bea'));
    expect(await draftThere()).toBe(textWith('by Ada'));
    await close(ada, bea);
  });

  it('is told of when the other one published it, and what went on is kept as a new draft', async () => {
    const ada = await openFor(ADA);
    await write(ada, textWith('by Ada'));
    await ada.getByText('Saved as draft').waitFor();
    const bea = await openFor(BEA);
    await expect.poll(() => editorText(bea), WAIT).toBe(textWith('by Ada'));
    await ada.getByRole('button', { name: 'Review and publish' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
    await ada.getByText('Version 2 is published').waitFor();
    await write(bea, textWith('by Bea'));
    await bea.getByText(/Ada published or discarded the draft/).waitFor();
    await bea.getByRole('button', { name: 'Keep mine' }).click();
    await bea.getByText('Saved as draft').waitFor();
    expect(await draftThere()).toBe(textWith('by Bea'));
    await close(ada, bea);
  });

  it('is one’s own after an answer that was lost on the way', async () => {
    const bea = await openFor(BEA);
    let isLost = true;
    await bea.route('**/draft', async (route) => {
      await route.fetch();
      if (isLost) await route.abort();
      else await route.continue();
    });
    await write(bea, textWith('by Bea'));
    await bea.getByText('The gateway cannot be reached.').waitFor();
    expect(await draftThere()).toBe(textWith('by Bea'));
    isLost = false;
    await bea.unroute('**/draft');
    await write(bea, textWith('by Bea, and more'));
    await bea.getByText('Saved as draft').waitFor();
    expect(await draftThere()).toBe(textWith('by Bea, and more'));
    expect(await bea.getByText(/another draft/).count()).toBe(0);
    await close(bea);
  });
});

function textWith(description: string): string {
  return JSON.stringify({ version: '1', description, default: 'deny' }, null, 2);
}

/** Bea has an account of her own, in the organisation of Ada. */
async function join(dashboard: Dashboard, { api }: Governed): Promise<void> {
  const invitation = { email: BEA.email, role: 'policy_manager' };
  const { link } = await api.call<{ link: string }>('POST', '/invitations', invitation);
  const token = link.slice(link.search(/[^/#?=]+$/));
  const { status } = await fetch(`${dashboard.base}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: dashboard.base },
    body: JSON.stringify({ token, name: BEA.name, password: BEA.password }),
  });
  expect(status).toBeLessThan(300);
}

/** Types it, and sees that it stands there. */
async function write(page: Page, whole: string): Promise<void> {
  await writeInEditor(page, whole);
  await vi.waitFor(async () => expect(await editorText(page)).toBe(whole), WAIT);
}

async function close(...pages: readonly Page[]): Promise<void> {
  await Promise.all(pages.map((page) => page.context().close()));
}
