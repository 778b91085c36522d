import {
  offeringNotFound,
  offeringRefusal,
  readOfferingUse,
  type JsonRpcRequest,
  type RequestId,
} from '#mcp';
import { decideOffering, isOffered, type CompiledPolicy, type Decision, type Offering } from '#policy';
import type { MethodSwitches } from '#platform';
import { end, pass, protocolRefusal, type Answer, type Step } from './answer.ts';
import type { JudgeDeps } from './judge-call.ts';
import type { AgentCall } from './read-call.ts';
import {
  beginRecord,
  decisionRecord,
  denyRecord,
  type Clearance,
  type RecordedVerdict,
} from './record-decision.ts';

export type OfferingDeps = Pick<JudgeDeps, 'directory' | 'records' | 'clock' | 'log'>;

/** A use of a resource, template or prompt that may go on. */
export interface OfferingClearance {
  readonly offering: Offering;
  readonly clearance: Clearance;
}

/** Whether lists show something to an agent; an observing policy blocks nothing, so it hides nothing. */
export function mayOffer(policy: CompiledPolicy | undefined, offering: Offering): boolean {
  return policy?.mode === 'observe' || isOffered(policy, offering);
}

/**
 * Judges the reading of a resource, the subscription to one, the use of a prompt, and the completion of an argument of
 * either. Every outcome is recorded before anybody hears of it; what cannot be recorded does not pass.
 */
export async function judgeOffering(
  call: AgentCall,
  message: JsonRpcRequest,
  deps: OfferingDeps,
): Promise<Step<OfferingClearance>> {
  const policy = deps.directory.policyOf(call.request.grant);
  const use = readOfferingUse(message);
  if (!use.ok) {
    const { message: text } = use.refusal;
    const verdict: RecordedVerdict = { outcome: 'refused', rule: '(protocol)', message: text };
    await denyRecord(call, undefined, policy, verdict, deps);
    return end(protocolRefusal(use.refusal));
  }
  const offering: Offering = { kind: use.kind, name: use.name };
  const decision = isSwitchedOff(offering, call.request.server.methods)
    ? SWITCHED_OFF
    : decideOffering(policy, offering);
  const name = recordedName(offering.name);
  const verdict = verdictOf(decision);
  if (decision.outcome !== 'allow' && (policy?.mode !== 'observe' || decision === SWITCHED_OFF)) {
    await denyRecord(call, name, policy, verdict, deps);
    return end(refusalOf(decision, message.id, call, offering, policy));
  }
  const row = decisionRecord(call, name, policy, verdict, deps.clock.now());
  const begun = await beginRecord(row, call, policy, deps);
  return begun.ok ? pass({ offering, clearance: begun.value }) : begun;
}

const SWITCHED_OFF: Decision = {
  outcome: 'deny',
  kind: 'unknown',
  rule: '(switched off)',
  message: 'The family that this belongs to is switched off for the server.',
};

/** Completion is a family of its own, but must not lead into one that is off. */
function isSwitchedOff({ kind }: Offering, methods: MethodSwitches): boolean {
  return (kind === 'prompt' ? methods.prompts : methods.resources) === false;
}

function refusalOf(
  decision: Decision,
  id: RequestId,
  call: AgentCall,
  offering: Offering,
  policy: CompiledPolicy | undefined,
): Answer {
  if (decision.outcome !== 'deny' || decision.kind !== 'refused')
    return { status: 200, message: offeringNotFound(id, call.era, offering) };
  const meta = { rule: decision.rule, policy: policy?.name, version: policy?.version };
  return { status: 200, message: offeringRefusal(id, decision.message, meta) };
}

function verdictOf(decision: Decision): RecordedVerdict {
  const message = decision.outcome === 'allow' ? '' : decision.message;
  return { outcome: decision.outcome, rule: decision.rule, message };
}

/** A URI as the log keeps it: names of users and queries can be secrets. */
export function recordedName(name: string): string {
  return name.replace(/^([^/?#]*:\/\/)[^/?#]*@/, '$1…@').replace(/[?#][^]*/, '?…');
}
