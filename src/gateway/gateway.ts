import type { Clock, Log } from '#platform';
import { messageOf } from '#platform';
import { ERROR_CODES, refusal, usesOffering, type Era, type JsonRpcRequest } from '#mcp';
import type { Approvals } from '#approvals';
import type { Quota } from '#quota';
import { type Records } from '#records';
import type { DecisionRecord, Grant } from '#store';
import type { UpstreamRequest } from '#upstream';
import type { AgentReply, AgentRequest } from './agent-request.ts';
import { BatchReply, looksLikeBatch, splitBatch } from './batch.ts';
import { internalFailure, protocolRefusal, type Answer } from './answer.ts';
import { abandonCall } from './abandon-call.ts';
import { DEFAULT_APPROVALS, type Directory, type GovernedServer } from './directory.ts';
import { answersFirst } from './answer-once.ts';
import { openEventId, type EventPlace } from './event-id.ts';
import { HeldReply } from './held-reply.ts';
import { judgeCall } from './judge-call.ts';
import { judgeOffering } from './judge-offering.ts';
import { judgeSubscription } from './judge-subscription.ts';
import { headersFor, legacyHeadersOf } from './outgoing-headers.ts';
import { readCall, type AgentCall } from './read-call.ts';
import { recordRefusal } from './record-refusal.ts';
import type { InspectionContext } from './inspect.ts';
import type { Clearance } from './record-decision.ts';
import { Relay, type RelayedExchange } from './relay.ts';
import { openSession, type SessionOwner } from './session-id.ts';
import { RecentTasks } from './task-id.ts';
import { taskScopeOf } from './task-scope.ts';
import { admitTasks, inErrorForm, namesTasks, wantsTask } from './tasks.ts';
import { silentTelemetry, type Telemetry } from './telemetry.ts';
import { WaitingCalls } from './waiting-calls.ts';

export interface GatewayDeps {
  readonly directory: Directory;
  readonly quota: Quota;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
  /** Signs session ids; the same in every process of one installation. */
  readonly sessionKey: Uint8Array;
  /** Nobody looks on unless given. */
  readonly telemetry?: Telemetry;
  /** Asks people about held calls; nobody is asked unless given. */
  readonly approvals?: Approvals | undefined;
  /** The page where people decide about an approval; undefined where there is none. */
  readonly approvalUrl?: ((id: string) => string | undefined) | undefined;
  /** See `JudgeDeps`. */
  readonly capture?: ((record: DecisionRecord, args: unknown) => void) | undefined;
}

/** A stream that stays open, and what ends it with its grant. */
interface Listening {
  readonly request: AgentRequest;
  timer?: NodeJS.Timeout | undefined;
}

/** Longer waits than this a timer takes for none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const ANSWERED = 'This request of the server was answered already';
const FOREIGN_EVENT = '"Last-Event-ID" was not handed out in this session; open the stream without it';

/** What is known of an exchange besides its message. */
type About = Pick<InspectionContext, 'offering' | 'asked'> & { readonly replayed?: string | undefined };

/** The pipeline of one call. `handle` never rejects: whatever goes wrong ends in an answer that refuses. */
export class Gateway {
  readonly #deps: GatewayDeps & { readonly asksToOpenPages: boolean };
  /** The fronts begin the observation of every request here. */
  readonly telemetry: Telemetry;
  /** Streams that stay open (GET, `subscriptions/listen`): told when a policy or grant changes. */
  readonly #listening = new Map<Relay, Listening>();
  readonly #waiting = new WaitingCalls();
  readonly #recentTasks = new RecentTasks();

  constructor(deps: GatewayDeps) {
    const { directory, telemetry, approvals, approvalUrl } = deps;
    this.#deps = { ...deps, asksToOpenPages: approvals !== undefined && approvalUrl !== undefined };
    this.telemetry = telemetry ?? silentTelemetry;
    directory.onChange(() => this.#directoryChanged());
  }

  /**
   * Streams that stay open are judged by what holds now, and end with the token that opened them and with their server; so do calls that
   * wait for a person.
   */
  #directoryChanged(): void {
    const { directory, clock } = this.#deps;
    this.#waiting.endThose((request) => !this.#isUnchanged(request));
    for (const [relay, listening] of this.#listening) {
      const { grant, server } = listening.request;
      const current = directory.current(grant, clock.now());
      if (!current || !isSameServer(directory.server(server.id), server)) relay.endStream();
      else {
        relay.policyChanged(directory.policyOf(current));
        this.#endWhenOver(relay, listening, current);
      }
    }
  }

  /** The gateway is stopping: streams that would stay open are ended, calls under way go on to their end. */
  endStreams(): void {
    this.#waiting.endAll();
    for (const relay of this.#listening.keys()) relay.endStream();
  }

  /** Calls that wait for a person with their connection open. */
  get waitingCalls(): number {
    return this.#waiting.size;
  }

  async handle(request: AgentRequest, reply: AgentReply): Promise<void> {
    try {
      if (request.verb === 'POST' && looksLikeBatch(request.body)) await this.#batch(request, reply);
      else if (request.verb === 'POST') await this.#post(request, reply);
      else await this.#getOrDelete(request, reply);
    } catch (error) {
      this.#deps.log.error(
        { request: request.id, err: messageOf(error), stack: (error as Error).stack },
        'a request failed inside the gateway',
      );
      request.observation.crashed();
      send(reply, internalFailure(undefined, 'The gateway failed; the call was not made.'));
    }
  }

  /** Only in sessions of 2025-03-26; every message goes its own way through the pipeline. */
  async #batch(request: AgentRequest, reply: AgentReply): Promise<void> {
    const split = splitBatch(request, this.#deps.sessionKey);
    if (!split.ok) {
      await recordRefusal(request, split.answer, this.#deps);
      return send(reply, split.answer);
    }
    request.observation.method = '(batch)';
    const together = new BatchReply(reply, request.observation);
    const parts = split.value.map((one) => [one, together.part(one.observation)] as const);
    // one after another: none of them may wait for a person
    for (const [one, part] of parts) await this.#post(one, part, false);
    await together.finish();
  }

  /** authenticate (done) → read → judge → forward. */
  async #post(request: AgentRequest, reply: AgentReply, mayWait = true): Promise<void> {
    const read = readCall(request, this.#deps);
    if (!read.ok) {
      await recordRefusal(request, read.answer, this.#deps);
      return send(reply, read.answer);
    }
    let call = read.value;
    request.observation.read(call);
    if (call.message.kind === 'response' && !(await answersFirst(call, this.#deps))) {
      const answer = protocolRefusal(refusal(400, ERROR_CODES.invalidRequest, ANSWERED, undefined));
      await recordRefusal(request, answer, this.#deps);
      return send(reply, answer);
    }
    if (namesTasks(call.message)) {
      const admitted = await admitTasks(call, this.#deps);
      if (!admitted.ok) return send(reply, admitted.answer);
      call = admitted.value;
    }
    if (call.message.kind !== 'request' || call.message.method !== 'tools/call') {
      return this.#other(call, reply);
    }
    const judged = await judgeCall(call, call.message, this.#deps);
    if (judged.ok) return this.#forward(call, judged.value, reply);
    if (mayWait && judged.answer.waitsFor) return this.#hold(call, call.message, judged.answer, reply);
    send(reply, inFormFor(call, judged.answer));
  }

  /**
   * A held call waits for the answer with its connection open, where its server wants that. It is judged anew when a person has decided,
   * by what holds then; when grant or server are no longer what they were, the agent makes its call again.
   */
  async #hold(call: AgentCall, message: JsonRpcRequest, answer: Answer, reply: AgentReply): Promise<void> {
    const { request } = call;
    const { approvals, log } = this.#deps;
    const { holdOpenMs } = request.server.approvals ?? DEFAULT_APPROVALS;
    if (!approvals || !answer.waitsFor || holdOpenMs <= 0 || !this.#waiting.hasRoom)
      return send(reply, inFormFor(call, answer));
    const held = new HeldReply(reply, request, message);
    const deps = { approvals, log };
    const isDecided = await this.#waiting.wait(call, message, answer.waitsFor, held, holdOpenMs, deps);
    if (held.isGone) return;
    if (!isDecided || !this.#isUnchanged(request)) return send(held, inFormFor(call, answer));
    const judged = await judgeCall(call, message, this.#deps);
    if (!judged.ok) return send(held, inFormFor(call, judged.answer));
    if (held.isGone) return abandonCall(judged.value, this.#deps);
    this.#forward(call, judged.value, held);
  }

  #isUnchanged({ grant, server }: AgentRequest): boolean {
    const { directory, clock } = this.#deps;
    const current = directory.current(grant, clock.now());
    return (
      current?.policy === grant.policy && current !== undefined && directory.server(server.id) === server
    );
  }

  /** Everything but calls of tools: what uses a resource, a template or a prompt is judged, the rest passes. */
  async #other(call: AgentCall, reply: AgentReply): Promise<void> {
    const { message } = call;
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      const { grant } = call.request;
      // the server has never seen a call that waits here
      if (this.#waiting.cancel(grant.id, call.sessionId, message.params?.['requestId']))
        return send(reply, { status: 202 });
    }
    if (message.kind === 'request' && usesOffering(message.method)) {
      const judged = await judgeOffering(call, message, this.#deps);
      if (!judged.ok) return send(reply, judged.answer);
      const { offering, clearance } = judged.value;
      return this.#forward(call, clearance, reply, { offering, asked: message.params });
    }
    if (message.kind !== 'request' || message.method !== 'subscriptions/listen') {
      return this.#forward(call, undefined, reply);
    }
    const judged = await judgeSubscription(call, message, this.#deps);
    if (!judged.ok) return send(reply, judged.answer);
    this.#forward(judged.value, undefined, reply, { asked: message.params });
  }

  #forward(call: AgentCall, clearance: Clearance | undefined, reply: AgentReply, about?: About): void {
    const { request, message, era, revision, session, sessionId, body } = call;
    const method = message.kind === 'response' ? undefined : message.method;
    const outgoing: UpstreamRequest = {
      verb: 'POST',
      era,
      revision,
      message,
      body,
      headers: request.observation.outgoing(headersFor(call)),
      session: method === 'initialize' ? undefined : session?.upstream || undefined,
      grantId: request.grant.id,
    };
    const inspection = this.#inspectionOf(request, era, sessionId, agreedCall(call, clearance), about);
    this.#carry(
      request,
      outgoing,
      { call, clearance, inspection, observation: request.observation, use: request.server.use },
      reply,
    );
  }

  /** GET opens the stream of a legacy session, DELETE ends the session; modern traffic has neither. */
  async #getOrDelete(request: AgentRequest, reply: AgentReply): Promise<void> {
    const sessionId = request.header('mcp-session-id');
    if (sessionId === undefined) return send(reply, { status: 405, headers: { allow: 'POST' } });
    const session = openSession(sessionId, ownerOf(request), this.#deps.sessionKey);
    if (!session) return send(reply, { status: 404 });
    const headers = new Map(legacyHeadersOf(request));
    let place: EventPlace | undefined;
    const lastEventId = request.verb === 'GET' ? request.header('last-event-id') : undefined;
    if (lastEventId !== undefined && lastEventId !== '') {
      place = openEventId(lastEventId, sessionId, ownerOf(request), this.#deps.sessionKey);
      if (!place) {
        const answer = protocolRefusal(refusal(400, ERROR_CODES.invalidRequest, FOREIGN_EVENT, undefined));
        await recordRefusal(request, answer, this.#deps);
        return send(reply, answer);
      }
      headers.set('last-event-id', place.id);
    }
    const outgoing: UpstreamRequest = {
      verb: request.verb,
      era: 'legacy',
      revision: session.revision,
      message: undefined,
      body: undefined,
      headers,
      session: session.upstream || undefined,
      grantId: request.grant.id,
    };
    const inspection = this.#inspectionOf(request, 'legacy', sessionId, undefined, { replayed: place?.tool });
    const { observation } = request;
    const { use } = request.server;
    this.#carry(
      request,
      outgoing,
      { call: undefined, clearance: undefined, inspection, observation, use },
      reply,
    );
  }

  #inspectionOf(
    request: AgentRequest,
    era: Era,
    sessionId: string | undefined,
    call: AgentCall | undefined,
    about: About = {},
  ): InspectionContext {
    const message = call?.message;
    const { directory, sessionKey, clock } = this.#deps;
    const { grant, server } = request;
    const owner = ownerOf(request);
    return {
      era,
      requestId: message?.kind === 'request' ? message.id : undefined,
      method: message === undefined || message.kind === 'response' ? undefined : message.method,
      policy: directory.policyOf(grant),
      methods: server.methods,
      offering: about.offering,
      asked: about.asked,
      upstream: server.upstream,
      sessionId,
      progress: call?.progress,
      owner,
      sessionKey,
      clock,
      tasks:
        server.methods.tasks === true
          ? taskScopeOf({
              request,
              call,
              replayed: about.replayed,
              owner,
              directory,
              recent: this.#recentTasks,
              sessionKey,
            })
          : undefined,
    };
  }

  /** Ties the agent's exchange to one with the server: the relay inspects and settles what comes back. */
  #carry(
    request: AgentRequest,
    outgoing: UpstreamRequest,
    exchange: RelayedExchange,
    reply: AgentReply,
  ): void {
    const staysOpen = outgoing.verb === 'GET' || exchange.inspection.method === 'subscriptions/listen';
    const relay = new Relay(
      staysOpen ? { ...exchange, whenClosed: this.#forget } : exchange,
      reply,
      this.#deps,
    );
    if (staysOpen) this.#keepOpen(relay, request);
    relay.attach(request.server.upstream.exchange(outgoing, relay));
  }

  #keepOpen(relay: Relay, request: AgentRequest): void {
    const listening: Listening = { request };
    this.#listening.set(relay, listening);
    request.observation.staysOpen();
    this.#endWhenOver(relay, listening, request.grant);
  }

  /** A stream ends when its token does, whatever happens or does not happen on it. */
  #endWhenOver(relay: Relay, listening: Listening, { expiresAt }: Grant): void {
    clearTimeout(listening.timer);
    if (expiresAt === undefined) return;
    const { directory, clock } = this.#deps;
    const rest = Math.min(expiresAt - clock.now(), LONGEST_TIMER_MS);
    const endIfOver = (): void => {
      const current = directory.current(listening.request.grant, clock.now());
      // a timer can be early by a moment, and none is as long as some grants live
      if (current) this.#endWhenOver(relay, listening, current);
      else relay.endStream();
    };
    listening.timer = setTimeout(endIfOver, rest).unref();
  }

  readonly #forget = (relay: Relay): void => {
    clearTimeout(this.#listening.get(relay)?.timer);
    this.#listening.delete(relay);
  };
}

/** Sends an answer of the gateway's own: the only place where one becomes bytes. */
function send(reply: AgentReply, answer: Answer): void {
  const body = answer.message === undefined ? undefined : JSON.stringify(answer.message);
  const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  reply.answer(answer.status, { ...answer.headers, ...content }, body);
}

/** Whether what was opened at a server can go on: it is reached as before, and may ask and be asked for the same. */
function isSameServer(current: GovernedServer | undefined, { upstream, methods }: GovernedServer): boolean {
  if (current?.upstream !== upstream) return false;
  return current.methods === methods || JSON.stringify(current.methods) === JSON.stringify(methods);
}

function inFormFor(call: AgentCall, answer: Answer): Answer {
  return wantsTask(call) ? inErrorForm(answer) : answer;
}

/** A call that a person agreed to stays agreed to when the server interrupts it. */
function agreedCall(call: AgentCall, clearance: Clearance | undefined): AgentCall {
  if (clearance?.agreed === undefined || !call.progress) return call;
  return { ...call, progress: { ...call.progress, agreed: clearance.agreed } };
}

function ownerOf(request: AgentRequest): SessionOwner {
  return { grantId: request.grant.id, serverId: request.server.id };
}
