import {
  checkParamHeaders,
  ERROR_CODES,
  readToolCall,
  refusal,
  isJsonObject,
  scanParamHeaders,
  type ParamHeader,
  type ProtocolRefusal,
  type DecisionMeta,
  type Json,
  type JsonRpcRequest,
} from '#mcp';
import { decide, type CompiledPolicy, type Decision, type KnownTool, type LimitDemand } from '#policy';
import type { Clock, Log } from '#platform';
import type { Quota, QuotaOwner, Reservation } from '#quota';
import type { Records } from '#records';
import { UpstreamUnavailable } from '#upstream';
import {
  denied,
  end,
  held,
  noSuchTool,
  pass,
  protocolRefusal,
  upstreamFailed,
  type Answer,
  type Step,
} from './answer.ts';
import type { Directory } from './directory.ts';
import type { AgentCall } from './read-call.ts';
import {
  beginRecord,
  clearanceOf,
  decisionRecord,
  denyRecord,
  type Clearance,
  type RecordedVerdict,
} from './record-decision.ts';
import { STATE_LIFE_MS } from './request-state.ts';

export interface JudgeDeps {
  readonly directory: Directory;
  readonly quota: Quota;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
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
  const decision = decide(
    policy,
    { tool: name, arguments: message.params?.['arguments'], hasLossyNumber: call.hasLossyNumber },
    found.tool,
  );
  call.request.observation.mark('decide');
  const observing = policy?.mode === 'observe';
  if (decision.outcome !== 'allow' && !observing) {
    if (decision.outcome === 'deny' && decision.kind !== 'refused')
      call.request.server.upstream.refreshSoon();
    return record(call, name, policy, verdictOf(decision, message, name, call, policy), deps);
  }
  const mismatch = paramHeaderFault(call, message, found.tool);
  if (mismatch) return refuse(call, name, policy, mismatch, deps);
  return policy?.mode === 'observe'
    ? observe(call, name, policy, decision, deps)
    : reserveAndRecord(call, message, name, policy, decision, deps);
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
  decision: Decision,
  call: AgentCall,
  deps: JudgeDeps,
): Promise<readonly LimitDemand[]> {
  if (decision.outcome === 'deny' || decision.limits.length === 0) return [];
  const spends = call.progress?.spends;
  if (spends === undefined) return decision.limits;
  const isPaid = await deps.quota.claim(spends, deps.clock.now() + STATE_LIFE_MS);
  return isPaid ? [] : decision.limits;
}

function verdictOf(
  decision: Decision,
  message: JsonRpcRequest,
  name: string,
  call: AgentCall,
  policy: CompiledPolicy | undefined,
): Verdict {
  const note = noteOf(decision.rule, policy);
  if (decision.outcome === 'hold') {
    const text = `${decision.message} The call is held: it runs only after a person has agreed, and no approver is connected to this gateway.`;
    return {
      answer: held(message.id, call.era, text, note),
      outcome: 'hold',
      rule: decision.rule,
      message: decision.message,
    };
  }
  if (decision.outcome === 'allow')
    return { answer: undefined, outcome: 'allow', rule: decision.rule, message: '' };
  const answer =
    decision.kind === 'refused'
      ? denied(message.id, call.era, decision.message, note)
      : noSuchTool(message.id, name);
  return { answer, outcome: 'deny', rule: decision.rule, message: decision.message };
}

async function reserveAndRecord(
  call: AgentCall,
  message: JsonRpcRequest,
  name: string,
  policy: CompiledPolicy | undefined,
  decision: Decision,
  deps: JudgeDeps,
): Promise<Step<Clearance>> {
  const limits =
    call.progress?.spends === undefined && decision.outcome === 'allow'
      ? decision.limits
      : await limitsOf(decision, call, deps);
  const verdict: Verdict = { answer: undefined, outcome: 'allow', rule: decision.rule, message: '' };
  const row = decisionRecord(call, name, policy, verdict, deps.clock.now());
  const reserved = await deps.quota.reserve(limits, ownerOf(call), row);
  if (!reserved.granted) {
    const { rule, message: limitMessage } = reserved.demand;
    call.request.observation.quotaRefused(reserved.demand.counter);
    const text = reserved.unavailable
      ? 'The limits of this tool cannot be checked now. Try again shortly.'
      : limitMessage;
    const retryAfterMs = reserved.unavailable ? undefined : reserved.retryAfterMs;
    const answer = denied(message.id, call.era, text, noteOf(rule, policy, retryAfterMs));
    return record(call, name, policy, { answer, outcome: 'deny', rule, message: text }, deps);
  }
  if (!reserved.recorded) return beginRecord(row, call, policy, deps, reserved);
  call.request.observation.decided('allow', decision.rule, policy);
  return pass(clearanceOf(row, reserved));
}

function noteOf(rule: string, policy: CompiledPolicy | undefined, retryAfterMs?: number): DecisionMeta {
  return {
    rule,
    ...(policy === undefined ? {} : { policy: policy.name, version: policy.version }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Under `mode: "observe"` everything is decided, counted and recorded, and nothing is stopped. */
async function observe(
  call: AgentCall,
  name: string,
  policy: CompiledPolicy,
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
    const observed = await deps.quota.observe(await limitsOf(decision, call, deps), ownerOf(call));
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
    session: call.sessionId,
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
    return beginRecord(row, call, policy, deps, reservation);
  }
  await denyRecord(call, tool, policy, verdict, deps);
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
