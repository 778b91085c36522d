import { nameKey, pairsOf, textOf, withoutS, wordsOf, type Word } from './words.ts';

/** What stands before a word in the index to say where it was found; plain words were found anywhere. */
export const MARK = {
  anywhere: '',
  /** In the name of the tool. */
  name: '§',
  /** In the names of its server. */
  owner: '¦',
  /** A whole name, see `nameKey`. */
  key: '¤',
  category: '¢',
  /** The server itself, by number. */
  server: '¶',
  /** Three neighbouring characters of a server's slug. */
  piece: '¬',
} as const;

interface TokenMatch {
  readonly token: string;
  readonly asBeginning?: boolean;
}

/** What must be among the tokens of a row. */
export type Match =
  | TokenMatch
  | { readonly all: readonly Match[] }
  | { readonly any: readonly Match[] }
  | { readonly match: Match; readonly except: Match };

/** What was asked for. */
export interface QueryWords {
  readonly words: readonly Word[];
  /** See `nameKey`. */
  readonly key: string;
}

const LONGEST_TEXT = 400;
const MOST_WORDS = 12;

/** The words of a query; undefined when there is no word in it. */
export function readQuery(text: string): QueryWords | undefined {
  const words = wordsOf(text.slice(0, LONGEST_TEXT), MOST_WORDS);
  const last = words.at(-1);
  if (last === undefined) return undefined;
  // once each; the last one stays the last
  const others = new Map(words.slice(0, -1).map((word) => [textOf(word), word]));
  others.delete(textOf(last));
  return { words: [...others.values(), last], key: nameKey(words) };
}

/** Every word, under one of the marks each; the last one as a beginning. */
export function everyWord(words: readonly Word[], marks: readonly string[]): Match {
  return {
    all: words.map((word, i) => ({
      any: marks.map((mark) => wordMatch(word, mark, i === words.length - 1)),
    })),
  };
}

/** Every word as it is, under one mark. */
export function everyWholeWord(words: readonly Word[], mark: string): Match {
  return { all: words.map((word) => wordMatch(word, mark, false)) };
}

export function isCategory(category: number): TokenMatch {
  return { token: `${MARK.category}${category}` };
}

export function isOf(server: number): TokenMatch {
  return { token: MARK.server + server.toString(36) };
}

function wordMatch(word: Word, mark: string, asBeginning: boolean): Match {
  if ('parts' in word) {
    const whole = formMatch(word.whole, mark, asBeginning);
    if (word.parts.length === 1) return whole;
    const last = word.parts.length - 1;
    const apart = word.parts.map((part, i) => formMatch(part, mark, asBeginning && i === last));
    return { any: [whole, { all: apart }] };
  }
  // a single character begins a pair wherever it stands
  const [first = '', ...rest] = word.characters;
  if (rest.length === 0) return { token: mark + first, asBeginning: true };
  return { all: pairsOf(word).map((pair) => ({ token: mark + pair })) };
}

/** Everything stands in the index without its S too, so that is enough for a word that is all there. */
function formMatch(text: string, mark: string, asBeginning: boolean): Match {
  const form = { token: mark + withoutS(text) };
  if (!asBeginning) return form;
  const beginning = { token: mark + text, asBeginning };
  return withoutS(text) === text ? beginning : { any: [beginning, form] };
}

/**
 * A match in the language of FTS5. Tokens are made of letters, digits and our marks, never of a text as somebody typed
 * it, so no text is a syntax error.
 */
export function toFts(match: Match): string {
  if ('token' in match) return match.asBeginning === true ? `"${match.token}" *` : `"${match.token}"`;
  if ('all' in match) return joined(match.all, ' AND ');
  if ('any' in match) return joined(match.any, ' OR ');
  return `(${toFts(match.match)} NOT ${toFts(match.except)})`;
}

function joined(matches: readonly Match[], operator: string): string {
  const parts = matches.map(toFts);
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(operator)})`;
}

/** The same question, asked of tokens that are at hand. */
export function holds(match: Match, tokens: readonly string[]): boolean {
  if ('all' in match) return match.all.every((one) => holds(one, tokens));
  if ('any' in match) return match.any.some((one) => holds(one, tokens));
  if ('except' in match) return holds(match.match, tokens) && !holds(match.except, tokens);
  if (match.asBeginning !== true) return tokens.includes(match.token);
  return tokens.some((token) => token.startsWith(match.token));
}
