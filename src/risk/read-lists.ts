import { thirdPerson, verbFormOf, type VerbForm } from './english.ts';
import { englishNounGroups } from './nouns.ts';
import type { Source, Statement } from './statement.ts';
import { nameWords, type Word } from './words.ts';

/** What a list of acts is announced by: "actions: list, create, delete", "supports get, set and delete". */
const ANNOUNCING = new Set([
  'actions',
  'operations',
  'supports',
  'supporting',
  'commands',
  'methods',
  'subcommands',
  'modes',
  'queries',
  'statements',
]);
/** Words looked at behind the announcement. */
const LIST_WITHIN = 60;
/** Words between two entries: "create (needs a name), delete". */
const GAP = 4;

/** The acts that a description announces as a list; one alone is no list. */
export function readListedActs(words: readonly Word[], source: Source): Statement[] {
  const at = words.findIndex(({ text }) => ANNOUNCING.has(text));
  if (at === -1) return [];
  const found: Statement[] = [];
  let lastAt = at;
  for (let i = at + 1; i < Math.min(words.length, at + LIST_WITHIN) && i - lastAt <= GAP; i++) {
    const word = words[i];
    const form = word && entryAt(words, i, i === at + 1);
    if (word === undefined || form === undefined) continue;
    const nearWords = behind(words, i);
    found.push({
      concept: form.concept,
      gloss: thirdPerson(form.base),
      source,
      language: 'en',
      start: word.start,
      end: word.end,
      role: 'joined',
      isSure: true,
      near: new Set(nearWords.flatMap((near) => [...englishNounGroups(near)])),
      nearWords,
      objectEnd: word.end,
    });
    lastAt = i;
  }
  return found.length > 1 ? found : [];
}

/** A verb in its base form that a comma, "and" or the announcement stands before; or a name that begins with one. */
function entryAt(words: readonly Word[], index: number, isFirst: boolean): VerbForm | undefined {
  const word = words[index];
  if (word === undefined) return undefined;
  const isEntry =
    isFirst || /[,/|;:•\n(`'"-]/.test(word.gap) || /^(?:and|or)$/.test(words[index - 1]?.text ?? '');
  if (!isEntry) return undefined;
  const first = word.isIdentifier ? (nameWords(word.text)[0]?.text ?? '') : word.text;
  const form = verbFormOf(first);
  return form?.form === 'base' ? form : undefined;
}

/** What an entry acts on: the rest of its name, or the next word. */
function behind(words: readonly Word[], index: number): readonly string[] {
  const word = words[index];
  if (word?.isIdentifier)
    return nameWords(word.text)
      .slice(1)
      .map(({ text }) => text);
  const next = words[index + 1];
  return next === undefined || /[,/|;:•\n]/.test(next.gap) ? [] : [next.text];
}
