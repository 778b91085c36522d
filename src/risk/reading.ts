import type { Act } from './concepts.ts';
import { textOf, titleOf, type RiskTool } from './definition.ts';
import { verbFormOf } from './english.ts';
import type { Glossary } from './foreign.ts';
import { languageOf } from './language.ts';
import { ENGLISH_CHANGES_NOTHING, ENGLISH_COMES_BACK, ENGLISH_FOR_GOOD } from './lexicon/en.ts';
import { actOf, type Topic } from './meaning.ts';
import { englishNounGroups, type NounGroup } from './nouns.ts';
import { isNegated, readEnglish } from './read-english.ts';
import { readForeign } from './read-foreign.ts';
import { readListedActs } from './read-lists.ts';
import { readName } from './read-name.ts';
import { actionChoices, parameterSignals, type ActionChoice, type ParameterSignal } from './signals.ts';
import { inverseOf, type Family } from './siblings.ts';
import type { Source, Statement } from './statement.ts';
import { hasInvisible, nameWords, readText, type ReadText } from './words.ts';

/** A statement with what it amounts to. */
export interface Claim extends Statement {
  readonly act: Act;
}

/** A phrase found in the description. */
export interface Phrase {
  readonly start: number;
  readonly end: number;
}

/** Everything that a definition gives, before it is weighed. */
export interface Reading {
  readonly tool: RiskTool;
  readonly title: string;
  readonly description: string;
  readonly name: readonly Claim[];
  readonly titled: readonly Claim[];
  readonly described: readonly Claim[];
  /** Acts that the description lists: "actions: list, create, delete". */
  readonly listed: readonly Claim[];
  readonly changesNothing: Phrase | undefined;
  readonly forGood: Phrase | undefined;
  /** What is taken away can be restored. */
  readonly comesBack: Phrase | undefined;
  readonly signals: readonly ParameterSignal[];
  readonly choices: readonly ActionChoice[];
  readonly reversibleBy: string | undefined;
  readonly isAboutMail: boolean;
  readonly wasCut: boolean;
  readonly hasInvisible: boolean;
  readonly language: Glossary | undefined;
}

/** Words of the first sentence that the topic is made of. */
const TOPIC_WORDS = 16;

/** Reads a tool's definition. Bounded in time, whatever it holds. */
export function readDefinition(tool: RiskTool, family: Family): Reading {
  const title = titleOf(tool);
  const description = textOf(tool.description);
  const name = nameWords(tool.name);
  const text = readText(description);
  const titleText = readText(title);
  const language = languageOf(description, text.words) ?? languageOf(title, titleText.words);
  const mentions = mentionsOf(text, tool.name, family);
  const topic = topicOf(name, titleText, text);
  const claims = (statements: readonly Statement[]): Claim[] =>
    statements.map((statement) => ({ ...statement, act: actOf(statement, topic) }));
  const read = (given: string, { words }: ReadText, source: Source): Claim[] => {
    const native = language === undefined ? [] : readForeign(given, words, language, source, mentions);
    // "note" and "place" are words of other languages too; beside another script English stands for itself
    const isEnglishToo = native.length === 0 || language?.isScript === true;
    const english = claims(isEnglishToo ? readEnglish(given, words, source, mentions) : []);
    return [...english, ...behindEnglish(english, claims(native), given)];
  };
  const foreign = language?.lexicon;
  return {
    tool,
    title,
    description,
    name: claims(
      readName(
        name,
        prefixLength(
          name.map(({ text: word }) => word),
          family,
        ),
        language,
      ),
    ),
    titled: read(title, titleText, 'title'),
    described: read(description, text, 'description'),
    listed: claims(readListedActs(text.words, 'description')),
    changesNothing: phraseIn(description, text, ENGLISH_CHANGES_NOTHING, foreign?.changesNothing),
    comesBack: phraseIn(description, text, ENGLISH_COMES_BACK, undefined, true),
    forGood: phraseIn(description, text, ENGLISH_FOR_GOOD, foreign?.forGood, true),
    signals: parameterSignals(tool),
    choices: actionChoices(tool),
    reversibleBy: inverseOf(tool.name, family),
    isAboutMail: topic.groups.has('mail'),
    wasCut: text.wasCut,
    hasInvisible: hasInvisible(tool.name) || hasInvisible(description.slice(0, text.length)),
    language,
  };
}

/** Where an English text only holds some words of another script, those do not say what the tool does. */
function behindEnglish(english: readonly Claim[], native: readonly Claim[], text: string): readonly Claim[] {
  const head = english.find(({ role }) => role === 'head');
  const isEnglish =
    head?.isSure === true && head.act !== 'vague' && head.start < text.search(/(?!\p{Script=Latin})\p{L}/u);
  return isEnglish ? native.map((claim) => ({ ...claim, role: 'later' })) : native;
}

/** Other tools that the description names: what is said of them is not said of this one. */
function mentionsOf(text: ReadText, own: string, family: Family): ReadonlySet<string> {
  const mentioned = new Set<string>();
  const ownName = own.toLowerCase();
  for (const word of text.words) {
    if (word.text === ownName) continue;
    const looksLikeTool =
      word.isIdentifier && nameWords(word.text).some(({ text: part }) => verbFormOf(part)?.form === 'base');
    if (looksLikeTool || family.mentionable.has(word.text)) mentioned.add(word.text);
  }
  return mentioned;
}

/** How many words at the beginning of a name only name the server. */
function prefixLength(words: readonly string[], family: Family): number {
  if (family.prefix[0] === undefined || words[0] !== family.prefix[0]) return 0;
  const first = verbFormOf(words[0]);
  const second = verbFormOf(words[1] ?? '');
  const isVerb =
    first?.form === 'base' && !(first.isAlsoNoun && second?.form === 'base' && !second.isAlsoNoun);
  return isVerb ? 0 : 1;
}

function topicOf(name: readonly { readonly text: string }[], title: ReadText, text: ReadText): Topic {
  const first = text.words.filter(({ sentence }) => sentence === 0).slice(0, TOPIC_WORDS);
  const words = new Set([...name, ...title.words.slice(0, TOPIC_WORDS), ...first].map((word) => word.text));
  const groups = new Set<NounGroup>();
  for (const word of words) for (const group of englishNounGroups(word)) groups.add(group);
  return { words, groups };
}

function phraseIn(
  description: string,
  text: ReadText,
  english: RegExp,
  foreign: readonly string[] | undefined,
  mayBeNegated = false,
): Phrase | undefined {
  const given = description.slice(0, text.length);
  for (const match of given.matchAll(english)) {
    const index = text.words.findIndex(({ start }) => start >= match.index);
    if (!mayBeNegated || index < 0 || !isNegated(text.words, index))
      return { start: match.index, end: match.index + match[0].length };
  }
  const lower = given.toLowerCase();
  // lower-casing that changes the length would move the places
  if (lower.length !== given.length) return undefined;
  for (const phrase of foreign ?? []) {
    const start = lower.indexOf(phrase);
    if (start !== -1) return { start, end: start + phrase.length };
  }
  return undefined;
}
