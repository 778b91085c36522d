import type { RiskCategory } from './category.ts';
import type { Language } from './lexicon/index.ts';
import type { Claim, Reading } from './reading.ts';
import { nameWords } from './words.ts';
import { LEAST_CONFIDENCE, type Weighing } from './weigh.ts';

/** Something in the definition that speaks for the class, word for word. */
export interface RiskEvidence {
  readonly source: 'name' | 'title' | 'description' | 'parameter' | 'annotation' | 'sibling';
  /** Stands exactly so in the definition. */
  readonly quote: string;
  /** Of a quote that is not English. */
  readonly language?: Exclude<Language, 'en'>;
  /** What the quote says, in English. */
  readonly translation?: string;
}

const MAX_EVIDENCE = 6;
const MAX_QUOTE = 90;
const MAX_OBJECT = 60;

/** The quotes that speak for the class, the deciding one first. */
export function evidenceOf(reading: Reading, weighing: Weighing): readonly RiskEvidence[] {
  const evidence: RiskEvidence[] = [];
  const add = (one: RiskEvidence | undefined): void => {
    if (one === undefined || one.quote === '' || evidence.length >= MAX_EVIDENCE) return;
    if (!evidence.some(({ source, quote }) => source === one.source && quote === one.quote))
      evidence.push(one);
  };
  const { reason } = weighing;
  if (reason.kind === 'choice') add({ source: 'parameter', quote: reason.value });
  if (reason.kind === 'parameter') add({ source: 'parameter', quote: reason.parameter });
  if (reason.kind === 'annotation') add({ source: 'annotation', quote: reason.hint });
  for (const claim of weighing.support) add(quoteOf(reading, claim));
  if (reason.kind === 'reversible') add({ source: 'sibling', quote: reason.by });
  if (reason.kind === 'comes_back') add(phraseQuote(reading, reading.comesBack));
  if (reason.kind === 'for_good') add(phraseQuote(reading, reading.forGood));
  if (weighing.category === 'destructive') add(phraseQuote(reading, reading.forGood));
  if (weighing.category === 'read') add(phraseQuote(reading, reading.changesNothing));
  return evidence;
}

function phraseQuote(
  reading: Reading,
  phrase: { readonly start: number; readonly end: number } | undefined,
): RiskEvidence | undefined {
  return phrase && { source: 'description', quote: reading.description.slice(phrase.start, phrase.end) };
}

function quoteOf(reading: Reading, claim: Claim): RiskEvidence {
  const text = textOfSource(reading, claim);
  if (claim.source === 'name') {
    const quote = text.slice(claim.start, claim.end);
    return claim.language === 'en'
      ? { source: 'name', quote }
      : { source: 'name', quote, language: claim.language, translation: claim.gloss };
  }
  if (claim.language !== 'en')
    return {
      source: claim.source,
      quote: text.slice(claim.start, claim.object?.end ?? claim.end),
      language: claim.language,
      translation: translationOf(claim),
    };
  return { source: claim.source, quote: clauseAt(text, claim.start, claim.end) };
}

function textOfSource(reading: Reading, { source }: Claim): string {
  return source === 'name' ? reading.tool.name : source === 'title' ? reading.title : reading.description;
}

/** Acts that are mostly done to many things. */
const TO_MANY = new Set(['list', 'search', 'count', 'export', 'import']);

function translationOf({ concept, gloss, object }: Claim): string {
  if (object === undefined) return gloss;
  const noun = TO_MANY.has(concept) ? plural(object.noun) : withArticle(object.noun);
  // words between that we have no English for
  return object.isDirect ? `${gloss} ${noun}` : `${gloss} … ${noun}`;
}

function plural(noun: string): string {
  if (UNCOUNTED.test(noun) || noun.endsWith('s')) return noun;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

const UNCOUNTED = /^(?:money|data|statistics|information|weather|details|crypto|history|code|audio|media)$/;

function withArticle(noun: string): string {
  if (UNCOUNTED.test(noun)) return noun;
  return `${/^(?:[aeio]|sms)/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** The verb and the words behind it, to the end of the clause. */
function clauseAt(text: string, start: number, verbEnd: number): string {
  const rest = text.slice(start, start + MAX_QUOTE);
  const stop = rest.slice(verbEnd - start).search(/[.,;:!?()`"\n]/);
  const clause = stop === -1 ? rest : rest.slice(0, verbEnd - start + stop);
  if (clause.length < MAX_QUOTE) return clause.trimEnd();
  const space = clause.lastIndexOf(' ');
  return clause.slice(0, space > verbEnd - start ? space : verbEnd - start).trimEnd();
}

const LANGUAGE_NAMES: Readonly<Record<Exclude<Language, 'en'>, string>> = {
  pl: 'Polish',
  zh: 'Chinese',
  ja: 'Japanese',
  ko: 'Korean',
  de: 'German',
  fr: 'French',
  es: 'Spanish',
  pt: 'Portuguese',
  it: 'Italian',
  ru: 'Russian',
  uk: 'Ukrainian',
  tr: 'Turkish',
  nl: 'Dutch',
  cs: 'Czech',
};

const EFFECT: Readonly<Record<RiskCategory, string>> = {
  read: 'that only looks, and changes nothing',
  write: 'that changes something, which can be changed again',
  execute: 'that sets something going which takes its own course',
  destructive: 'what it takes away does not come back by itself',
  financial: 'that moves money or commits to paying it',
};

/** One sentence that says why a tool has its class. */
export function rationaleOf(reading: Reading, weighing: Weighing): string {
  const { reason, category } = weighing;
  if (category === 'unknown') return whyUnknown(weighing);
  switch (reason.kind) {
    case 'claim':
      return `${sayingOf(reading, reason.claim, weighing)}; ${sendsMail(reading, reason.claim, category) ? MAIL_LEAVES : EFFECT[category]}.`;
    case 'reversible':
      return `It ${doing(reading, reason.claim)}, which modifies state reversibly: ${quoted(reason.by)} undoes it.`;
    case 'for_good':
      return `${sayingOf(reading, reason.claim, weighing)}, and that this cannot be taken back.`;
    case 'comes_back':
      return `${sayingOf(reading, reason.claim, weighing)}, and that this can be taken back.`;
    case 'choice':
      return `The caller chooses what it does by ${quoted(reason.parameter)}, and ${quoted(reason.value)} is among the choices; ${EFFECT[category]}.`;
    case 'parameter':
      return `It runs ${SIGNAL_NAMES[reason.signal] ?? 'the text'} that ${quoted(reason.parameter)} brings, so its effect is up to the caller.`;
    case 'changes_nothing':
      return 'Its description says that it changes nothing, and nothing in the definition says otherwise.';
    case 'annotation':
      return reason.hint === 'destructiveHint'
        ? 'Its server marks it as destructive, which its words do not tell.'
        : 'Its server marks it as not read-only, though its words only speak of looking.';
    case 'vague':
      return `${sayingOf(reading, reason.claim, weighing)} without saying how, so it counts as a change.`;
    default:
      return `By its parts, ${EFFECT[category]}.`;
  }
}

const MAIL_LEAVES = 'mail goes out, and cannot be called back';
const SENDING: ReadonlySet<string> = new Set(['send', 'resume', 'schedule', 'start', 'notify', 'reply']);

function sendsMail(reading: Reading, claim: Claim, category: RiskCategory): boolean {
  return (
    category === 'execute' && SENDING.has(claim.concept) && (claim.near.has('mail') || reading.isAboutMail)
  );
}

const SIGNAL_NAMES: Readonly<Record<string, string>> = { sql: 'a query', code: 'code or a command' };

function whyUnknown({ reason }: Weighing): string {
  return reason.kind === 'too_long'
    ? 'The description is too long to be read to its end, so the tool counts as unknown.'
    : 'Neither the name nor the description says what it does, so the tool counts as unknown.';
}

function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ');
}

function quoted(text: string): string {
  // a name may hold anything; a sentence stays one line
  const line = Array.from(oneLine(text));
  return `\`${line.length > 60 ? `${line.slice(0, 60).join('')}…` : line.join('')}\``;
}

/** "Its Polish description says that it pauses a campaign". */
function sayingOf(reading: Reading, claim: Claim, weighing: Weighing): string {
  const where =
    claim.source === 'description' ? `Its ${inLanguage(claim)}description` : `Its ${claim.source}`;
  if (claim.role === 'noun') return `${where} only speaks of information, not of a change`;
  const isWeak = weighing.confidence < LEAST_CONFIDENCE + 0.1;
  return `${where} ${isWeak ? 'seems to say' : 'says'} that it ${doing(reading, claim)}`;
}

function inLanguage(claim: Claim): string {
  return claim.language === 'en' ? '' : `${LANGUAGE_NAMES[claim.language]} `;
}

/** "pauses a campaign": the act and, where it is known, what it is done to. */
function doing(reading: Reading, claim: Claim): string {
  if (claim.object !== undefined) return translationOf(claim).replace(' … ', ' ');
  if (claim.language !== 'en') return claim.gloss;
  const behind =
    claim.source === 'name'
      ? nameWords(reading.tool.name.slice(claim.end))
          .map(({ text }) => text)
          .join(' ')
      : oneLine(textOfSource(reading, claim).slice(claim.end, claim.objectEnd));
  const isObject = behind.length <= MAX_OBJECT && !/^\s*(?:up|out|back|in|off|down)?$/.test(behind);
  return !isObject ? claim.gloss : `${claim.gloss} ${behind.trim()}`;
}
