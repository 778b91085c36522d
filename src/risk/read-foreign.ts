import { CONCEPTS, type Concept } from './concepts.ts';
import type { Glossary } from './foreign.ts';
import { nounGroupOf, type Noun, type NounGroup } from './nouns.ts';
import { sentencesOf } from './read-english.ts';
import type { Source, Statement } from './statement.ts';
import type { Word } from './words.ts';

interface Hit {
  readonly concept: Concept;
  readonly start: number;
  readonly end: number;
  readonly isNegated: boolean;
  /** Joined to the verb before by a comma or "and". */
  readonly isJoined: boolean;
  /** "sent", "deleted": what was done to the thing, not what is done. */
  readonly isParticiple: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly objects: readonly { readonly noun: Noun; readonly start: number; readonly end: number }[];
}

const PARTICIPLES: Partial<Readonly<Record<string, RegExp>>> = {
  pl: /(?:an|on|ęt|yt)(?:[yeaią]|ych|ego|ej|ym|ymi|emu)$/,
  cs: /(?:an|en|at)(?:[ýéáíou]|ých|ého|ou|ým|ými|ému)$/,
  ru: /(?:нн|ем|ящ|ющ|вш)(?:ый|ий|ая|ое|ые|ых|ого|ему|ому|ым|ую|их|ими)$/,
  uk: /(?:ан|ен)(?:ий|а|е|і|их|ого|ому|им|ими|у)$/,
  es: /(?:ad|id)[oa]s?$/,
  pt: /(?:ad|íd|id)[oa]s?$/,
  fr: /(?:ées?|és)$/,
  it: /(?:at|it|ut)[oaie]$/,
  de: /^ge\p{L}+t(?:e[nrsm]?)?$/u,
  nl: /^ge\p{L}+(?:[dt]e?|en)$/u,
};

/** Words behind a verb that say what it acts on. */
const NEAR = 4;
/** Verb endings that go on to the next verb: 実行して, 실행하고. */
const GOES_ON = /^(?:$|して|し[、,]|て[、,]|하고|하여|해서)/;
/** Letters between a verb and its object. */
const OBJECT_WITHIN = 24;
/** Letters around a verb that say what it acts on, in languages without spaces. */
const NEAR_LETTERS = 12;
const NEGATION_LETTERS = 8;
/** Verbs looked at in one sentence. */
const MAX_HITS = 60;

/** What the sentences of a text in another language say that the tool does. */
export function readForeign(
  text: string,
  words: readonly Word[],
  glossary: Glossary,
  source: Source,
  mentions: ReadonlySet<string>,
): Statement[] {
  const sentences = sentencesOf(words);
  const statements: Statement[] = [];
  for (const [number, sentence] of sentences.entries()) {
    const first = sentence?.[0];
    const last = sentence?.at(-1);
    if (first === undefined || last === undefined) continue;
    if (number > 0 && sentence.some((word) => mentions.has(word.text))) continue;
    const hits = glossary.isUnspaced
      ? hitsInLetters(text, first.start, last.end, glossary)
      : hitsInWords(sentence, glossary);
    const said = hits.filter((hit) => !hit.isNegated);
    const active = said.filter((hit) => !hit.isParticiple);
    const own = active.length > 0 ? active : said;
    if (statements.some((statement) => statement.role !== 'later')) {
      for (const hit of active) if (hit.isFirst) statements.push(make(hit, glossary, source, 'later'));
      continue;
    }
    const head = headOf(own, glossary);
    if (head === undefined) continue;
    statements.push(make(head, glossary, source, 'head'));
    for (const hit of own)
      if (hit !== head && isSaidBeside(hit, head, own))
        statements.push(make(hit, glossary, source, 'joined'));
  }
  return statements;
}

/** The verb that the sentence is about: its first, or its last where the verb comes last. */
function headOf(hits: readonly Hit[], glossary: Glossary): Hit | undefined {
  if (glossary.lexicon.verbLast) return hits.at(-1);
  // "makes a payment" pays: the verb says nothing by itself
  const first = hits.find(({ concept }) => concept !== 'process') ?? hits[0];
  const last = hits.at(-1);
  // German and Dutch infinitives stand last: "Liste löschen"
  const isInfinitiveLast =
    (glossary.lexicon.language === 'de' || glossary.lexicon.language === 'nl') &&
    last?.isLast &&
    !first?.isFirst;
  return isInfinitiveLast ? last : first;
}

function isSaidBeside(hit: Hit, head: Hit, hits: readonly Hit[]): boolean {
  if (hit.start > head.start) return hit.isJoined;
  // in a language whose verbs come last, the joining word stands behind the earlier verb
  const next = hits[hits.indexOf(hit) + 1];
  return next?.isJoined === true;
}

function hitsInWords(sentence: readonly Word[], glossary: Glossary): Hit[] {
  const hits: Hit[] = [];
  let lastVerb = -10;
  for (const [index, word] of sentence.entries()) {
    if (word.isIdentifier || word.isAside) continue;
    const { concept, isNegative } = verbAt(sentence, index, glossary);
    if (concept === undefined) continue;
    const before = sentence[index - 1]?.text ?? '';
    const isJoined =
      lastVerb >= 0 && index - lastVerb <= 6 && (/[,/、]/.test(word.gap) || glossary.and.has(before));
    hits.push({
      concept,
      start: word.start,
      end: word.end,
      isNegated: isNegative || isNegatedAt(sentence, index, glossary),
      isJoined,
      isParticiple: PARTICIPLES[glossary.lexicon.language]?.test(word.text) ?? false,
      isFirst: index === 0,
      isLast: index === sentence.length - 1,
      objects: objectsAround(sentence, index, glossary),
    });
    lastVerb = index;
  }
  return hits;
}

function verbAt(
  sentence: readonly Word[],
  index: number,
  glossary: Glossary,
): { readonly concept: Concept | undefined; readonly isNegative: boolean } {
  const last = sentence.at(-1)?.text ?? '';
  const concept = glossary.partedVerb(sentence[index]?.text ?? '', last) ?? glossary.verbAt(sentence, index);
  const text = sentence[index]?.text ?? '';
  const { language } = glossary.lexicon;
  if (concept !== undefined)
    return { concept, isNegative: language === 'tr' && /m[ae]z$|m[ae]d[ae]n$|m[ae]y[ae]n?$/.test(text) };
  // the Czech "not" is written together with its verb
  if (language === 'cs' && text.startsWith('ne')) {
    const word = sentence[index];
    const bare = word && glossary.verbAt([{ ...word, text: text.slice(2) }], 0);
    if (bare !== undefined) return { concept: bare, isNegative: true };
  }
  return { concept: undefined, isNegative: false };
}

function isNegatedAt(sentence: readonly Word[], index: number, glossary: Glossary): boolean {
  for (let i = index - 1; i >= Math.max(0, index - 2); i--) {
    const text = sentence[i]?.text ?? '';
    if (glossary.notBefore.has(text)) return true;
    if (text.startsWith("n'") || text.startsWith('n’')) return true;
    if (/[,;]/.test(sentence[i + 1]?.gap ?? '')) break;
  }
  const own = sentence[index]?.text ?? '';
  if (/^n['’]/.test(own)) return true;
  for (let i = index + 1; i <= Math.min(sentence.length - 1, index + 4); i++) {
    const word = sentence[i];
    if (word === undefined || /[,;]/.test(word.gap)) break;
    if (glossary.notAfter.includes(word.text)) return true;
  }
  return false;
}

function objectsAround(sentence: readonly Word[], index: number, glossary: Glossary): Hit['objects'] {
  const objects: { noun: Noun; start: number; end: number }[] = [];
  const from = Math.max(0, index - NEAR);
  const to = Math.min(sentence.length - 1, index + NEAR);
  for (let i = from; i <= to; i++) {
    const word = sentence[i];
    const noun =
      word && i !== index && glossary.verbAt(sentence, i) === undefined
        ? glossary.nounOf(word.text)
        : undefined;
    if (word && noun) objects.push({ noun, start: word.start, end: word.end });
  }
  return objects;
}

function hitsInLetters(text: string, from: number, to: number, glossary: Glossary): Hit[] {
  const { verbPattern, nounPattern } = glossary;
  if (verbPattern === undefined || nounPattern === undefined) return [];
  const sentence = text.slice(from, to + NEGATION_LETTERS);
  const nouns = [...sentence.matchAll(nounPattern)].map((match) => ({
    noun: glossary.nounNamed.get(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
  const hits: Hit[] = [];
  let lastEnd = 0;
  for (const match of sentence.matchAll(verbPattern)) {
    if (hits.length >= MAX_HITS) break;
    const concept = glossary.verbOf.get(match[0]) ?? glossary.verbOf.get(match[0].replace(/\s/g, ' '));
    const start = match.index;
    const end = start + match[0].length;
    if (concept === undefined || start >= to - from) continue;
    const before = sentence.slice(lastEnd, start);
    const behind = sentence.slice(end, end + NEGATION_LETTERS);
    hits.push({
      concept,
      start: from + start,
      end: from + end,
      isNegated:
        [...glossary.notBefore].some((word) => before.slice(-4).includes(word)) ||
        glossary.notAfter.some((word) => isRightBehind(behind, word)),
      isJoined:
        hits.length > 0 && (GOES_ON.test(before) || [...glossary.and].some((word) => before.includes(word))),
      isParticiple: false,
      isFirst: start === 0,
      isLast: false,
      objects: nouns
        .filter(({ start: at, end: till }) => till > start - NEAR_LETTERS && at < end + NEAR_LETTERS)
        .flatMap(({ noun, start: at, end: till }) =>
          noun === undefined ? [] : [{ noun, start: from + at, end: from + till }],
        ),
    });
    lastEnd = end;
  }
  return hits;
}

/** Korean "하지 않습니다" and Japanese "しません" follow within a few letters, before the sentence goes on. */
function isRightBehind(behind: string, word: string): boolean {
  const at = behind.indexOf(word);
  return at !== -1 && at <= 3 && !/[、,。.]/.test(behind.slice(0, at));
}

function make(hit: Hit, glossary: Glossary, source: Source, role: Statement['role']): Statement {
  const near = new Set<NounGroup>(hit.objects.map(({ noun }) => nounGroupOf(noun)));
  const object = hit.objects.find(({ start }) => start >= hit.end && start - hit.end <= OBJECT_WITHIN);
  return {
    concept: hit.concept,
    gloss: CONCEPTS[hit.concept].gloss,
    source,
    language: glossary.lexicon.language,
    start: hit.start,
    end: hit.end,
    role,
    isSure: true,
    near,
    nearWords: hit.objects.map(({ noun }) => noun),
    objectEnd: object?.end ?? hit.end,
    ...(object && { object: { end: object.end, noun: object.noun, isDirect: object.start - hit.end <= 2 } }),
  };
}
