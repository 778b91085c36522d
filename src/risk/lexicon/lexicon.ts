import type { Concept } from '../concepts.ts';
import type { Noun } from '../nouns.ts';

export type Language =
  | 'en'
  | 'pl'
  | 'zh'
  | 'ja'
  | 'ko'
  | 'de'
  | 'fr'
  | 'es'
  | 'pt'
  | 'it'
  | 'ru'
  | 'uk'
  | 'tr'
  | 'nl'
  | 'cs';

/**
 * The words of one language. Stems are written with spaces between them, in lower case: `usuw` stands for every word that
 * begins so, `usuń$` for that word alone. In Chinese, Japanese and Korean they are found anywhere in a run of letters.
 */
export interface Lexicon {
  readonly language: Exclude<Language, 'en'>;
  readonly name: string;
  readonly verbs: Partial<Readonly<Record<Concept, string>>>;
  readonly nouns: Partial<Readonly<Record<Noun, string>>>;
  /** Verbs that part: the first word, and the particle that ends the sentence (`setzt_zurück`). */
  readonly parted?: Partial<Readonly<Record<Concept, string>>>;
  /** Frequent small words, by which the language is recognised. */
  readonly common: string;
  /** Words that turn the verb behind them round. */
  readonly notBefore: string;
  /** Words or endings that turn the verb before them round. */
  readonly notAfter?: string;
  /** Words that join a second verb to the first. */
  readonly and: string;
  /** Phrases that say that nothing is changed, and that something cannot be undone. */
  readonly changesNothing: readonly string[];
  readonly forGood: readonly string[];
  /** The verb stands at the end of the sentence. */
  readonly verbLast?: true;
}
