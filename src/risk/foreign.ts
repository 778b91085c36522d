import type { Concept } from './concepts.ts';
import { LEXICONS, type Lexicon } from './lexicon/index.ts';
import type { Noun } from './nouns.ts';
import type { Word } from './words.ts';

/** Words of one language made ready to be looked up. */
export interface Glossary {
  readonly lexicon: Lexicon;
  /** Chinese, Japanese and Korean words are found anywhere in a run of letters. */
  readonly isUnspaced: boolean;
  /** Written in letters that English does not use. */
  readonly isScript: boolean;
  readonly common: ReadonlySet<string>;
  readonly notBefore: ReadonlySet<string>;
  readonly notAfter: readonly string[];
  readonly and: ReadonlySet<string>;
  verbAt(words: readonly Word[], index: number): Concept | undefined;
  /** The meaning of a verb with the particle that ends its sentence, if they are one verb. */
  partedVerb(word: string, last: string): Concept | undefined;
  nounOf(word: string): Noun | undefined;
  /** For unspaced languages: every verb and noun of a text with its place, longest first. */
  readonly verbPattern: RegExp | undefined;
  readonly verbOf: ReadonlyMap<string, Concept>;
  readonly nounPattern: RegExp | undefined;
  readonly nounNamed: ReadonlyMap<string, Noun>;
}

interface Stem<Meaning> {
  readonly stem: string;
  /** The beginning of the word behind it, for two-word entries. */
  readonly next: string | undefined;
  readonly isWhole: boolean;
  readonly meaning: Meaning;
}

const BUCKET = 2;
const UNSPACED = new Set(['zh', 'ja', 'ko']);

function entriesOf<Meaning extends string>(
  table: Partial<Readonly<Record<Meaning, string>>>,
): readonly Stem<Meaning>[] {
  return (Object.entries(table) as [Meaning, string][]).flatMap(([meaning, stems]) =>
    stems.split(' ').map((entry): Stem<Meaning> => {
      const [first = '', next] = entry.split('_');
      const isWhole = first.endsWith('$') || next !== undefined;
      return { stem: first.replace('$', ''), next, isWhole, meaning };
    }),
  );
}

/** Stems by their first letters, longest first, so that the most particular one wins. */
function bucketsOf<Meaning>(
  entries: readonly Stem<Meaning>[],
): ReadonlyMap<string, readonly Stem<Meaning>[]> {
  const buckets = new Map<string, Stem<Meaning>[]>();
  for (const entry of entries.toSorted((a, b) => weightOf(b) - weightOf(a))) {
    const key = entry.stem.slice(0, BUCKET);
    const bucket = buckets.get(key);
    if (bucket) bucket.push(entry);
    else buckets.set(key, [entry]);
  }
  return buckets;
}

function weightOf<Meaning>(entry: Stem<Meaning>): number {
  return entry.stem.length + (entry.next === undefined ? 0 : 100) + (entry.isWhole ? 0.5 : 0);
}

function find<Meaning>(
  buckets: ReadonlyMap<string, readonly Stem<Meaning>[]>,
  word: string,
  next: string | undefined,
): Meaning | undefined {
  for (const entry of buckets.get(word.slice(0, BUCKET)) ?? []) {
    const fits = entry.isWhole ? word === entry.stem : word.startsWith(entry.stem);
    if (fits && (entry.next === undefined || next?.startsWith(entry.next))) return entry.meaning;
  }
  return undefined;
}

function patternOf(words: Iterable<string>): RegExp {
  const sorted = [...words].toSorted((a, b) => b.length - a.length);
  return new RegExp(sorted.map((word) => word.replaceAll(' ', '\\s?')).join('|'), 'gu');
}

function spoken<Meaning extends string>(
  table: Partial<Readonly<Record<Meaning, string>>>,
): ReadonlyMap<string, Meaning> {
  const words = new Map<string, Meaning>();
  for (const { stem, next, meaning } of entriesOf(table)) {
    const word = next === undefined ? stem : `${stem} ${next}`;
    if (!words.has(word)) words.set(word, meaning);
  }
  return words;
}

function makeGlossary(lexicon: Lexicon): Glossary {
  const parted = spoken(lexicon.parted ?? {});
  const isUnspaced = UNSPACED.has(lexicon.language);
  const verbs = bucketsOf(entriesOf(lexicon.verbs));
  const nouns = bucketsOf(entriesOf(lexicon.nouns));
  const verbOf = isUnspaced ? spoken(lexicon.verbs) : new Map<string, Concept>();
  const nounNamed = isUnspaced ? spoken(lexicon.nouns) : new Map<string, Noun>();
  const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' ').filter((word) => word !== ''));
  return {
    lexicon,
    isUnspaced,
    isScript: isUnspaced || lexicon.language === 'ru' || lexicon.language === 'uk',
    common: setOf(lexicon.common),
    notBefore: setOf(lexicon.notBefore),
    notAfter: [...setOf(lexicon.notAfter ?? '')].map((word) => word.replaceAll('_', ' ')),
    and: setOf(lexicon.and),
    verbAt: (words, index) => find(verbs, words[index]?.text ?? '', words[index + 1]?.text),
    partedVerb: (word, last) => parted.get(`${word} ${last}`),
    nounOf: (word) => find(nouns, word, undefined),
    verbPattern: isUnspaced ? patternOf(verbOf.keys()) : undefined,
    verbOf,
    nounPattern: isUnspaced ? patternOf(nounNamed.keys()) : undefined,
    nounNamed,
  };
}

let made: readonly Glossary[] | undefined;

/** The glossaries of all languages but English; made when the first tool is classified, for many never classify one. */
export function glossaries(): readonly Glossary[] {
  return (made ??= LEXICONS.map(makeGlossary));
}

/** The glossary of a language. */
export function glossaryOf(language: string): Glossary | undefined {
  return glossaries().find(({ lexicon }) => lexicon.language === language);
}
