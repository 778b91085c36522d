/** One word of a name or a text, with its place in what was given. */
export interface Word {
  /** For look-ups: lower case, compatibility forms folded, invisible characters left out. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Number of the sentence, from 0. */
  readonly sentence: number;
  /** What stands between the word before and this one. */
  readonly gap: string;
  /** Inside brackets or quotation marks. */
  readonly isAside: boolean;
  /** Written like the name of a tool or variable: `delete_user`, `deleteUser`, `user.delete`. */
  readonly isIdentifier: boolean;
}

export interface ReadText {
  readonly words: readonly Word[];
  /** How much of the text was looked at. */
  readonly length: number;
  readonly wasCut: boolean;
}

/** Characters looked at; a longer description is never taken for harmless. */
const MAX_TEXT = 16_000;
/** Characters of a name looked at; the protocol advises at most 128. */
const MAX_NAME = 256;
/** Longer runs of letters are no words of any language. */
const MAX_WORD = 80;

// letters, marks, digits and _, with what is invisible between them; dots, hyphens and apostrophes only inside
const WORD =
  /[\p{L}\p{M}\p{N}_\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+(?:[.'’\-/:][\p{L}\p{N}_][\p{L}\p{M}\p{N}_\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*)*/gu;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const PLAIN = /^[a-z0-9]*$/;
const SENTENCE_END = /[!?。！？;；•|\n]|\.(?:\s|$)|:\s|：/;
// `JavaScript` and `GitHub` are words; `deleteUser` is a name
const IDENTIFIER = /_|^[\p{Ll}\p{N}]+\p{Lu}|[\p{L}\p{N}][.:][\p{L}\p{N}]/u;
const OPENING = /[([{（「『【“"`]/gu;
const CLOSING = /[)\]}）」』】”"`]/gu;

/** A word as it is looked up. */
export function foldWord(word: string): string {
  if (PLAIN.test(word)) return word;
  return word.replace(INVISIBLE, '').normalize('NFKC').toLowerCase();
}

/** Whether a text holds characters that a reader does not see. */
export function hasInvisible(text: string): boolean {
  return text.search(INVISIBLE) !== -1;
}

/** Takes a text apart into words. Linear in the text, of which no more than the first 16,000 characters are read. */
export function readText(given: string): ReadText {
  const text = given.length > MAX_TEXT ? given.slice(0, MAX_TEXT) : given;
  const words: Word[] = [];
  let sentence = 0;
  let depth = 0;
  let last = 0;
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) {
    for (const piece of piecesOf(match[0])) {
      const start = match.index + piece.at;
      const gap = text.slice(last, start);
      depth = depthAfter(gap, depth);
      if (depth === 0 && words.length > 0 && SENTENCE_END.test(gap)) sentence++;
      last = start + piece.text.length;
      words.push({
        text: piece.text.length > MAX_WORD ? '' : foldWord(piece.text),
        start,
        end: last,
        sentence,
        gap,
        isAside: depth > 0,
        isIdentifier: piece.text.length <= MAX_WORD && IDENTIFIER.test(piece.text),
      });
    }
  }
  return { words, length: text.length, wasCut: text.length < given.length };
}

/** `Start/stop` is two words, `read-only` and `user.delete` are one. */
function piecesOf(word: string): readonly { readonly text: string; readonly at: number }[] {
  if (!word.includes('/')) return [{ text: word, at: 0 }];
  let at = 0;
  return word.split('/').map((text) => {
    const piece = { text, at };
    at += text.length + 1;
    return piece;
  });
}

function depthAfter(gap: string, before: number): number {
  if (gap === ' ' || gap === '') return before;
  const quotes = (gap.match(/["`]/gu) ?? []).length;
  // a quotation mark both opens and closes: an odd one turns the state round
  if (quotes > 0) return quotes % 2 === 0 ? before : before > 0 ? before - 1 : before + 1;
  const opened = (gap.match(OPENING) ?? []).length;
  const closed = (gap.match(CLOSING) ?? []).length;
  return Math.max(0, before + opened - closed);
}

const NAME_PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{M}\p{Lm}\p{Cf}]+|\p{N}+|\p{Lu}/gu;

/** Product names that look like two words; what their halves mean, the tool does not do. */
const ONE_WORD: ReadonlySet<string> = new Set(
  (
    'word|press click|up click|house pay|pal send|grid open|ai open|api post|hog post|gre post|man run|pod call|rail build|kite test|rail test|flight test|sprite push|over ' +
    'stack|overflow launch|darkly link|edin type|script java|script play|fab play|station load|runner share|point snap|chat read|me drop|box order|desk book|stack'
  ).split(' '),
);

/** The words of a tool's name: camelCase, snake_case, kebab-case, dots and slashes are taken apart. */
export function nameWords(name: string): readonly Word[] {
  const text = name.slice(0, MAX_NAME);
  const words: Word[] = [];
  let last = 0;
  for (const match of text.matchAll(NAME_PART)) {
    const end = match.index + match[0].length;
    const folded = match[0].length > MAX_WORD ? '' : foldWord(match[0]);
    const before = words.at(-1);
    const isSecondHalf = before?.end === match.index && ONE_WORD.has(`${before.text}|${folded}`);
    if (isSecondHalf) words.pop();
    const start = isSecondHalf ? before.start : match.index;
    words.push({
      text: isSecondHalf ? before.text + folded : folded,
      start,
      end,
      sentence: 0,
      gap: text.slice(Math.min(last, start), start),
      isAside: false,
      isIdentifier: false,
    });
    last = end;
  }
  return words;
}
