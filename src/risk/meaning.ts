import { CONCEPTS, type Act, type Concept } from './concepts.ts';
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

const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What is made when money is moved or promised. */
const PAYABLE = setOf(
  'payment payments refund refunds payout payouts charge charges transfer transfers subscription subscriptions order orders checkout invoice invoices donation purchase bid trade trades swap transaction transactions deposit withdrawal withdrawals paymentintent payment_intent paycheck tip bet wager',
);
const TRADED = setOf(
  'stock stocks share shares token tokens crypto coin coins nft nfts position positions order orders credit credits asset assets eth btc sol usdc usdt currency collateral liquidity futures option options margin leverage',
);
const ORDERS = setOf('order orders');
/** Words of markets: there an order is money. */
const MARKET = setOf(
  'trade trades trading trader stock stocks broker brokerage market exchange crypto token tokens swap liquidity position positions portfolio limit bracket futures option options defi wallet onchain refund',
);
const COMMITTING = setOf(
  'hotel hotels flight flights ticket tickets room rooms trip ride taxi rental accommodation restaurant',
);
const INVITATIONS = setOf('invitation invitations invite invites confirmation reminder');
const MACHINES = setOf('mouse cursor pointer robot arm motor drone servo gripper');
const CODE = setOf(
  'command commands code script scripts shell sql javascript js python bash powershell cypher opencypher terminal expression expressions graphql statement statements',
);
const SCREEN = setOf('page browser url tab window app application website site link session');
const STORED = setOf('snapshot snapshots backup backups database db dump vm');
const ACTIVITY = setOf(
  'run runs job jobs task workflow workflows execution executions pipeline process build deployment container instance vm service server machine session agent device pod node cluster daemon simulation emulator app application game scan recording',
);
/** Where people of one workspace talk. */
const CHAT = setOf(
  'channel channels chat chats room thread threads dm slack discord teams telegram lark feishu mattermost zulip matrix conversation workspace group',
);
const MAIL = setOf(
  'email emails mail mails e-mail newsletter campaign campaigns sms smtp bulk broadcast phone mass subscribers recipients',
);
const FREE_OF_COST = setOf(
  'notification notifications topic newsletter channel channels webhook event events feed calendar mailing list',
);
const WEAKNESS = setOf(
  'vulnerability vulnerabilities port ports nmap host hosts network security exploit nikto nuclei subdomain',
);
const TEXTUAL = setOf(
  'report reports summary summaries analysis insight insights list text description descriptions statistics stats answer response recommendation recommendations explanation overview statement statements suggestion suggestions documentation docs suggestions preview embedding embeddings chart',
);
const DEBUGGING = setOf('debugger breakpoint breakpoints gdb lldb debug debugging');
const CONNECTION = setOf('connection connectivity credentials config configuration api endpoint');
const OF_MODEL = setOf(
  'image images video videos audio speech music voice 3d photo photos song picture pictures avatar model animation',
);
const OWNERSHIP = setOf('ownership owner file files data issue call domain repo repository');

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
const isForeign: Circumstance['when'] = ({ language }) => language !== 'en';
const not =
  (test: Circumstance['when']): Circumstance['when'] =>
  (statement, all) =>
    !test(statement, all);
const isDraft = topic(setOf('draft drafts bill bills quote estimate template templates'));

/** Where the thing acted on changes what an act is; the first circumstance that holds counts. */
const CIRCUMSTANCES: Partial<Readonly<Record<Concept, readonly Circumstance[]>>> = {
  get: [{ when: both(({ gloss }) => gloss === 'pulls', topic(setOf('git'))), act: 'execute' }],
  create: [
    { when: near(setOf('phone call calls')), act: 'execute' },
    {
      when: both(endsWith(setOf('card cards')), topic(setOf('virtual debit credit gift spending'))),
      act: 'pay',
    },
    { when: both(either(endsWith(PAYABLE), both(isForeign, about('money'))), not(isDraft)), act: 'pay' },
    { when: near(setOf('checkout')), act: 'pay' },
    { when: near(DEBUGGING), act: 'execute' },
    {
      when: both(endsWith(setOf('request call requests calls')), near(setOf('api http https rest'))),
      act: 'execute',
    },
  ],
  set: [
    { when: near(setOf('leverage margin')), act: 'pay' },
    { when: near(DEBUGGING), act: 'execute' },
  ],
  add: [
    { when: near(setOf('numbers number integers')), act: 'read' },
    { when: near(setOf('funds money credits')), act: 'pay' },
  ],
  // in a chat a message can be edited and taken back; mail and messages of an unknown kind cannot
  send: [
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
    { when: both(near(OWNERSHIP), not(about('money'))), act: 'write' },
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
      when: both(near(setOf('language code text position items elements rows')), not(near(TRADED))),
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
    { when: both(endsWith(setOf('subscription subscriptions')), not(near(FREE_OF_COST))), act: 'pay' },
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
  query: [{ when: either(near(CODE), topic(setOf('sql cypher opencypher kql promql'))), act: 'execute' }],
  calculate: [
    {
      when: both(near(CODE), topic(setOf('javascript js script python browser page lisp repl'))),
      act: 'execute',
    },
  ],
  scan: [{ when: either(near(WEAKNESS), topic(WEAKNESS)), act: 'execute' }],
  test: [{ when: near(CONNECTION), act: 'read' }],
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
    { when: either(near(TEXTUAL), both(isForeign, about('data'))), act: 'read' },
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
          'reaction reactions like star label labels tag tags follower favorite bookmark pin filter highlight background',
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
  run: [{ when: both(near(setOf('payment payroll payout')), about('money')), act: 'pay' }],
  start: [{ when: both(near(setOf('purchase checkout payment')), about('money')), act: 'pay' }],
};

/** Acts that commit when what they are done to is money on the move: `process_payment`, `capture_payment`, `issue_refund`. */
const COMMITS: ReadonlySet<Concept> = new Set([
  'create',
  'start',
  'run',
  'submit',
  'approve',
  'process',
  'manage',
  'send',
  'schedule',
  'login',
  'extract',
  'add',
  'remove',
  'invoke',
  'register',
  'trigger',
  'set',
  'cancel',
  'resume',
  'restart',
  'update',
  'replace',
  'generate',
  'assign',
  'close',
  'open',
] satisfies Concept[]);
const ON_THE_MOVE = setOf(
  'payment payments refund refunds payout payouts withdrawal withdrawals swap swaps trade trades transfer transfers donation donations liquidity purchase purchases bid bids payroll paycheck remittance airdrop chargeback',
);
/** Things of payments that are not the payment. */
const BELONGS = setOf(
  'method methods settings setting details link page form template reminder gateway provider status type webhook notification',
);

function commitsMoney(statement: Statement): boolean {
  if (!COMMITS.has(statement.concept) && !statement.gives) return false;
  const words = statement.nearWords;
  if (statement.gives && words.some((word) => word === 'money' || word === 'funds' || word === 'credits'))
    return words.length <= 3;
  const last = words.findLastIndex((word) => ON_THE_MOVE.has(word));
  if (last === -1) return false;
  const behind = words[last + 1];
  if (behind !== undefined && BELONGS.has(behind) && !(behind === 'link' && statement.concept === 'create'))
    return false;
  // changing a payment's note is not paying; taking one back is
  return statement.concept !== 'set' && statement.concept !== 'manage' ? true : last === words.length - 1;
}

/** What a statement amounts to, in view of what it is about. */
export function actOf(statement: Statement, topicOfTool: Topic): Act {
  if (commitsMoney(statement) && !isDraft(statement, topicOfTool)) return 'pay';
  for (const { when, act } of CIRCUMSTANCES[statement.concept] ?? [])
    if (when(statement, topicOfTool)) return act;
  return CONCEPTS[statement.concept].act;
}
