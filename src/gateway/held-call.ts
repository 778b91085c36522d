import type { Approvals, Verdict } from '#approvals';
import { canOpenUrls, isJsonObject, META_KEYS, type ApprovalMeta, type JsonRpcRequest } from '#mcp';
import type { CompiledPolicy, Decision } from '#policy';
import { messageOf, ToolgateError, type Log } from '#platform';
import type { Approval } from '#store';
import { denied, held, heldWithPage, type Answer } from './answer.ts';
import { DEFAULT_APPROVALS } from './directory.ts';
import { noteOf } from './decision-note.ts';
import type { AgentCall } from './read-call.ts';
import type { UsedApproval } from './record-decision.ts';

export interface ApprovalDeps {
  /** Asks people about held calls; without it a held call is told that nobody can be asked. */
  readonly approvals?: Approvals | undefined;
  /** The page where people decide about an approval; undefined where there is none. */
  readonly approvalUrl?: ((id: string) => string | undefined) | undefined;
  readonly log: Log;
}

export type Hold = Extract<Decision, { outcome: 'hold' }>;

/** What came of asking: the call ends with an answer, or it may go on as an allowed one. */
export type Asked =
  | { readonly mayGo: true; readonly approval: UsedApproval }
  | {
      readonly mayGo: false;
      readonly outcome: 'hold' | 'deny';
      /** For the record. */
      readonly message: string;
      readonly answer: Answer;
    };

/**
 * Asks for a call that a policy holds. Whatever keeps a person from being asked about this very call denies it. Nothing is recorded
 * here.
 */
export async function askForCall(
  call: AgentCall,
  message: JsonRpcRequest,
  tool: string,
  policy: CompiledPolicy,
  decision: Hold,
  deps: ApprovalDeps,
): Promise<Asked> {
  const refuse = (text: string): Asked => {
    const answer = denied(message.id, call.era, text, noteOf(decision.rule, policy));
    return { mayGo: false, outcome: 'deny', message: text, answer };
  };
  if (!deps.approvals) return nobodyToAsk(call, message, policy, decision);
  if (call.hasLossyNumber) return refuse(`${decision.message} ${LOSSY}`);
  let verdict: Verdict;
  try {
    verdict = await deps.approvals.ask(heldCallOf(call, message, tool, policy, decision));
  } catch (error) {
    // a call that no person can be asked about says why; anything else is ours, and told to the operator
    if (error instanceof ToolgateError && error.code.startsWith('approval.'))
      return refuse(`${decision.message} ${error.message}`);
    deps.log.error({ err: messageOf(error), request: call.request.id }, 'an approval could not be asked for');
    return refuse(`${decision.message} ${CANNOT_ASK}`);
  }
  switch (verdict.state) {
    case 'granted': {
      const { approval } = verdict;
      const { giveBack } = verdict;
      return { mayGo: true, approval: { id: approval.id, giveBack } };
    }
    case 'denied':
      return refuse(`${decision.message} ${declined(verdict.approval)}`);
    case 'pending':
      return pending(call, message, policy, decision, verdict.approval, deps);
    default:
      return refuse(`${decision.message} ${CANNOT_ASK}`);
  }
}

const LOSSY =
  'The arguments hold a number that cannot be carried exactly, so nobody can be asked about this very call.';
const CANNOT_ASK = 'A person must agree to this call and cannot be asked now. Try again shortly.';

function heldCallOf(
  { request }: AgentCall,
  { params }: JsonRpcRequest,
  tool: string,
  policy: CompiledPolicy,
  { rule, message }: Hold,
): Parameters<Approvals['ask']>[0] {
  const { server, grant } = request;
  return {
    organisation: server.organisation,
    server: server.id,
    grantId: grant.id,
    grantLabel: grant.label,
    tool,
    arguments: params?.['arguments'],
    policy: policy.name,
    policyVersion: policy.version,
    rule,
    reason: message,
    lifeMs: (server.approvals ?? DEFAULT_APPROVALS).lifeMs,
  };
}

/** What the record of a call says that a person agreed to. */
export function agreedText(id: string): string {
  return `A person agreed to this call (${id}).`;
}

function declined({ id, note }: Approval): string {
  return note === ''
    ? `A person declined this call (${id}).`
    : `A person declined this call (${id}) and says: ${note}`;
}

/** Without anybody to ask (one local server, no control plane) the call is held for good. */
function nobodyToAsk(
  call: AgentCall,
  message: JsonRpcRequest,
  policy: CompiledPolicy,
  decision: Hold,
): Asked {
  const text = `${decision.message} The call is held: it runs only after a person has agreed, and no approver is connected to this gateway.`;
  const answer = held(message.id, call.era, text, noteOf(decision.rule, policy));
  return { mayGo: false, outcome: 'hold', message: decision.message, answer };
}

function pending(
  call: AgentCall,
  message: JsonRpcRequest,
  policy: CompiledPolicy,
  decision: Hold,
  { id, expiresAt }: Approval,
  deps: ApprovalDeps,
): Asked {
  const url = deps.approvalUrl?.(id);
  const until = new Date(expiresAt).toISOString();
  const meta: ApprovalMeta = { id, ...(url === undefined ? {} : { url }), expiresAt: until };
  const note = noteOf(decision.rule, policy);
  const place = url === undefined ? '' : `, at ${url}`;
  const text = `${decision.message} A person must agree to this call${place} (approval ${id}, until ${until}). Then make the very same call again, with the same arguments; another call is another question.`;
  const answer =
    url !== undefined && opensPages(call, message)
      ? heldWithPage(message.id, call.era, text, url, note, meta)
      : held(message.id, call.era, text, note, meta);
  return { mayGo: false, outcome: 'hold', message: `${decision.message} (${id})`, answer };
}

/**
 * Whether the client is asked to open the page. Once for a call: a client that has asked its user would else ask again and again until
 * somebody has decided. A call that answers other questions is not asked ours: its state would be lost.
 */
function opensPages(
  { request, era, session, wasAsked, progress }: AgentCall,
  { params }: JsonRpcRequest,
): boolean {
  const { approvals = DEFAULT_APPROVALS, methods } = request.server;
  if (!approvals.elicitation || methods.elicitation === false) return false;
  if (era === 'legacy') return session?.opensUrls === true;
  if (wasAsked || progress?.spends !== undefined) return false;
  const meta = params?.['_meta'];
  return isJsonObject(meta) && canOpenUrls(meta[META_KEYS.clientCapabilities]);
}
