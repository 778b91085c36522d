import type { Concept } from './concepts.ts';
import type { Language } from './lexicon/index.ts';
import type { NounGroup } from './nouns.ts';

/** Where in a definition something was read. */
export type Source = 'name' | 'title' | 'description';

/** A verb that says what the tool does, with its place. */
export interface Statement {
  readonly concept: Concept;
  /** What the verb says, in English: "pauses". */
  readonly gloss: string;
  readonly source: Source;
  /** "give", "provide", "collect": looking, unless it is money. */
  readonly gives?: boolean;
  readonly language: Language;
  /** Place of the verb in its source. */
  readonly start: number;
  readonly end: number;
  /**
   * `head`: what the sentence, or the name, says first; `joined`: said beside it ("lists and deletes"); `later`: the head of a
   * later sentence; `noun`: only the kind of thing that comes back ("order history").
   */
  readonly role: 'head' | 'joined' | 'later' | 'noun';
  /** False for words that are as often nouns, and for verbs found away from their usual place. */
  readonly isSure: boolean;
  /** What the words next to it speak of. */
  readonly near: ReadonlySet<NounGroup>;
  /** The words next to it, in English. */
  readonly nearWords: readonly string[];
  /** End of the words next to it. */
  readonly objectEnd: number;
  /** End of a known object behind the verb and its English name, for translations; direct when no other word stands between. */
  readonly object?: { readonly end: number; readonly noun: string; readonly isDirect: boolean };
}
