import { recommendPolicy, type ToolWithCategory } from '#risk';

const SEED = 'toolgate-policy-seed';

/** Where a new policy begins: what is recommended for the tools of the server, or a text that was brought along. */
export type Template = 'recommended' | 'seed' | 'deny';

/** Keeps a text for the page of a new policy, which takes it with `template=seed`. */
export function keepSeed(text: string): void {
  sessionStorage.setItem(SEED, text);
}

/** The text of a new policy. */
export function templateText(template: string | null, tools: readonly ToolWithCategory[]): string {
  const seed = template === 'seed' ? sessionStorage.getItem(SEED) : null;
  if (seed !== null) return seed;
  const document = template === 'deny' ? { version: '1', default: 'deny' } : recommendPolicy(tools);
  return `${JSON.stringify(document, null, 2)}\n`;
}
