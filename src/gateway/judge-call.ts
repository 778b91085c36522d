import {
  checkParamHeaders,
  ERROR_CODES,
  readToolCall,
  refusal,
  isJsonObject,
  scanParamHeaders,
  type ParamHeader,
  type ProtocolRefusal,
  type Json,
  type JsonRpcRequest,
} from '#mcp';
import { decide, type CompiledPolicy, type Decision, type KnownTool, type LimitDemand } from '#policy';
import type { Clock, Log } from '#platform';
import type { Quota, QuotaOwner, Refused, Reservation, Unavailable } from '#quota';
import type { Records } from '#records';
import type { DecisionRecord } from '#store';
import { UpstreamUnavailable } from '#upstream';
import {
  denied,
  end,
  noSuchTool,
  pass,
  protocolRefusal,
  upstreamFailed,
  type Answer,
  type Step,
} from './answer.ts';
import { noteOf } from './decision-note.ts';
import type { Directory } from './directory.ts';
import { agreedText, askForCall, type ApprovalDeps, type Hold } from './held-call.ts';
import { heldAgainstPins } from './pinned-definition.ts';
import type { AgentCall } from './read-call.ts';
import {
  beginRecord,
  clearanceOf,
  decisionRecord,
  denyRecord,
  giveBackApproval,
  type Clearance,
  type RecordedVerdict,
  type UsedApproval,
} from './record-decision.ts';
import { STATE_LIFE_MS } from './request-state.ts';

export interface JudgeDeps extends ApprovalDeps {
  readonly directory: Directory;
  readonly quota: Quota;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps the arguments of a recorded call, where its server wants that; never throws, never waits. */
  readonly capture?: ((record: DecisionRecord, args: unknown) => void) | undefined;
}

type Verdict = RecordedVerdict & { readonly answer: Answer | undefined };

/**
 * Steps 4 to 7 of a call: find the tool, decide, reserve, record. Every outcome is recorded before anybody hears of it;
 * what cannot be recorded does not pass.
 */
export async function judgeCall(
  call: AgentCall,
  message: JsonRpcRequest,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  const policy = deps.directory.policyOf(call.request.grant);
  const toolCall = readToolCall(message);
  if (!toolCall.ok) return refuse(call, undefined, policy, toolCall.refusal, deps);
  const { name } = toolCall;
  if (toolCall.asTask && call.revision === '2025-11-25' && call.request.server.methods.tasks !== true) {
    const fault = refusal(
      200,
      ERROR_CODES.invalidParams,
      'Invalid params: tasks are not offered here',
      message.id,
    );
    return refuse(call, name, policy, fault, deps);
  }
  const found = await findTool(call, name, policy);
  call.request.observation.mark('find_tool');
  if (!found.ok) {
    call.request.observation.upstreamFailed(found.error.failure);
    const answer = upstreamFailed(message.id, 'tools/call', call.era, found.error.failure);
    return record(
      call,
      name,
      policy,
      { answer, outcome: 'refused', rule: '(upstream unavailable)', message: found.error.message },
      deps,
    );
  }
  const decided = decide(
    policy,
    { tool: name, arguments: message.params?.['arguments'], hasLossyNumber: call.hasLossyNumber },
    found.tool,
  );
  const decision = heldAgainstPins(decided, call.request.server, found.tool);
  call.request.observation.mark('decide');
  const isObserved = policy?.mode === 'observe';
  if (decision.outcome === 'deny' && !isObserved) {
    if (decision.kind !== 'refused') call.request.server.upstream.refreshSoon();
    return record(call, name, policy, verdictOf(decision, message, name, call, policy), deps);
  }
  const mismatch = paramHeaderFault(call, message, found.tool);
  if (mismatch) return refuse(call, name, policy, mismatch, deps);
  if (decision.outcome === 'deny' || isObserved) return observe(call, name, policy, decision, deps);
  return decision.outcome === 'hold'
    ? judgeHeld(call, message, name, policy, decision, deps)
    : admit(call, message, name, policy, decision, deps);
}

/**
 * A call that a person must agree to. One that was agreed to, and that the server interrupted to ask for input, goes on under the same
 * policy; each state frees one continuation, as it does from limits.
 */
async function judgeHeld(
  call: AgentCall,
  message: JsonRpcRequest,
  name: string,
  policy: CompiledPolicy | undefined,
  decision: Hold,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  if (!policy) throw new Error('a call is held by no policy');
  const agreed = `${policy.name} ${policy.version}`;
  const { spends, agreed: before } = call.progress ?? {};
  if (spends !== undefined && before === agreed && (await deps.quota.claim(spends, stateEnd(deps)))) {
    const { rule } = decision;
    return reserveAndRecord(call, message, name, policy, { rule, limits: [], agreed }, deps);
  }
  const asked = await askForCall(call, message, name, policy, decision, deps);
  if (!asked.mayGo) {
    const { answer, outcome, message: text } = asked;
    return record(call, name, policy, { answer, outcome, rule: decision.rule, message: text }, deps);
  }
  const { approval } = asked;
  const { rule, limits } = decision;
  let judged: Step<Clearance> | undefined;
  try {
    judged = await reserveAndRecord(call, message, name, policy, { rule, limits, approval, agreed }, deps);
    return judged;
  } finally {
    if (judged?.ok !== true) await giveBackApproval(approval, deps);
  }
}

function stateEnd({ clock }: JudgeDeps): number {
  return clock.now() + STATE_LIFE_MS;
}

/** Headers that repeat arguments are checked once the tool's schema says which they are (2026-07-28). */
function paramHeaderFault(
  call: AgentCall,
  message: JsonRpcRequest,
  tool: KnownTool | undefined,
): ProtocolRefusal | undefined {
  if (call.era !== 'modern' || call.request.transport !== 'http' || !tool) return undefined;
  const declared = declaredHeadersOf(tool);
  if (declared.length === 0) return undefined;
  const args = message.params?.['arguments'];
  return checkParamHeaders(
    isJsonObject(args) ? args : undefined,
    declared,
    (header) => call.request.header(header),
    message.id,
  );
}

const declaredHeaders = new WeakMap<KnownTool, readonly ParamHeader[]>();

function declaredHeadersOf(tool: KnownTool): readonly ParamHeader[] {
  const known = declaredHeaders.get(tool);
  if (known) return known;
  const { declarations } = scanParamHeaders(tool.definition.inputSchema as Json | undefined);
  declaredHeaders.set(tool, declarations);
  return declarations;
}

type Found =
  | { readonly ok: true; readonly tool: KnownTool | undefined }
  | { readonly ok: false; readonly error: UpstreamUnavailable };

/** A tool of the server's own list, which is read first when it is not there yet. */
export async function findTool(
  call: AgentCall,
  name: string,
  policy: CompiledPolicy | undefined,
): Promise<Found> {
  const { upstream } = call.request.server;
  const known = upstream.knownTools();
  if (known || policy === undefined) return { ok: true, tool: known?.get(name) };
  try {
    return { ok: true, tool: (await upstream.tools()).get(name) };
  } catch (error) {
    if (error instanceof UpstreamUnavailable) return { ok: false, error };
    throw error;
  }
}

/**
 * What the call must reserve. A call that goes on after the server asked for input has paid already: each state that was
 * handed out frees one continuation, and a state that is used again pays like a new call.
 */
async function limitsOf(
  limits: readonly LimitDemand[],
  call: AgentCall,
  deps: JudgeDeps,
): Promise<readonly LimitDemand[]> {
  const spends = call.progress?.spends;
  if (spends === undefined || limits.length === 0) return limits;
  return (await deps.quota.claim(spends, stateEnd(deps))) ? [] : limits;
}

function verdictOf(
  decision: Extract<Decision, { outcome: 'deny' }>,
  message: JsonRpcRequest,
  name: string,
  call: AgentCall,
  policy: CompiledPolicy | undefined,
): Verdict {
  const answer =
    decision.kind === 'refused'
      ? denied(message.id, call.era, decision.message, noteOf(decision.rule, policy))
      : noSuchTool(message.id, name);
  return { answer, outcome: 'deny', rule: decision.rule, message: decision.message };
}

/** What lets a call through, until limits and records have their say. */
interface Admission {
  readonly rule: string;
  readonly limits: readonly LimitDemand[];
  /** A person's agreement, used up for this call. */
  readonly approval?: UsedApproval;
  /** See `CallProgress`. */
  readonly agreed?: string;
}

/** A call that a policy allows. */
function admit(
  call: AgentCall,
  message: JsonRpcRequest,
  name: string,
  policy: CompiledPolicy | undefined,
  decision: Extract<Decision, { outcome: 'allow' }>,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  if (call.progress?.spends === undefined)
    return reserveAndRecord(call, message, name, policy, decision, deps);
  const { rule } = decision;
  return limitsOf(decision.limits, call, deps).then((limits) =>
    reserveAndRecord(call, message, name, policy, { rule, limits }, deps),
  );
}

async function reserveAndRecord(
  call: AgentCall,
  message: JsonRpcRequest,
  name: string,
  policy: CompiledPolicy | undefined,
  admission: Admission,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  const { approval, agreed } = admission;
  const note = approval === undefined ? '' : agreedText(approval.id);
  const verdict: Verdict = { answer: undefined, outcome: 'allow', rule: admission.rule, message: note };
  const row = decisionRecord(call, name, policy, verdict, deps.clock.now());
  const reserved = await deps.quota.reserve(admission.limits, ownerOf(call), row);
  if (!reserved.granted) return refuseByLimit(call, message, name, policy, reserved, deps);
  if (!reserved.recorded) {
    const begun = await beginRecord(row, call, policy, deps, reserved);
    if (!begun.ok) return begun;
  } else call.request.observation.decided('allow', admission.rule, policy);
  keepArguments(call, row, deps);
  return pass(clearanceOf(row, reserved, approval, agreed));
}

/** A call that a limit has no room for, or whose limits cannot be counted now. */
async function refuseByLimit(
  call: AgentCall,
  message: JsonRpcRequest,
  name: string,
  policy: CompiledPolicy | undefined,
  refusal: Refused | Unavailable,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  const { rule, counter, message: limitMessage } = refusal.demand;
  call.request.observation.quotaRefused(counter);
  const text = refusal.unavailable
    ? 'The limits of this tool cannot be checked now. Try again shortly.'
    : limitMessage;
  const { retryAfterMs, entry } = refusal.unavailable ? NOTHING_KNOWN : refusal;
  const verdict = { outcome: 'deny', rule, message: text } as const;
  keepArguments(call, await denyRecord(call, name, policy, verdict, deps, entry), deps);
  return end(denied(message.id, call.era, text, noteOf(rule, policy, retryAfterMs)));
}

const NOTHING_KNOWN = { retryAfterMs: undefined, entry: undefined };

function keepArguments({ request, message }: AgentCall, row: DecisionRecord, { capture }: JudgeDeps): void {
  if (request.server.captures !== true || !capture) return;
  capture(row, message.kind === 'request' ? message.params?.['arguments'] : undefined);
}

/** Under `mode: "observe"` everything is decided, counted and recorded, and nothing is stopped. */
async function observe(
  call: AgentCall,
  name: string,
  policy: CompiledPolicy | undefined,
  decision: Decision,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  let verdict: Verdict = {
    answer: undefined,
    outcome: decision.outcome,
    rule: decision.rule,
    message: decision.outcome === 'allow' ? '' : decision.message,
  };
  let reservation: Reservation | undefined;
  if (decision.outcome === 'allow') {
    const observed = await deps.quota.observe(await limitsOf(decision.limits, call, deps), ownerOf(call));
    reservation = observed;
    if (observed.refusal) {
      const { rule, message } = observed.refusal.demand;
      call.request.observation.quotaRefused(observed.refusal.demand.counter);
      verdict = { ...verdict, outcome: 'deny', rule, message };
    }
  }
  return record(call, name, policy, verdict, deps, reservation);
}

function ownerOf(call: AgentCall): QuotaOwner {
  return {
    organisation: call.request.server.organisation,
    server: call.request.server.id,
    grant: call.request.grant.id,
    // a session of ours alone can be opened as often as an agent likes
    session: call.session?.upstream === '' ? undefined : call.sessionId,
  };
}

async function record(
  call: AgentCall,
  tool: string | undefined,
  policy: CompiledPolicy | undefined,
  verdict: Verdict,
  deps: JudgeDeps,
  reservation?: Reservation,
): Promise<Step<Clearance>> {
  if (!verdict.answer) {
    const row = decisionRecord(call, tool, policy, verdict, deps.clock.now());
    const begun = await beginRecord(row, call, policy, deps, reservation);
    if (begun.ok) keepArguments(call, row, deps);
    return begun;
  }
  keepArguments(call, await denyRecord(call, tool, policy, verdict, deps), deps);
  return end(verdict.answer);
}

/** Refused for how it is said, not for what it asks. */
function refuse(
  call: AgentCall,
  tool: string | undefined,
  policy: CompiledPolicy | undefined,
  fault: ProtocolRefusal,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  const answer = protocolRefusal(fault);
  const verdict: Verdict = { answer, outcome: 'refused', rule: '(protocol)', message: fault.message };
  return record(call, tool, policy, verdict, deps);
}
