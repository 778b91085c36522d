import { verbFormOf } from './english.ts';
import { GLOSSARIES, glossaryOf, type Glossary } from './foreign.ts';
import type { Word } from './words.ts';

/** Letters that only some languages have. */
const LETTERS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['pl', /[łąęśźżćń]/],
  ['cs', /[řěůčšž]/],
  ['tr', /[ğış]/],
  ['de', /[ßäöü]/],
  ['es', /[ñ¿¡]/],
  ['pt', /[ãõ]/],
  ['fr', /[êèœç]/],
  ['it', /[òàù]/],
];

const ENGLISH_COMMON = new Set(
  'the a an of to for and with from in by on is are this that your all or if use using when specific given new existing'.split(
    ' ',
  ),
);

/** Words looked at; the language shows early. */
const MAX_WORDS = 60;

/**
 * The language of a text besides English, by its script, else by its small words, verbs and letters; undefined when it is
 * English or nothing tells. English words are always read too, so a wrong guess costs little.
 */
export function languageOf(text: string, words: readonly Word[]): Glossary | undefined {
  const start = text.slice(0, 2_000);
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]{2}/u.test(start)) return glossaryOf('ja');
  if (/\p{Script=Hangul}/u.test(start)) return glossaryOf('ko');
  if (/\p{Script=Han}/u.test(start)) return glossaryOf('zh');
  if (/\p{Script=Cyrillic}{2}/u.test(start)) return glossaryOf(/[іїєґ]/iu.test(start) ? 'uk' : 'ru');
  return latinLanguageOf(start, words.slice(0, MAX_WORDS));
}

function latinLanguageOf(text: string, words: readonly Word[]): Glossary | undefined {
  let english = 0;
  for (const [index, word] of words.entries()) {
    if (ENGLISH_COMMON.has(word.text)) english += 1;
    else if (index < 12 && verbFormOf(word.text) !== undefined) english += 1;
  }
  const lower = text.toLowerCase();
  // accented letters or no English words at all, else English it is: "in" and "a" are words of many languages
  const hasAccents = /[^\u0000-\u007f]/.test(lower);
  if (!hasAccents && english >= 3) return undefined;
  let best: Glossary | undefined;
  let bestScore = Math.max(english, 1);
  for (const glossary of GLOSSARIES) {
    if (glossary.isUnspaced || glossary.lexicon.language === 'ru' || glossary.lexicon.language === 'uk')
      continue;
    const score = scoreOf(glossary, lower, words);
    if (score > bestScore) {
      best = glossary;
      bestScore = score;
    }
  }
  return best;
}

function scoreOf(glossary: Glossary, text: string, words: readonly Word[]): number {
  let score = 0;
  for (const [language, letters] of LETTERS)
    if (language === glossary.lexicon.language && letters.test(text)) score += 1.5;
  for (const [index, word] of words.entries()) {
    if (glossary.common.has(word.text)) score += 1;
    else if (glossary.verbAt(words, index) !== undefined) score += index === 0 ? 1.5 : 0.75;
    else if (glossary.nounOf(word.text) !== undefined) score += 0.25;
  }
  return score;
}
