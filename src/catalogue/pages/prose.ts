import { inert, inertMarkdown, inertText } from './inert-text.ts';
import { codeSpan } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';

/*
 * Sentences that hold names: a name stands between backticks, and nothing else in a sentence means anything. So the same
 * sentence becomes HTML, Markdown and plain text, whatever others put into a name.
 */

const LONGEST_NAME = 120;
const LONGEST = 2000;

/** A name of others inside a sentence. */
export function named(name: string, max = LONGEST_NAME): string {
  const line = inertText(name, max).replaceAll('`', '´').replaceAll(/\s+/g, ' ').trim();
  return `\`${line === '' ? '´´' : line}\``;
}

/** A sentence as HTML. */
export function prose(text: string): Html {
  return markup`${partsOf(text).map(({ part, isName }) => (isName ? markup`<code>${inert(part, LONGEST)}</code>` : inertInline(part)))}`;
}

function inertInline(text: string): Html {
  return markup`${inertText(text, LONGEST)}`;
}

/** A sentence as Markdown on one line. */
export function proseMarkdown(text: string): string {
  return partsOf(text)
    .map(({ part, isName }) => (isName ? codeSpan(inertText(part, LONGEST)) : inertMarkdown(part, LONGEST)))
    .join('');
}

/** A sentence as plain text, for descriptions and structured data. */
export function prosePlain(text: string): string {
  return inertText(text.replaceAll('`', ''), LONGEST).replaceAll(/\s+/g, ' ');
}

function partsOf(text: string): readonly { readonly part: string; readonly isName: boolean }[] {
  const parts = text.split('`');
  // a backtick without its other half is one
  const paired = parts.length % 2 === 1 ? parts : [...parts.slice(0, -2), parts.slice(-2).join('`')];
  return paired.map((part, index) => ({ part, isName: index % 2 === 1 })).filter(({ part }) => part !== '');
}
