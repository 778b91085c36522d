import { markup, type Child } from './markup.ts';
import type { Html } from './page.ts';
import { figure } from './phrases.ts';

/** Longest text of others that a page shows, unless a caller says otherwise. */
const LONGEST = 600;

/** Characters that a reader does not see, or that turn the direction of what is around them; lone halves of characters too. */
export const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180D\u3164\uFFA0]|[\u{E0100}-\u{E01EF}]/u;
const JOINS_PICTURES =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})/u;
/** Most texts, told apart much faster. */
const PLAIN = /^[\n\t\x20-\x7E]*$/;
const PARTS = new RegExp(`(${JOINS_PICTURES.source})|(${UNSEEN.source})`, 'gu');

/** A text of others, taken apart: what is seen, and what is not. */
interface Piece {
  readonly text: string;
  readonly isUnseen: boolean;
}

/** Text of others as inert HTML: escaped, of bounded length, with every unseen character as a mark such as ⟨U+202E⟩. */
export function inert(text: string, max = LONGEST): Html {
  const { shown, left } = clip(text, max);
  const pieces = piecesOf(shown).map(({ text, isUnseen }): Child =>
    isUnseen ? markup`<span class="unseen" title="invisible character">${text}</span>` : text,
  );
  return markup`<bdi>${pieces}</bdi>${left > 0 && markup` <span class="clipped">(${clippedNote(left)})</span>`}`;
}

/** The same as plain text, for titles, attributes and structured data. */
export function inertText(text: string, max = LONGEST): string {
  const { shown, left } = clip(text, max);
  const plain = piecesOf(shown)
    .map((piece) => piece.text)
    .join('');
  return left > 0 ? `${plain}…` : plain;
}

/** The same as Markdown on one line: nothing in it is a link, a heading, HTML or an emphasis. */
export function inertMarkdown(text: string, max = LONGEST): string {
  const { shown, left } = clip(text, max);
  const plain = piecesOf(shown.replaceAll(/\s+/g, ' '))
    .map((piece) => piece.text)
    .join('');
  return `${escapeMarkdown(plain)}${left > 0 ? ` (${clippedNote(left)})` : ''}`;
}

/** Takes their meaning from the characters that Markdown and HTML know. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*[\]|~@]|:(?=\/\/)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`)
    .replace(/^(\s*)([-=+#])/, String.raw`$1\$2`)
    .replace(/^(\s*\d+)\./, String.raw`$1\.`);
}

function clip(text: string, max: number): { readonly shown: string; readonly left: number } {
  if (text.length <= max) return { shown: text, left: 0 };
  // not between the halves of a character
  const end = /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max;
  return { shown: text.slice(0, end), left: text.length - end };
}

function clippedNote(left: number): string {
  return `clipped: ${figure(left)} more ${left === 1 ? 'character' : 'characters'}`;
}

function piecesOf(text: string): readonly Piece[] {
  if (PLAIN.test(text) || !UNSEEN.test(text)) return [{ text, isUnseen: false }];
  const pieces: Piece[] = [];
  let seen = '';
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    const [found, joiner] = match;
    seen += text.slice(end, match.index);
    end = match.index + found.length;
    if (joiner !== undefined || found === '\n' || found === '\t') seen += found;
    else {
      if (seen !== '') pieces.push({ text: seen, isUnseen: false });
      seen = '';
      if (found !== '\r') pieces.push({ text: markOf(found), isUnseen: true });
    }
  }
  seen += text.slice(end);
  return seen === '' ? pieces : [...pieces, { text: seen, isUnseen: false }];
}

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
