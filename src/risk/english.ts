import type { Concept } from './concepts.ts';
import { ENGLISH_IRREGULAR, ENGLISH_NOUNS, ENGLISH_PHRASES, ENGLISH_VERBS } from './lexicon/en.ts';
import type { Word } from './words.ts';

/** What an English word form is a form of. */
export interface VerbForm {
  readonly concept: Concept;
  readonly base: string;
  readonly form: 'base' | 's' | 'ing' | 'ed' | 'noun';
  /** As often a noun: "order", "list", "comment". */
  readonly isAlsoNoun: boolean;
}

let known: ReadonlyMap<string, VerbForm> | undefined;

/** All of them, made at the first question: some thousands, which not every program that has this room asks for. */
function forms(): ReadonlyMap<string, VerbForm> {
  known ??= formsOf(basesOf(Object.entries(ENGLISH_VERBS) as [Concept, string][]));
  return known;
}

type Bases = ReadonlyMap<string, { readonly concept: Concept; readonly isAlsoNoun: boolean }>;

function basesOf(verbs: readonly (readonly [Concept, string])[]): Bases {
  const bases = new Map<string, { readonly concept: Concept; readonly isAlsoNoun: boolean }>();
  for (const [concept, words] of verbs) {
    for (const word of words.split(' ')) {
      const base = word.replace('*', '');
      if (!bases.has(base)) bases.set(base, { concept, isAlsoNoun: word.endsWith('*') });
    }
  }
  return bases;
}

function formsOf(bases: Bases): ReadonlyMap<string, VerbForm> {
  const made = new Map<string, VerbForm>();
  for (const [base, { concept, isAlsoNoun }] of bases) {
    const add = (word: string, form: VerbForm['form']): void => {
      if (!made.has(word) && (form === 'base' || !bases.has(word)))
        made.set(word, { concept, base, form, isAlsoNoun });
    };
    add(base, 'base');
    add(thirdPerson(base), 's');
    for (const stem of stemsOf(base)) {
      add(`${stem}ing`, 'ing');
      add(`${stem}ed`, 'ed');
    }
    if (base.endsWith('y') && !/[aeiou]y$/.test(base)) add(`${base.slice(0, -1)}ied`, 'ed');
  }
  for (const [word, base] of Object.entries(ENGLISH_IRREGULAR)) {
    const verb = bases.get(base);
    if (verb && !made.has(word)) made.set(word, { ...verb, base, form: 'ed' });
  }
  for (const [word, base] of Object.entries(ENGLISH_NOUNS)) {
    const verb = bases.get(base);
    if (verb && !made.has(word))
      made.set(word, { concept: verb.concept, base, form: 'noun', isAlsoNoun: true });
  }
  return made;
}

/** A verb as it reads behind "it". */
export function thirdPerson(base: string): string {
  if (/(?:s|x|z|ch|sh|o)$/.test(base)) return `${base}es`;
  if (/[^aeiou]y$/.test(base)) return `${base.slice(0, -1)}ies`;
  return `${base}s`;
}

/** What -ing and -ed are added to: `delet`, `stop` and `stopp`, `show`. */
function stemsOf(base: string): readonly string[] {
  if (base.endsWith('ie')) return [`${base.slice(0, -2)}y`];
  if (base.endsWith('e') && !/(?:ee|ye)$/.test(base)) return [base.slice(0, -1)];
  if (/[^aeiou][aeiou][bdglmnprt]$/.test(base)) return [base, base + base.slice(-1)];
  return [base];
}

/** The verb of which a word is a form, if it is one. */
export function verbFormOf(word: string): VerbForm | undefined {
  const form = forms().get(word);
  if (form !== undefined || !word.startsWith('re')) return form;
  // re-run, reindex; a short rest is no verb: "real", "rest"
  const rest = word[2] === '-' ? word.slice(3) : word.slice(2);
  return rest.length > 4 || word[2] === '-' ? forms().get(rest) : undefined;
}

/** The meaning of two words together ("shut down"), if they have one of their own. */
export function phraseAt(words: readonly Word[], index: number): Concept | undefined {
  const first = words[index];
  const second = words[index + 1];
  if (first === undefined || second === undefined) return undefined;
  const base = forms().get(first.text)?.base ?? first.text;
  return ENGLISH_PHRASES[`${base} ${second.text}`];
}
