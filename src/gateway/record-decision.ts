import type { CompiledPolicy } from '#policy';
import { messageOf, newId, type Clock, type Log } from '#platform';
import type { Reservation } from '#quota';
import { argumentKeys, boundedRecord, type Records } from '#records';
import type { CounterEntry, DecisionRecord, RecordedOutcome } from '#store';
import { end, internalFailure, pass, type Step } from './answer.ts';
import type { AgentCall } from './read-call.ts';

/** What a record says of a decision. */
export interface RecordedVerdict {
  readonly outcome: RecordedOutcome;
  readonly rule: string;
  readonly message: string;
}

/** What an allowed request carries until it has ended. */
export interface Clearance {
  readonly recordId: string;
  readonly reservation: Reservation | undefined;
  /** On the monotonic clock, in milliseconds: for the latency alone. */
  readonly allowedAt: number;
  /** A person's agreement that the call used up. */
  readonly approval: UsedApproval | undefined;
  /** The policy and version under which a person has agreed to the call, when one has. */
  readonly agreed: string | undefined;
}

/** The right to make one call, used up; given back when the call certainly did not run. */
export interface UsedApproval {
  readonly id: string;
  giveBack(): Promise<void>;
}

/** A row of the decision log; `name` is the tool, prompt or URI that was asked for. */
export function decisionRecord(
  call: AgentCall,
  name: string | undefined,
  policy: CompiledPolicy | undefined,
  verdict: RecordedVerdict,
  at: number,
): DecisionRecord {
  const { request, message } = call;
  const asks = message.kind === 'request';
  return boundedRecord({
    id: newId('dec', at),
    at,
    requestId: request.id,
    server: request.server.id,
    grantId: request.grant.id,
    grantLabel: request.grant.label,
    method: asks ? message.method : '',
    tool: name,
    revision: call.revision,
    transport: request.transport,
    policy: policy?.name,
    policyVersion: policy?.version,
    outcome: verdict.outcome,
    enforced: policy?.mode !== 'observe',
    rule: verdict.rule,
    message: verdict.message,
    argumentKeys: asks ? argumentKeys(message.params?.['arguments']) : [],
  });
}

export function clearanceOf(
  row: DecisionRecord,
  reservation: Reservation | undefined,
  approval?: UsedApproval,
  agreed?: string,
): Clearance {
  return { recordId: row.id, reservation, allowedAt: performance.now(), approval, agreed };
}

/** Gives an agreement back. When that fails it stands as used: the agent asks anew. */
export async function giveBackApproval(
  approval: UsedApproval,
  { log }: { readonly log: Log },
): Promise<void> {
  try {
    await approval.giveBack();
  } catch (error) {
    log.error({ err: messageOf(error), approval: approval.id }, 'an approval could not be given back');
  }
}

interface RecordDeps {
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps the record of something that is about to leave; without one it does not leave. */
export async function beginRecord(
  row: DecisionRecord,
  { request, message }: AgentCall,
  policy: CompiledPolicy | undefined,
  { records, log }: RecordDeps,
  reservation?: Reservation,
): Promise<Step<Clearance>> {
  try {
    await records.begin(row, reservation?.entries);
  } catch (error) {
    const place = { err: messageOf(error), request: request.id };
    log.error(place, 'a decision could not be recorded; the request is refused');
    request.observation.decided('refused', '(not recorded)', policy);
    const id = message.kind === 'request' ? message.id : undefined;
    const text = 'The decision could not be recorded, so the request was not made. Try again later.';
    return end(internalFailure(id, text));
  }
  request.observation.decided(row.outcome, row.rule, policy);
  return pass(clearanceOf(row, reservation));
}

/** Keeps the record of something that does not leave, with what a limit had no room for. */
export async function denyRecord(
  call: AgentCall,
  name: string | undefined,
  policy: CompiledPolicy | undefined,
  verdict: RecordedVerdict,
  { records, clock }: RecordDeps,
  refused?: CounterEntry,
): Promise<DecisionRecord> {
  const row = decisionRecord(call, name, policy, verdict, clock.now());
  await records.deny(row, refused);
  call.request.observation.decided(verdict.outcome, verdict.rule, policy);
  return row;
}
