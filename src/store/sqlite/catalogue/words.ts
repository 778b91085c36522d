/**
 * What a text is found by. Both sides go through here, the texts of the catalogue and the words of a query, so that they
 * meet: lower case, no diacritics, names split where they change case, and scripts without spaces in pairs of characters.
 */

/** A word as it was written together, and its parts where it changes case inside: `getUser` is `getuser`, `get`, `user`. */
export interface SpacedWord {
  readonly whole: string;
  readonly parts: readonly string[];
}

/** A run of a script that does not part its words (Chinese, Japanese, Thai), or that glues endings to them (Korean). */
export interface Run {
  readonly characters: readonly string[];
}

export type Word = SpacedWord | Run;

/** Enough for what a tool says in a few words; a text made to flood the index ends here. */
const MOST_WORDS = 60;
const LONGEST_WORD = 40;
const LONGEST_KEY = 80;

const ASCII = /^[\0-\x7f]*$/;
const CHUNKS = /[\p{L}\p{N}\p{M}]+/gu;
const UNSPACED =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const RUNS_AND_REST = new RegExp(`([${UNSPACED}]+)|[^${UNSPACED}]+`, 'gu');
const CASE_CHANGES = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Of Latin, Greek and Cyrillic; the points of Hebrew; the vowel signs of Arabic. Marks of other scripts are letters to them. */
const DIACRITICS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;

/** Letters that Unicode does not take apart. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ς: 'σ',
};
const ODD_LETTERS = new RegExp(`[${Object.keys(PLAIN_LETTERS).join('')}]`, 'g');

/** The first `most` words of any text, in its order. */
export function wordsOf(text: string, most = MOST_WORDS): readonly Word[] {
  const words: Word[] = [];
  for (const [chunk] of withoutDiacritics(text).matchAll(CHUNKS)) {
    for (const [piece, run] of chunk.matchAll(RUNS_AND_REST)) {
      if (words.length >= most) return words;
      words.push(
        run === undefined ? spacedWord(piece) : { characters: Array.from(run).slice(0, LONGEST_WORD) },
      );
    }
  }
  return words;
}

/** A name without case, diacritics and separators: `Get-User`, `getUser` and `get_user` have one key. */
export function nameKey(words: readonly Word[]): string {
  return cut(words.map(textOf).join(''), LONGEST_KEY);
}

/**
 * What a word stands under in the index: as it is, its parts, and all of them without the S of English; a `Run` in pairs,
 * and its last character alone, so that each begins something.
 */
export function tokensOf(word: Word): readonly string[] {
  if ('parts' in word) {
    const forms = [word.whole, ...word.parts].flatMap((part) => [part, withoutS(part)]);
    return [...new Set(forms)];
  }
  return [...pairsOf(word), word.characters.at(-1) ?? ''];
}

/** `deletes` is `delete`, `files` is `file`, `searches` is `search`, `queries` is `query`; `status` and `access` stay. */
export function withoutS(word: string): string {
  if (!/^[a-z]{2,}[^su]s$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.slice(0, /(?:ch|sh|ss|x|z)es$/.test(word) ? -2 : -1);
}

/** The pairs of neighbours in a run. */
export function pairsOf({ characters }: Run): readonly string[] {
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/** The same words, with those taken apart that change case inside. */
export function singleWords(words: readonly Word[]): readonly Word[] {
  return words.flatMap((word): readonly Word[] =>
    'parts' in word ? word.parts.map((part) => ({ whole: part, parts: [part] })) : [word],
  );
}

/** The word as one text. */
export function textOf(word: Word): string {
  return 'parts' in word ? word.whole : word.characters.join('');
}

function spacedWord(piece: string): SpacedWord {
  const parts = piece.split(CASE_CHANGES).map(lower);
  return { whole: lower(piece), parts: parts.slice(0, LONGEST_WORD) };
}

function withoutDiacritics(text: string): string {
  return ASCII.test(text) ? text : text.normalize('NFKD').replace(DIACRITICS, '').normalize('NFC');
}

function lower(piece: string): string {
  const word = piece.toLowerCase();
  return cut(
    ASCII.test(word) ? word : word.replace(ODD_LETTERS, (letter) => PLAIN_LETTERS[letter] ?? letter),
    LONGEST_WORD,
  );
}

/** Never through the middle of a character. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}
