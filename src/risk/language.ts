import { verbFormOf } from './english.ts';
import { englishNounGroups } from './nouns.ts';
import { glossaries, glossaryOf, type Glossary } from './foreign.ts';
import type { Word } from './words.ts';

/** Letters that only some languages have. */
const LETTERS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['pl', /[łąęśźżćń]/],
  ['cs', /[řěůčšž]/],
  ['tr', /[ğış]/],
  ['de', /[ßä]/],
  ['es', /[ñ¿¡]/],
  ['pt', /[ãõ]/],
  ['fr', /[êèœç]/],
  ['it', /[òàù]/],
];

const ENGLISH_COMMON = new Set(
  'the a an of to for and with from in by on is are this that your all or if use using when specific given new existing between into as its it be can not no at only you any each per via me do'.split(
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
    else if (index < 12 && verbFormOf(word.text) !== undefined) english += index === 0 ? 1.5 : 1;
    else if (englishNounGroups(word.text).size > 0) english += 0.5;
  }
  const lower = text.toLowerCase();
  const hasAccents = /[\u00df-\u024f]/.test(lower);
  if (!hasAccents && english >= 3) return undefined;
  let best: Glossary | undefined;
  let bestScore = Math.max(english, 1);
  for (const glossary of glossaries()) {
    const { language } = glossary.lexicon;
    if (glossary.isUnspaced || language === 'ru' || language === 'uk') continue;
    const score = scoreOf(glossary, lower, words, hasAccents, english);
    if (score > bestScore) {
      best = glossary;
      bestScore = score;
    }
  }
  return best;
}

/** How well a text fits a language; without any small word or letter of its own it does not. */
function scoreOf(
  glossary: Glossary,
  text: string,
  words: readonly Word[],
  hasAccents: boolean,
  english: number,
): number {
  let score = 0;
  let own = 0;
  let small = 0;
  if (hasAccents)
    for (const [language, letters] of LETTERS)
      if (language === glossary.lexicon.language && letters.test(text)) own += 1.5;
  for (const [index, word] of words.entries()) {
    if (glossary.common.has(word.text)) small += ENGLISH_COMMON.has(word.text) ? 0.25 : 1;
    else if (glossary.verbAt(words, index) !== undefined) score += index === 0 ? 1.5 : 0.75;
    else if (glossary.nounOf(word.text) !== undefined) score += 0.25;
  }
  // a stem that looks like an English word proves nothing beside English ones: "Vendor names in the catalog"
  if (!hasAccents && small < 1 && english >= 2) return 0;
  // letters alone are shared by many languages
  if (score + small === 0) return 0;
  return own + small < 1 && !(hasAccents && score > 0) && score < 1.2 ? 0 : score + own + small;
}
