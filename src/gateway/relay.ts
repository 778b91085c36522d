import type { Log } from '#platform';
import { isJsonObject, META_KEYS, resultAnswer, type Json, type JsonObject, type SseEvent } from '#mcp';
import type { CompiledPolicy } from '#policy';
import type { Records } from '#records';
import type { Quota } from '#quota';
import type { CallResult } from '#store';
import type { AnswerHead, AnswerSink, Exchange, UpstreamFailure } from '#upstream';
import type { AgentReply, ReplyWatcher } from './agent-request.ts';
import { upstreamFailed, type Answer } from './answer.ts';
import { answerServer } from './answer-server.ts';
import { failureOfStatus, NOT_RUN_CODES, NOT_RUN_STATUSES, resultOf } from './failures.ts';
import { replaceError } from './inspect-offerings.ts';
import { sealEventId } from './event-id.ts';
import type { InspectionContext } from './inspect.ts';
import { isAnswerTo, jsonHeaders, lookAt, parseJson, plainAnswerOf } from './look-at-answer.ts';
import { giveBackApproval, type Clearance } from './record-decision.ts';
import type { AgentCall } from './read-call.ts';
import { sealSession } from './session-id.ts';
import { sessionToOpen } from './session-to-open.ts';
import type { Observation } from './telemetry.ts';
import { inErrorForm, wantsTask } from './tasks.ts';
import type { UpstreamUse } from './upstream-use.ts';

export interface RelayDeps {
  readonly quota: Quota;
  readonly records: Records;
  readonly log: Log;
  /** Held calls have a page where they are decided. */
  readonly asksToOpenPages?: boolean;
}

/** What the relay knows of the exchange that it answers; the call itself is absent on GET and DELETE. */
export interface RelayedExchange {
  readonly call: AgentCall | undefined;
  readonly clearance: Clearance | undefined;
  readonly inspection: InspectionContext;
  /** Called once when the agent's side is over. */
  readonly whenClosed?: (relay: Relay) => void;
  readonly observation: Observation;
  /** Is told of the exchange, where the upstream may be replaced. */
  readonly use?: UpstreamUse | undefined;
}

/**
 * The last steps of a call: every message that comes back is inspected, quota is settled, the record is finished, and
 * the agent gets the answer. One relay serves one exchange.
 */
export class Relay implements AnswerSink, ReplyWatcher {
  #exchange: RelayedExchange;
  readonly #reply: AgentReply;
  readonly #deps: RelayDeps;
  #settled = false;
  #gone = false;
  /** Nothing more comes from the server. */
  #isOver = false;
  /** The head of a stream that is held back until the negotiated revision is known (`initialize`). */
  #heldHead: AnswerHead | undefined;
  #streaming = false;
  /** The events carry ids: a stream that ends early goes on when the agent asks for the rest (up to 2025-11-25). */
  #isResumable = false;
  /** The session that an answered `initialize` just opened. */
  #openedSession: string | undefined;
  /** What a modern subscription was promised to be told of. */
  #acknowledged: JsonObject = {};
  #status: number | undefined;
  #upstream: Exchange | undefined;

  constructor(exchange: RelayedExchange, reply: AgentReply, deps: RelayDeps) {
    this.#exchange = exchange;
    this.#reply = reply;
    this.#deps = deps;
    exchange.use?.begin();
  }

  /** Ties the agent's side to the server's: back-pressure and disconnects travel up. */
  attach(upstream: Exchange): void {
    this.#upstream = upstream;
    this.#reply.watch(this);
  }

  onAgentClosed(completed: boolean): void {
    this.#exchange.whenClosed?.(this);
    if (completed) return;
    this.#gone = true;
    this.#upstream?.abort();
    this.#end();
    this.#settle('aborted', false);
    this.#exchange.observation.finished(499);
  }

  onAgentDrained(): void {
    this.#upstream?.resume();
  }

  onAnswer(head: AnswerHead, body: Uint8Array): void {
    this.#end();
    this.#status = head.status;
    this.#exchange.observation.answered(head.status);
    if (this.#gone || (head.status < 300 && this.#passPlain(body))) return;
    const message = body.length === 0 ? undefined : parseJson(body);
    if (head.status >= 400) return this.#answerRefusal(head, message);
    if (body.length === 0 && this.#exchange.inspection.requestId === undefined) {
      return this.#reply.answer(head.status, {}, undefined);
    }
    if (message === undefined) {
      return this.onFailure({ kind: 'broken', message: 'the answer is no JSON', reached: true });
    }
    const seen = lookAt(message, this.#exchange.inspection);
    if (seen.action === 'drop') {
      return this.onFailure({ kind: 'broken', message: seen.reason, reached: true });
    }
    this.#settleBy(message);
    const common = jsonHeaders(seen.action === 'replace');
    const session = this.#sessionHeader(head, message);
    const headers = session === undefined ? common : { ...common, ...session };
    this.#reply.answer(200, headers, seen.action === 'pass' ? body : seen.text);
  }

  /** Most answers to calls are text and nothing else. Those that may pass as they came need no parsing; true when this was one. */
  #passPlain(body: Uint8Array): boolean {
    const { inspection } = this.#exchange;
    if (inspection.method !== 'tools/call') return false;
    const outline = plainAnswerOf(body);
    if (outline === undefined || lookAt(outline, inspection).action !== 'pass') return false;
    this.#settleBy(outline);
    this.#reply.answer(200, jsonHeaders(false), body);
    return true;
  }

  onStream(head: AnswerHead): void {
    this.#status = head.status;
    this.#exchange.observation.answered(head.status);
    if (this.#gone) return;
    if (this.#exchange.inspection.method === 'initialize') this.#heldHead = head;
    else this.#openStream({});
  }

  onEvent(event: SseEvent): void {
    if (this.#gone) return;
    this.#isResumable ||= event.id !== undefined && this.#exchange.inspection.era === 'legacy';
    if (!event.hasData || event.data === '') {
      if (this.#streaming) this.#send(event);
      return;
    }
    const message = parseJson(event.data);
    if (message === undefined)
      return this.#deps.log.warn(this.#place(), 'the server sent an event that is not JSON; dropped');
    if (this.#heldHead) {
      const head = this.#heldHead;
      this.#heldHead = undefined;
      this.#openStream(this.#sessionHeader(head, message) ?? {});
    }
    const isAnswer = isAnswerTo(message, this.#exchange.inspection.requestId);
    const seen = lookAt(message, this.#exchange.inspection);
    if (seen.action === 'drop') {
      const { reason, isExpected, refusal } = seen;
      if (refusal) answerServer(refusal, this.#exchange.inspection);
      const level = isExpected ? 'debug' : 'warn';
      this.#deps.log[level]({ ...this.#place(), reason }, 'dropped a message of the server');
      if (isAnswer) this.onFailure({ kind: 'broken', message: reason, reached: true });
      return;
    }
    if (isAnswer) this.#settleBy(message);
    if (isJsonObject(message) && message['method'] === 'notifications/subscriptions/acknowledged')
      this.#noteAcknowledged(seen.action === 'replace' ? seen.message : message);
    this.#send(seen.action === 'pass' ? event : { ...event, data: seen.text });
  }

  onEnd(): void {
    this.#end();
    if (this.#gone) return;
    if (!this.#settled && this.#exchange.clearance && !this.#isResumable) {
      return this.onFailure({ kind: 'broken', message: 'the answer ended before the result', reached: true });
    }
    if (this.#heldHead)
      return this.#answer(this.#failed({ kind: 'broken', message: 'the answer was empty', reached: true }));
    this.#settle('broken', false); // of a call that is still under way: its answer comes on another stream
    this.#reply.end();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#end();
    this.#status = failure.status;
    this.#settle(resultOf(failure), !failure.reached || NOT_RUN_STATUSES.has(failure.status ?? 0));
    if (this.#gone) return;
    const { requestId } = this.#exchange.inspection;
    this.#exchange.observation.upstreamFailed(failure);
    if (!this.#streaming) return this.#answer(this.#failed(failure));
    const answer = requestId === undefined ? undefined : this.#failed(failure).message;
    if (answer) this.#send({ data: JSON.stringify(answer), hasData: true });
    this.#reply.end();
  }

  /** The policy or the grant changed: a listening agent is judged by the new one, and told to list again. */
  policyChanged(policy: CompiledPolicy | undefined): void {
    const { inspection } = this.#exchange;
    if (inspection.policy === policy) return; // something else was edited
    this.#exchange = { ...this.#exchange, inspection: { ...inspection, policy } };
    if (!this.#streaming || this.#gone) return;
    this.#announceChange('tools');
    if (inspection.policy?.prompts ?? policy?.prompts) this.#announceChange('prompts');
    if (inspection.policy?.resources ?? policy?.resources) this.#announceChange('resources');
  }

  #announceChange(kind: 'tools' | 'prompts' | 'resources'): void {
    const { requestId, era } = this.#exchange.inspection;
    if (era === 'modern' && this.#acknowledged[`${kind}ListChanged`] !== true) return;
    const meta = era === 'modern' ? { params: { _meta: { [META_KEYS.subscriptionId]: requestId } } } : {};
    const notification = { jsonrpc: '2.0', method: `notifications/${kind}/list_changed`, ...meta };
    this.#send({ data: JSON.stringify(notification), hasData: true });
  }

  #noteAcknowledged(message: Json): void {
    const params = isJsonObject(message) ? message['params'] : undefined;
    const accepted = isJsonObject(params) ? params['notifications'] : undefined;
    if (isJsonObject(accepted)) this.#acknowledged = accepted;
  }

  /** Ends a stream that would stay open; a modern subscription gets its result first, as the revision wants. */
  endStream(): void {
    const { requestId, era } = this.#exchange.inspection;
    if (this.#streaming && era === 'modern' && requestId !== undefined) {
      const _meta = { [META_KEYS.subscriptionId]: requestId };
      const answer = resultAnswer(requestId, { resultType: 'complete', _meta });
      this.#send({ data: JSON.stringify(answer), hasData: true });
    }
    this.#gone = true;
    this.#upstream?.abort();
    this.#end();
    this.#reply.end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#exchange.use?.end();
  }

  /** The server refused over HTTP. Credential trouble and overload are told in-band; protocol answers pass on. */
  #answerRefusal(head: AnswerHead, message: Json | undefined): void {
    const error = isJsonObject(message) && isJsonObject(message['error']) ? message['error'] : undefined;
    const code = typeof error?.['code'] === 'number' ? error['code'] : undefined;
    this.#settle(
      'upstream_status',
      NOT_RUN_STATUSES.has(head.status) || (code !== undefined && NOT_RUN_CODES.has(code)),
    );
    const isProtocolAnswer = head.status < 500 && ![401, 403, 429].includes(head.status);
    if (isProtocolAnswer && this.#exchange.call?.message.kind !== 'request') {
      return this.#reply.answer(head.status, {}, undefined);
    }
    if (isProtocolAnswer && error) {
      const answer = { jsonrpc: '2.0', id: this.#exchange.inspection.requestId ?? null, error };
      const replaced = replaceError(answer, this.#exchange.inspection);
      const status = replaced === undefined ? head.status : 200;
      return this.#reply.answer(status, jsonHeaders(false), JSON.stringify(replaced ?? answer));
    }
    if (head.status === 404 && this.#exchange.call?.session?.upstream)
      return this.#reply.answer(404, {}, undefined);
    this.#answer(this.#failed(failureOfStatus(head)));
  }

  #failed(failure: UpstreamFailure): Answer {
    this.#exchange.observation.upstreamFailed(failure);
    const { requestId, method, era } = this.#exchange.inspection;
    const answer = upstreamFailed(requestId, method ?? '', era, failure);
    const { call } = this.#exchange;
    return call && wantsTask(call) ? inErrorForm(answer) : answer;
  }

  #answer(answer: Answer): void {
    const body = answer.message === undefined ? undefined : JSON.stringify(answer.message);
    this.#reply.answer(answer.status, body === undefined ? {} : jsonHeaders(false), body);
  }

  #openStream(headers: Readonly<Record<string, string>>): void {
    this.#streaming = true;
    this.#exchange.observation.streamOpened();
    this.#reply.stream(headers);
  }

  #send(event: SseEvent): void {
    const isOwn = event.id === undefined || event.id === '';
    if (!this.#reply.event(isOwn ? event : this.#withBoundId(event))) this.#upstream?.pause();
  }

  /** The server's event id, bound to this session; without one where nothing can be resumed (since 2026-07-28). */
  #withBoundId({ id, ...event }: SseEvent): SseEvent {
    const { era, owner, sessionKey, sessionId, tasks } = this.#exchange.inspection;
    if (id === undefined || era === 'modern') return event;
    const session = this.#openedSession ?? sessionId;
    const bound = sealEventId({ id, tool: tasks?.tool }, session, owner, sessionKey);
    return bound === undefined ? event : { ...event, id: bound };
  }

  #sessionHeader(head: AnswerHead, message: Json): Record<string, string> | undefined {
    const { inspection, call } = this.#exchange;
    if (inspection.method !== 'initialize') return undefined;
    const session = sessionToOpen(head, message, call, this.#deps.asksToOpenPages === true);
    if (session === undefined) return undefined;
    this.#openedSession = sealSession(session, inspection.owner, inspection.sessionKey);
    return { 'mcp-session-id': this.#openedSession };
  }

  #settleBy(message: Json): void {
    if (!isJsonObject(message)) return;
    const error = message['error'];
    const result = message['result'];
    if (isJsonObject(error))
      this.#settle('rpc_error', typeof error['code'] === 'number' && NOT_RUN_CODES.has(error['code']));
    else this.#settle(isJsonObject(result) && result['isError'] === true ? 'tool_error' : 'ok', false);
  }

  /** Gives the quota back when the call certainly did not run, and finishes the record; once. */
  #settle(result: CallResult, giveBack: boolean): void {
    const { clearance } = this.#exchange;
    if (this.#settled) return;
    this.#settled = true;
    this.#exchange.observation.settled(result);
    if (!clearance) return;
    const { quota, records, log } = this.#deps;
    const { reservation, approval } = clearance;
    if (giveBack && approval) void giveBackApproval(approval, this.#deps);
    const quotaReturned = giveBack && reservation !== undefined && reservation.entries.length > 0;
    if (quotaReturned) {
      void quota.giveBack(reservation).then((done) => {
        if (!done) log.error({ record: clearance.recordId }, 'quota could not be given back');
      });
    }
    void records.finish(clearance.recordId, {
      result,
      upstreamStatus: this.#status,
      latencyMicros: Math.round((performance.now() - clearance.allowedAt) * 1_000),
      quotaReturned,
    });
  }

  #place(): { server: string; request: string } {
    return { server: this.#exchange.inspection.owner.serverId, request: this.#exchange.observation.id };
  }
}
