import type { Concept } from './concepts.ts';
import { setOf } from './lexicon/objects.ts';
import type { Statement } from './statement.ts';

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
  'method methods settings setting details link page form template reminder gateway provider status type webhook notification event events',
);

/** Whether an act commits to paying by what it is done to. */
export function commitsMoney(statement: Statement): boolean {
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
