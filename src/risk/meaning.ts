import { CONCEPTS, type Act, type Concept } from './concepts.ts';
import {
  ACTIVITY,
  ANSWERING,
  CHAT,
  CODE,
  COMMITTING,
  CONNECTION,
  DEBUGGING,
  FREE_OF_COST,
  INVITATIONS,
  LOOKING,
  MACHINES,
  MAIL,
  MARKET,
  OF_MODEL,
  ON_A_PAGE,
  ORDERS,
  PAYABLE,
  PLACED,
  QUERIES,
  QUERY_LANGUAGE,
  READ_ONLY,
  SCREEN,
  setOf,
  STORED,
  SUBSCRIPTIONS,
  TEXTUAL,
  TOLD,
  TRADED,
  WEAKNESS,
} from './lexicon/objects.ts';
import { commitsMoney } from './money.ts';
import type { NounGroup } from './nouns.ts';
import type { Statement } from './statement.ts';

/** What the whole definition speaks of: name, title and first sentence. */
export interface Topic {
  readonly words: ReadonlySet<string>;
  readonly groups: ReadonlySet<NounGroup>;
}

interface Circumstance {
  readonly when: (statement: Statement, topic: Topic) => boolean;
  readonly act: Act;
}

const near =
  (words: ReadonlySet<string>) =>
  (statement: Statement): boolean =>
    statement.nearWords.some((word) => words.has(word));
/** The thing itself, not what belongs to it: `create_order`, but not `create_order_note`. */
const endsWith =
  (words: ReadonlySet<string>) =>
  (statement: Statement): boolean => {
    const last = statement.nearWords.at(-1) ?? '';
    const before = statement.nearWords.at(-2) ?? '';
    return (
      words.has(last) ||
      ((last === 'link' || last === 'intent' || last === 'session' || last === 'request') &&
        words.has(before))
    );
  };
const about =
  (group: NounGroup) =>
  (statement: Statement): boolean =>
    statement.near.has(group);
const both =
  (...tests: readonly Circumstance['when'][]): Circumstance['when'] =>
  (statement, topic) =>
    tests.every((test) => test(statement, topic));
const either =
  (...tests: readonly Circumstance['when'][]): Circumstance['when'] =>
  (statement, topic) =>
    tests.some((test) => test(statement, topic));
const topic =
  (words: ReadonlySet<string>): Circumstance['when'] =>
  (_, { words: all }) => {
    for (const word of words) if (all.has(word)) return true;
    return false;
  };
const hasObject: Circumstance['when'] = ({ nearWords }) => nearWords.length > 0;
const isOfMoney: Circumstance['when'] = (_, { groups }) => groups.has('money');
const isForeign: Circumstance['when'] = ({ language }) => language !== 'en';
const not =
  (test: Circumstance['when']): Circumstance['when'] =>
  (statement, all) =>
    !test(statement, all);
/** What is spent on advertising is set by its budgets and bids. */
const ofAdvertising = both(
  near(setOf('budget budgets bid bids')),
  topic(setOf('ad ads adset campaign campaigns advertising')),
);
const isDraft = topic(setOf('draft drafts bill bills quote estimate template templates'));

/** Where the thing acted on changes what an act is; the first circumstance that holds counts. */
const CIRCUMSTANCES: Partial<Readonly<Record<Concept, readonly Circumstance[]>>> = {
  get: [
    {
      when: both(({ gloss }) => gloss === 'fetches', topic(setOf('method')), topic(setOf('headers body'))),
      act: 'execute',
    },
    { when: both(({ gloss }) => gloss === 'pulls', topic(setOf('git'))), act: 'execute' },
  ],
  create: [
    {
      when: both(near(setOf('phone call calls')), not(endsWith(setOf('number numbers booking log note')))),
      act: 'execute',
    },
    { when: both(({ gloss }) => gloss.startsWith('init'), near(setOf('browser'))), act: 'execute' },
    { when: endsWith(setOf('prediction predictions')), act: 'execute' },
    { when: both(endsWith(SUBSCRIPTIONS), topic(TOLD)), act: 'write' },
    { when: both(endsWith(ORDERS), near(setOf('change work sort display'))), act: 'write' },
    {
      when: both(endsWith(setOf('card cards')), topic(setOf('virtual debit credit gift spending'))),
      act: 'pay',
    },
    { when: both(either(endsWith(PAYABLE), both(isForeign, about('money'))), not(isDraft)), act: 'pay' },
    { when: near(setOf('checkout')), act: 'pay' },
    { when: ofAdvertising, act: 'pay' },
    { when: near(DEBUGGING), act: 'execute' },
    {
      when: both(endsWith(setOf('request call requests calls')), near(setOf('api http https rest'))),
      act: 'execute',
    },
  ],
  set: [
    { when: near(setOf('leverage margin')), act: 'pay' },
    { when: ofAdvertising, act: 'pay' },
    { when: near(DEBUGGING), act: 'execute' },
  ],
  add: [
    { when: near(setOf('numbers number integers')), act: 'read' },
    { when: near(setOf('funds money credits')), act: 'pay' },
  ],
  // in a chat a message can be edited and taken back; mail and messages of an unknown kind cannot
  send: [
    {
      when: both(
        topic(ANSWERING),
        near(setOf('prompt prompts question task')),
        not(topic(setOf('agent agents'))),
      ),
      act: 'read',
    },
    { when: both(({ role }) => role === 'joined', near(INVITATIONS)), act: 'write' },
    {
      when: both(
        near(setOf('message messages reaction reply dm')),
        either(topic(CHAT), near(setOf('channel'))),
        not(topic(MAIL)),
        not(about('money')),
      ),
      act: 'write',
    },
    {
      when: both(
        about('money'),
        near(
          setOf(
            'money payment payments tokens token crypto sol eth btc usdc funds invoice transaction coins',
          ),
        ),
        not(about('mail')),
      ),
      act: 'pay',
    },
    { when: near(setOf('invoice invoices')), act: 'pay' },
  ],
  transfer: [
    { when: both(hasObject, not(about('money')), not(near(TRADED)), not(isOfMoney)), act: 'write' },
    { when: both(isForeign, not(about('money'))), act: 'write' },
  ],
  process: [
    { when: topic(setOf('printer printers')), act: 'execute' },
    { when: near(setOf('screenshot screenshots snapshot picture photo')), act: 'read' },
    { when: both(about('money'), near(setOf('order transaction invoice'))), act: 'pay' },
  ],
  register: [{ when: near(setOf('domain domains')), act: 'pay' }],
  order: [
    { when: near(setOf('call calls')), act: 'execute' },
    { when: endsWith(setOf('book books')), act: 'read' },
    {
      when: both(({ gloss }) => gloss === 'places', hasObject, not(near(PLACED)), not(topic(MARKET))),
      act: 'write',
    },
    { when: both(isForeign, not(about('money')), not(near(setOf('product')))), act: 'pay' },
    {
      when: near(setOf('actor object marker text element block item shape image component pin')),
      act: 'write',
    },
  ],
  book: [
    { when: near(ORDERS), act: 'read' },
    { when: both(not(near(COMMITTING)), not(topic(COMMITTING))), act: 'write' },
  ],
  exchange: [
    {
      when: both(
        ({ gloss }) => gloss === 'mints',
        not(near(setOf('nft nfts token tokens coin coins crypto supply'))),
      ),
      act: 'write',
    },
    { when: near(setOf('access oauth authorization refresh')), act: 'write' },
    {
      when: both(hasObject, not(near(TRADED)), not(about('money')), not(topic(MARKET))),
      act: 'write',
    },
  ],
  charge: [{ when: near(setOf('device battery vehicle car')), act: 'execute' }],
  pay: [
    { when: topic(setOf('git branch branches commit repository')), act: 'write' },
    { when: near(setOf('attention')), act: 'read' },
  ],
  update: [
    { when: near(setOf('manifest manifests terraform migration migrations playbook')), act: 'execute' },
    { when: near(DEBUGGING), act: 'execute' },
    { when: both(({ gloss }) => gloss === 'selects', near(ON_A_PAGE)), act: 'execute' },
    {
      when: both(
        ({ gloss }) => gloss === 'selects',
        ({ nearWords }) => nearWords[0] === 'and',
      ),
      act: 'vague',
    },
    { when: both(({ gloss }) => gloss === 'refreshes', near(setOf('page tab browser'))), act: 'execute' },
    { when: both(({ gloss }) => gloss === 'completes', endsWith(ORDERS)), act: 'pay' },
    { when: ofAdvertising, act: 'pay' },
    {
      when: both(endsWith(SUBSCRIPTIONS), not(near(FREE_OF_COST)), not(topic(TOLD))),
      act: 'pay',
    },
    { when: both(near(ORDERS), topic(MARKET)), act: 'pay' },
  ],
  build: [{ when: both(near(setOf('transaction transactions')), topic(MARKET)), act: 'pay' }],
  move: [
    { when: near(MACHINES), act: 'execute' },
    { when: near(setOf('money funds')), act: 'pay' },
  ],
  submit: [
    { when: either(about('money'), near(TRADED)), act: 'pay' },
    { when: near(setOf('job jobs batch transaction')), act: 'execute' },
  ],
  approve: [
    { when: near(setOf('transaction transactions')), act: 'execute' },
    {
      when: both(topic(setOf('wallet key')), near(setOf('message transaction transactions'))),
      act: 'execute',
    },
    {
      when: near(setOf('payment payments payout refund withdrawal spending allowance token tokens')),
      act: 'pay',
    },
  ],
  schedule: [
    { when: near(setOf('payment payments payout transfer')), act: 'pay' },
    { when: near(setOf('email emails newsletter campaign sms')), act: 'execute' },
  ],
  upgrade: [
    { when: both(near(SUBSCRIPTIONS), topic(TOLD)), act: 'write' },
    {
      when: either(
        near(setOf('subscription plan tier account domain license membership')),
        topic(setOf('subscription')),
      ),
      act: 'pay',
    },
    {
      when: near(setOf('server cluster system package packages os database version firmware')),
      act: 'execute',
    },
  ],
  subscribe: [{ when: both(near(setOf('plan subscription paid')), not(near(FREE_OF_COST))), act: 'pay' }],
  cancel: [
    { when: both(near(ORDERS), topic(MARKET)), act: 'pay' },
    { when: both(near(setOf('subscription subscriptions')), not(near(FREE_OF_COST))), act: 'pay' },
    { when: near(ACTIVITY), act: 'execute' },
  ],
  close: [
    { when: near(setOf('position positions trade trades')), act: 'pay' },
    { when: near(setOf('browser page tab app application window')), act: 'execute' },
  ],
  open: [
    { when: near(setOf('node nodes entity entities file files document note')), act: 'read' },
    { when: near(setOf('position positions trade')), act: 'pay' },
    { when: near(SCREEN), act: 'execute' },
  ],
  query: [
    { when: topic(READ_ONLY), act: 'read' },
    { when: either(near(QUERY_LANGUAGE), topic(setOf('sql cypher opencypher kql promql'))), act: 'execute' },
  ],
  check: [{ when: near(setOf('checkbox')), act: 'execute' }],
  preview: [
    {
      when: both(
        ({ gloss }) => gloss === 'simulates',
        near(setOf('input key keyboard mouse touch tap click')),
      ),
      act: 'execute',
    },
  ],
  invoke: [
    {
      when: both(
        either(({ gloss }) => gloss === 'chats' || gloss === 'prompts', near(ANSWERING)),
        topic(ANSWERING),
      ),
      act: 'read',
    },
  ],
  destroy: [
    {
      when: both(
        either(near(setOf('file files')), topic(setOf('drag'))),
        topic(setOf('element page dragged drag')),
      ),
      act: 'execute',
    },
  ],
  calculate: [
    {
      when: both(near(CODE), topic(setOf('javascript js script python browser page lisp repl'))),
      act: 'execute',
    },
  ],
  scan: [{ when: either(near(WEAKNESS), topic(WEAKNESS)), act: 'execute' }],
  test: [{ when: either(near(CONNECTION), near(setOf('html accessibility regex pattern'))), act: 'read' }],
  convert: [
    {
      when: near(
        setOf('cell cells paragraph paragraphs range row rows column columns shape font disk drive'),
      ),
      act: 'write',
    },
    { when: near(setOf('lead leads ticket opportunity quote draft')), act: 'write' },
  ],
  generate: [
    { when: both(endsWith(setOf('invoice invoices')), not(isDraft)), act: 'pay' },
    {
      when: either(near(OF_MODEL), near(setOf('scene scenes frame frames')), both(isForeign, about('media'))),
      act: 'execute',
    },
    {
      when: either(near(TEXTUAL), both(isForeign, about('data')), ({ gloss }) => gloss === 'renders'),
      act: 'read',
    },
  ],
  overwrite: [
    { when: near(setOf('field fields value values property properties setting settings')), act: 'write' },
  ],
  restore: [{ when: near(STORED), act: 'destroy' }],
  reply: [{ when: near(MAIL), act: 'execute' }],
  reset: [
    {
      when: near(setOf('password passwords filter filters view zoom camera cursor timer selection form')),
      act: 'write',
    },
  ],
  remove: [
    {
      when: near(
        setOf(
          'reaction reactions like star label labels tag tags follower favorite favourite bookmark pin filter highlight background link links relation relations relationship relationships assignment',
        ),
      ),
      act: 'write',
    },
  ],
  clear: [
    {
      when: near(
        setOf(
          'filter filters selection cell cells breakpoint breakpoints form field input highlight highlights',
        ),
      ),
      act: 'write',
    },
  ],
  run: [
    { when: both(near(setOf('payment payroll payout')), about('money')), act: 'pay' },
    { when: both(near(READ_ONLY), near(QUERIES)), act: 'read' },
    { when: both(near(LOOKING), not(near(CODE)), not(near(WEAKNESS)), not(near(ACTIVITY))), act: 'read' },
    { when: ({ nearWords }) => nearWords[0] === 'one', act: 'vague' },
    { when: both(endsWith(setOf('operation operations actions')), not(near(CODE))), act: 'vague' },
  ],
  start: [{ when: both(near(setOf('purchase checkout payment')), about('money')), act: 'pay' }],
};

/** What a statement amounts to, in view of what it is about. */
export function actOf(statement: Statement, topicOfTool: Topic): Act {
  if (commitsMoney(statement) && !isDraft(statement, topicOfTool)) return 'pay';
  for (const { when, act } of CIRCUMSTANCES[statement.concept] ?? [])
    if (when(statement, topicOfTool)) return act;
  return CONCEPTS[statement.concept].act;
}
