import { CONCEPTS } from './concepts.ts';
import { phraseAt, verbFormOf, type VerbForm } from './english.ts';
import { glossaries, type Glossary } from './foreign.ts';
import { englishNounGroups, type NounGroup } from './nouns.ts';
import { GIVING, glossAt, NEVER_FIRST_NOUN } from './read-english.ts';
import type { Statement } from './statement.ts';
import { foldWord, type Word } from './words.ts';

/** Words that are mostly the thing, not the act, at the beginning of a name: `order_create`, `message_delete`. */
const NOUN_WHEN_FIRST = new Set(
  'shell bash repl debug trash access place leave group roll chat prompt backup transition open new compose issue request claim order charge report message transfer trade book invoice bill comment call index dump trace record process work help support switch step attack email mail block design draft post tag label test run build plan fund tip wire bridge deposit email exchange merge note link share profile review rate score research study store stage lock pin star watch track schedule release control train bid payout pay reset request reply answer alert debit rollback batch release monitor audit log schedule deploy'.split(
    ' ',
  ),
);
const JOINING = new Set(['and', 'or']);
/** Kinds of things that a name ends with when it only looks: `order_history`. */
const ONLY_LOOKS = new Set(
  'status health version help usage schedule history report reports stats statistics details detail info information overview summary schema metadata metrics list logs log count help docs documentation catalog catalogue balance profile insights analysis forecast spread calculator converter finder viewer checker analyzer explorer lookup leaderboard ranking news'.split(
    ' ',
  ),
);

/** How something goes or went. */
const STATES = new Set('status history stats statistics info metrics'.split(' '));

/** What one looks at in a market: `exchange_rates`, `order_book`. */
const MARKET_VIEWS = new Set(
  'rate rates price prices volume fee fees quote quotes ticker tickers market markets portfolio positions holdings orders calendar book'.split(
    ' ',
  ),
);

/** What a tool's name says that it does. `skip` words at the beginning name the server. */
export function readName(words: readonly Word[], skip: number, glossary: Glossary | undefined): Statement[] {
  const own = skip < words.length ? words.slice(skip) : words;
  const at = verbIndex(own);
  if (at === undefined) {
    const foreign = foreignName(own, glossary);
    if (foreign !== undefined) return [foreign];
    const last = own.at(-1);
    const made = madeOf(own);
    if (made !== undefined)
      return [
        make(
          own,
          own.findIndex(({ text }) => text === 'to' || text === '2'),
          made,
          'head',
          false,
        ),
      ];
    return last !== undefined && (ONLY_LOOKS.has(last.text) || MARKET_VIEWS.has(last.text))
      ? [make(own, own.length - 1, 'show', 'noun', false)]
      : [];
  }
  const form = verbFormOf(own[at]?.text ?? '');
  const concept = phraseAt(own, at) ?? form?.concept;
  if (form === undefined || concept === undefined) return [];
  const isSure =
    at === 0
      ? !form.isAlsoNoun || !NOUN_WHEN_FIRST.has(form.base) || form.concept === 'run'
      : !form.isAlsoNoun;
  const statements = [make(own, at, concept, 'head', isSure && form.form !== 'noun')];
  for (let i = at + 2; i < own.length; i++) {
    const joined = verbFormOf(own[i]?.text ?? '');
    if (joined?.form === 'base' && JOINING.has(own[i - 1]?.text ?? ''))
      statements.push(make(own, i, joined.concept, 'joined', !joined.isAlsoNoun));
  }
  return statements;
}

/** `text_to_video` makes, `csv_to_json` only converts. */
function madeOf(words: readonly Word[]): 'generate' | 'convert' | undefined {
  const to = words.findIndex(({ text }) => text === 'to' || text === '2');
  if (to < 1 || to === words.length - 1) return undefined;
  return words.slice(to + 1).some(({ text }) => englishNounGroups(text).has('media'))
    ? 'generate'
    : 'convert';
}

function isVerbHere(form: VerbForm | undefined): form is VerbForm {
  if (form === undefined || form.form === 'ed') return false;
  // `orders`, `pricing`: nouns of names
  return !((form.form === 's' || form.form === 'ing') && form.isAlsoNoun);
}

/** `sync_status`, `deploy_history`: how an act goes, not the act. */
function isStateOfAct(words: readonly Word[]): boolean {
  const form = verbFormOf(words[0]?.text ?? '');
  return (
    words.length === 2 &&
    STATES.has(words[1]?.text ?? '') &&
    form !== undefined &&
    CONCEPTS[form.concept].act === 'execute'
  );
}

function actsOnMoney(word: string): boolean {
  const form = verbFormOf(word);
  return form !== undefined && CONCEPTS[form.concept].act === 'pay';
}

/** Index of the word that names the act: the first, else the last, else the first sure verb between. */
function verbIndex(words: readonly Word[]): number | undefined {
  const formAt = (index: number): VerbForm | undefined => {
    const form = verbFormOf(words[index]?.text ?? '');
    return isVerbHere(form) ? form : undefined;
  };
  const lastIndex = words.length - 1;
  const last = formAt(lastIndex);
  const lastWord = words[lastIndex]?.text ?? '';
  const isMarket = actsOnMoney(words[0]?.text ?? '');
  const endsAsView = lastIndex > 0 && (ONLY_LOOKS.has(lastWord) || (isMarket && MARKET_VIEWS.has(lastWord)));
  if (phraseAt(words, 0) !== undefined) return 0;
  if (isStateOfAct(words)) return undefined;
  const first = formAt(0);
  if (first !== undefined && (!first.isAlsoNoun || !NOUN_WHEN_FIRST.has(first.base))) {
    // `test_delete` and `run_list` are rare, `order_create` is not: the first verb counts when it is one
    return 0;
  }
  for (let i = 0; i <= lastIndex; i++) {
    const form = formAt(i);
    if (form === undefined || form.form !== 'base') continue;
    // `trash_list_profiles`: a list at the end of a name is a thing
    if (!form.isAlsoNoun || (i > 0 && i < lastIndex && NEVER_FIRST_NOUN.has(form.base))) return i;
  }
  if (endsAsView && (last === undefined || last.isAlsoNoun)) return undefined;
  if (lastIndex > 0 && last !== undefined) return lastIndex;
  for (let i = 0; i <= lastIndex; i++) if (formAt(i) !== undefined) return i;
  return undefined;
}

/** A name in another language: `crear_factura`, `verificar_cedula`, `删除用户`. */
function foreignName(words: readonly Word[], glossary: Glossary | undefined): Statement | undefined {
  const candidates = glossary === undefined ? glossaries() : [glossary];
  for (const index of words.length > 1 ? [0, words.length - 1] : [0]) {
    for (const { verbAt, verbPattern, verbOf, lexicon, isUnspaced } of candidates) {
      const word = words[index];
      if (word === undefined || word.text.length < 3 - (isUnspaced ? 1 : 0)) continue;
      let concept = verbAt(words, index);
      if (isUnspaced && verbPattern !== undefined) {
        const found = [...word.text.matchAll(verbPattern)].at(-1)?.[0];
        concept = found === undefined ? undefined : verbOf.get(found);
      }
      // without a text in that language a stem of three letters proves nothing
      if (concept === undefined || (glossary === undefined && !isUnspaced && word.text.length < 5)) continue;
      return {
        ...make(words, index, concept, 'head', glossary !== undefined),
        language: lexicon.language,
        gloss: CONCEPTS[concept].gloss,
      };
    }
  }
  return undefined;
}

function make(
  words: readonly Word[],
  index: number,
  concept: Statement['concept'],
  role: Statement['role'],
  isSure: boolean,
): Statement {
  const word = words[index];
  const others = words.filter((_, i) => i !== index).map(({ text }) => foldWord(text));
  const near = new Set<NounGroup>();
  for (const other of others) for (const group of englishNounGroups(other)) near.add(group);
  return {
    concept,
    gloss: glossAt(words, index, concept),
    source: 'name',
    language: 'en',
    start: word?.start ?? 0,
    end: word?.end ?? 0,
    role,
    isSure,
    ...(GIVING.has(word?.text ?? '') && { gives: true }),
    near,
    nearWords: others,
    objectEnd: words.at(-1)?.end ?? 0,
  };
}
