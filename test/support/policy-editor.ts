import type { Page } from 'playwright-core';

const NAME = 'The policy as JSON';

/** The text beside the forms of the policy builder, as it stands there. */
export async function editorText(page: Page): Promise<string> {
  const lines = await page.getByRole('textbox', { name: NAME }).locator('.cm-line').allInnerTexts();
  return lines.map((line) => line.replace(/\n$/, '')).join('\n');
}

/** Types a text in the place of the whole one. */
export async function writeInEditor(page: Page, whole: string): Promise<void> {
  await page.getByRole('textbox', { name: NAME }).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(whole);
}
