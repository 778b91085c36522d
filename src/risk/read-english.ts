import { CONCEPTS, type Concept } from './concepts.ts';
import { phraseAt, thirdPerson, verbFormOf, type VerbForm } from './english.ts';
import { ENGLISH_ADVICE, ENGLISH_NOT, ENGLISH_OPENERS } from './lexicon/en.ts';
import { englishNounGroups, type NounGroup } from './nouns.ts';
import type { Source, Statement } from './statement.ts';
import type { Word } from './words.ts';

/** A verb behind more words than this is not the verb of the sentence. */
const HEAD_WITHIN = 9;
/** Words between two verbs of one list: "Creates a contact, updates or deletes it". */
const JOINED_WITHIN = 6;
/** Words behind a verb that say what it acts on. */
const NEAR = 5;
/** Sentences looked at. */
const MAX_SENTENCES = 40;
/** The sentence that says what the tool does is among the first. */
const MAIN_WITHIN = 4;

const PREPOSITIONS = new Set(
  'to for from in into via with by using on at as when if after before through against'.split(' '),
);
/** What only tells of things: "order history". */
const VIEWS = new Set('history rates status details statistics stats log logs overview'.split(' '));
const ENDS_OBJECT = new Set('of that which who whose and or is are'.split(' '));
const JOINING = new Set(['and', 'or', 'then', 'also', 'plus', 'nor', 'and/or']);
const ARTICLES = new Set(['the', 'a', 'an', 'this', 'that', 'your', 'of']);
const PASSIVE = new Set(['is', 'are', 'be', 'gets', 'been', 'being', 'was', 'were']);
/** Verbs as nouns that still begin a sentence: "Search for …", "List of …", "Query the …". */
export const NEVER_FIRST_NOUN: ReadonlySet<string> = new Set([
  'list',
  'search',
  'query',
  'check',
  'count',
  'compare',
  'preview',
  'export',
  'scan',
]);

/** What begins a sentence about the answer. */
const RETURNS = new Set(['return', 'returns']);

/** Verbs of looking that move money when money is what is given or taken. */
export const GIVING: ReadonlySet<string> = new Set(
  'give provide collect capture receive claim acquire'.split(' '),
);

/** What the sentences of an English text say that the tool does; one that holds a mention speaks of another tool. */
export function readEnglish(
  text: string,
  words: readonly Word[],
  source: Source,
  mentions: ReadonlySet<string>,
): Statement[] {
  const sentences = sentencesOf(words).slice(0, MAX_SENTENCES);
  const isAdvice = (sentence: readonly Word[]): boolean => {
    const start = sentence[0]?.start ?? 0;
    return ENGLISH_ADVICE.test(text.slice(start, start + 40));
  };
  const own = sentences.map((sentence) => withoutMentions(sentence, mentions));
  // headings and advice may come before the sentence that says what the tool does
  let main: Statement[] = [];
  let mainAt = 0;
  for (const [number, sentence] of sentences.slice(0, MAIN_WITHIN).entries()) {
    const used = own[number] ?? (number === 0 ? sentence : undefined);
    if (used === undefined || (number > 0 && isAdvice(sentence))) continue;
    const isReturn = RETURNS.has(sentence[0]?.text ?? '');
    if (number === 0 && !isReturn && isAdvice(sentence) && sentences.length > 1) continue;
    const found = firstSentence(used, source);
    if (main.length === 0 || found.some(({ role }) => role === 'head')) [main, mainAt] = [found, number];
    if (main.some(({ role }) => role === 'head')) break;
  }
  if (main.length === 0) main = returned(sentences, source);
  const later = own.flatMap((sentence, number) =>
    number <= mainAt || sentence === undefined || isAdvice(sentence) ? [] : laterSentence(sentence, source),
  );
  return [...main, ...later];
}

/** Where nothing else says what a tool does, what it returns does. */
function returned(sentences: readonly (readonly Word[])[], source: Source): Statement[] {
  const sentence = sentences.find((one) => RETURNS.has(one?.[0]?.text ?? ''));
  return sentence === undefined ? [] : [make(sentence, 0, 'get', source, 'head', false)];
}

export function sentencesOf(words: readonly Word[]): Word[][] {
  const sentences: Word[][] = [];
  for (const word of words) (sentences[word.sentence] ??= []).push(word);
  return sentences;
}

/** A sentence that names another tool speaks of that tool. */
function withoutMentions(sentence: readonly Word[], mentions: ReadonlySet<string>): Word[] | undefined {
  if (sentence.some((word) => mentions.has(word.text))) return undefined;
  return sentence.filter((word) => !word.isIdentifier);
}

function firstSentence(sentence: readonly Word[], source: Source): Statement[] {
  let isBehindOpeners = true;
  for (let i = 0; i < Math.min(sentence.length, HEAD_WITHIN); i++) {
    const word = sentence[i];
    if (word === undefined || word.isAside) continue;
    if (isNegated(sentence, i)) {
      if (verbFormOf(word.text) !== undefined) isBehindOpeners = false;
      continue;
    }
    const phrase = phraseAt(sentence, i);
    const form = verbFormOf(word.text);
    const isOpener = ENGLISH_OPENERS.has(word.text) || isAdverb(word.text);
    if (isBehindOpeners && isOpener && !(i > 0 && form?.form === 'base' && word.text !== 'use')) {
      if (!(word.text === 'command' || word.text === 'action')) continue;
      continue;
    }
    if (phrase === undefined && (form === undefined || !mayBeHead(form, isBehindOpeners, sentence, i))) {
      isBehindOpeners = false;
      continue;
    }
    const concept = phrase ?? form?.concept;
    if (concept === undefined) continue;
    const purpose = concept === 'process' ? purposeBehind(sentence, i) : undefined;
    if (purpose !== undefined)
      return [make(sentence, purpose.at, purpose.concept, source, 'head', isBehindOpeners)];
    if (phrase === undefined && form !== undefined && namesData(form, sentence, i)) break;
    const head = make(
      sentence,
      i,
      concept,
      source,
      'head',
      isBehindOpeners && !isDoubtful(form, sentence, i),
    );
    return [head, ...(form === undefined ? [] : joinedTo(sentence, i, form, source))];
  }
  return nounPhrase(sentence, source);
}

/** "Utilizes a model to autonomously execute tasks": the verb of the purpose says what is done. */
function purposeBehind(
  sentence: readonly Word[],
  index: number,
): { readonly at: number; readonly concept: Concept } | undefined {
  for (let at = index + 2; at < Math.min(sentence.length, index + HEAD_WITHIN); at++) {
    const form = verbFormOf(sentence[at]?.text ?? '');
    const last = sentence[at - 1]?.text ?? '';
    const before = isAdverb(last) ? sentence[at - 2]?.text : last;
    if (form?.form === 'base' && before === 'to') return { at, concept: form.concept };
  }
  return undefined;
}

function mayBeHead(
  form: VerbForm,
  isBehindOpeners: boolean,
  sentence: readonly Word[],
  index: number,
): boolean {
  if (form.form === 'ed') return auxiliaryBefore(sentence, index) !== undefined;
  // "The record is …"
  if (form.isAlsoNoun && ARTICLES.has(sentence[index - 1]?.text ?? '')) return false;
  if (isBehindOpeners) return true;
  // away from its place a noun is a noun
  if (form.form === 'noun') return true;
  // "to autonomously execute"
  const last = sentence[index - 1]?.text ?? '';
  const before = isAdverb(last) ? (sentence[index - 2]?.text ?? '') : last;
  if (form.isAlsoNoun) return before === 'to';
  if (form.form === 'ing') return before === 'for' || before === 'of';
  const gap = sentence[index]?.gap ?? '';
  if (form.form === 's') return /[:–—]/.test(gap) || /^(?:that|which|it|tool|and)$/.test(before);
  return /^(?:to|can|will|and|or)$/.test(before) || /[:–—]/.test(gap);
}

/** "Order history", "Exchange rates": what comes back, whatever its first word is elsewhere. */
function namesData(form: VerbForm, sentence: readonly Word[], index: number): boolean {
  const next = sentence[index + 1];
  return (
    form.isAlsoNoun &&
    !NEVER_FIRST_NOUN.has(form.base) &&
    CONCEPTS[form.concept].act !== 'execute' &&
    next !== undefined &&
    !/[,;:(]/.test(next.gap) &&
    VIEWS.has(next.text)
  );
}

/** "Search results", "Transfer of funds": the word may well be the thing, not the act. */
function isDoubtful(form: VerbForm | undefined, sentence: readonly Word[], index: number): boolean {
  if (form === undefined) return false;
  if (form.form === 'noun') return true;
  if (!form.isAlsoNoun || NEVER_FIRST_NOUN.has(form.base)) return false;
  const next = sentence[index + 1];
  if (next === undefined || /^(?:of|for|in|by|from|is|and)$/.test(next.text)) return true;
  return !/[,;:(]/.test(next.gap) && englishNounGroups(next.text).has('data');
}

/** Verbs of the same form in one list with the head: "Lists, creates, renames or deletes". */
function joinedTo(sentence: readonly Word[], headAt: number, head: VerbForm, source: Source): Statement[] {
  const joined: Statement[] = [];
  let lastAt = headAt;
  for (let i = headAt + 1; i < sentence.length && i - lastAt <= JOINED_WITHIN + 1; i++) {
    const word = sentence[i];
    if (word === undefined || word.isAside) continue;
    const form = verbFormOf(word.text);
    if (form === undefined || (form.form !== head.form && !(head.form === 'noun'))) continue;
    const before = sentence[i - 1]?.text ?? '';
    // "or permanently delete"
    const joiner = isAdverb(before) ? (sentence[i - 2]?.text ?? '') : before;
    const isListed = /[,/&+]/.test(word.gap) || JOINING.has(before) || JOINING.has(joiner);
    const isNear = i - lastAt <= 2;
    if (!isListed || isNegated(sentence, i) || (form.isAlsoNoun && !isNear && !JOINING.has(joiner))) continue;
    if (form.isAlsoNoun && !isNear && form.form === 's') continue;
    joined.push(make(sentence, i, form.concept, source, 'joined', !form.isAlsoNoun || isNear));
    lastAt = i;
  }
  return joined;
}

/** "Overview of the portfolio", "AAVE lending markets": what comes back, when no verb says what is done. */
function nounPhrase(sentence: readonly Word[], source: Source): Statement[] {
  for (let i = 0; i < Math.min(sentence.length, HEAD_WITHIN); i++) {
    const word = sentence[i];
    if (word === undefined) continue;
    const form = verbFormOf(word.text);
    if (form?.isAlsoNoun && i === 0 && !namesData(form, sentence, i) && !isNegated(sentence, i))
      return [make(sentence, i, form.concept, source, 'head', false)];
    if (i < 5 && englishNounGroups(word.text).has('data'))
      return [make(sentence, i, 'show', source, 'noun', false)];
  }
  return [];
}

/** "permanently", but not "apply". */
function isAdverb(word: string): boolean {
  return word.endsWith('ly') && verbFormOf(word) === undefined;
}

/** Index of the "is" of a passive, directly or with one adverb before the participle. */
function auxiliaryBefore(sentence: readonly Word[], index: number): number | undefined {
  const at = isAdverb(sentence[index - 1]?.text ?? '') ? index - 2 : index - 1;
  return PASSIVE.has(sentence[at]?.text ?? '') ? at : undefined;
}

/** The heads of later sentences, where they speak of the tool itself: "Deletes the original.", "A mail is sent." */
function laterSentence(sentence: readonly Word[], source: Source): Statement[] {
  const statements: Statement[] = [];
  for (let i = 0; i < sentence.length; i++) {
    const word = sentence[i];
    if (word === undefined || word.isAside || isNegated(sentence, i)) continue;
    const form = verbFormOf(word.text);
    if (form === undefined) continue;
    const before = sentence[i - 1]?.text ?? '';
    const isOwnAct =
      (form.form === 's' &&
        (i === 0 || before === 'also' || before === 'then' || before === 'it') &&
        !form.isAlsoNoun) ||
      (form.form === 'base' && (before === 'will' || (before === 'also' && i === 1)) && !form.isAlsoNoun);
    const auxiliary = auxiliaryBefore(sentence, i);
    const isPassive =
      form.form === 'ed' &&
      auxiliary !== undefined &&
      !/^(?:can|could|may|must|should|to|has|have|not|that|which|who|if|when)$/.test(
        sentence[auxiliary - 1]?.text ?? '',
      );
    if (isOwnAct || isPassive) statements.push(make(sentence, i, form.concept, source, 'later', true));
  }
  return statements;
}

/** "does not delete", "without deleting", "nothing is deleted", "instead of deleting". */
export function isNegated(sentence: readonly Word[], index: number): boolean {
  if (/^(?:nothing|none|nobody)$/.test(sentence[index + 1]?.text ?? '')) return true;
  for (let i = index - 1; i >= Math.max(0, index - 4); i--) {
    const word = sentence[i];
    if (word === undefined) break;
    if (ENGLISH_NOT.has(word.text) || word.text.endsWith("n't")) return true;
    // a comma or another verb ends the reach
    if (/[,;:]/.test(sentence[i + 1]?.gap ?? '')) return false;
  }
  return false;
}

function make(
  sentence: readonly Word[],
  index: number,
  concept: Concept,
  source: Source,
  role: Statement['role'],
  isSure: boolean,
): Statement {
  const word = sentence[index];
  const { near, nearWords, end } = nearTo(sentence, index);
  return {
    concept,
    gloss: glossAt(sentence, index, concept),
    source,
    language: 'en',
    start: word?.start ?? 0,
    end: word?.end ?? 0,
    role,
    isSure,
    near,
    nearWords,
    objectEnd: end,
    ...(GIVING.has(word?.text ?? '') && { gives: true }),
  };
}

/** The verb as it reads behind "it": "Purges" and `purge` say "purges". */
export function glossAt(words: readonly Word[], index: number, concept: Concept): string {
  const form = verbFormOf(words[index]?.text ?? '');
  return form === undefined || form.concept !== concept ? CONCEPTS[concept].gloss : thirdPerson(form.base);
}

/** The object of a verb: the words behind it up to a preposition. */
function nearTo(
  sentence: readonly Word[],
  index: number,
): { readonly near: ReadonlySet<NounGroup>; readonly nearWords: readonly string[]; readonly end: number } {
  const near = new Set<NounGroup>();
  const nearWords: string[] = [];
  let end = sentence[index]?.end ?? 0;
  let isInObject = true;
  for (let i = index + 1; i < sentence.length && i <= index + NEAR; i++) {
    const word = sentence[i];
    if (word === undefined || PREPOSITIONS.has(word.text) || /[,;:(]/.test(word.gap)) break;
    nearWords.push(word.text);
    isInObject &&= !ENDS_OBJECT.has(word.text);
    if (isInObject && !ENGLISH_OPENERS.has(word.text)) end = word.end;
    for (const group of englishNounGroups(word.text)) near.add(group);
  }
  return { near, nearWords, end };
}
