import type { Clock, Log } from '#platform';
import { messageOf, newId } from '#platform';
import {
  encodeHeaderValue,
  ERROR_CODES,
  isJsonObject,
  mirroredMember,
  refusal,
  scanParamHeaders,
  usesOffering,
  type Era,
  type Json,
  type JsonRpcRequest,
} from '#mcp';
import type { Quota } from '#quota';
import { type Records } from '#records';
import type { Grant } from '#store';
import type { UpstreamRequest } from '#upstream';
import type { AgentReply, AgentRequest } from './agent-request.ts';
import { BatchReply, looksLikeBatch, splitBatch } from './batch.ts';
import { internalFailure, protocolRefusal, type Answer } from './answer.ts';
import type { Directory } from './directory.ts';
import { answersFirst } from './answer-once.ts';
import { openEventId, type EventPlace } from './event-id.ts';
import { judgeCall } from './judge-call.ts';
import { judgeOffering } from './judge-offering.ts';
import { judgeSubscription } from './judge-subscription.ts';
import { readCall, type AgentCall } from './read-call.ts';
import type { InspectionContext } from './inspect.ts';
import type { Clearance } from './record-decision.ts';
import { Relay, type RelayedExchange } from './relay.ts';
import { openSession, type SessionOwner } from './session-id.ts';
import { RecentTasks } from './task-id.ts';
import { taskScopeOf } from './task-scope.ts';
import { admitTasks, inErrorForm, namesTasks, wantsTask } from './tasks.ts';
import { silentTelemetry, type Telemetry } from './telemetry.ts';

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
}

/** Longer waits than this a timer takes for none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const ANSWERED = 'This request of the server was answered already';
const FOREIGN_EVENT = '"Last-Event-ID" was not handed out in this session; open the stream without it';

/** What is known of an exchange besides its message. */
type About = Pick<InspectionContext, 'offering' | 'asked'> & { readonly replayed?: string | undefined };

/** The pipeline of one call. `handle` never rejects: whatever goes wrong ends in an answer that refuses. */
export class Gateway {
  readonly #deps: GatewayDeps;
  /** The fronts begin the observation of every request here. */
  readonly telemetry: Telemetry;
  /** Streams that stay open (GET, `subscriptions/listen`): told when a policy or grant changes. */
  readonly #listening = new Map<Relay, Grant>();
  readonly #recentTasks = new RecentTasks();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.telemetry = deps.telemetry ?? silentTelemetry;
    deps.directory.onChange(() => this.#directoryChanged());
  }

  /** Streams that stay open are judged by what holds now, and end with their grant. */
  #directoryChanged(): void {
    const { directory, clock } = this.#deps;
    for (const [relay, grant] of this.#listening) {
      if (directory.isStillLive(grant, clock.now())) relay.policyChanged(directory.policyOf(grant));
      else relay.endStream();
    }
  }

  /** The gateway is stopping: streams that would stay open are ended, calls under way go on to their end. */
  endStreams(): void {
    for (const relay of this.#listening.keys()) relay.endStream();
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
      await this.#recordRefusal(request, split.answer);
      return send(reply, split.answer);
    }
    request.observation.method = '(batch)';
    const together = new BatchReply(reply, request.observation);
    const parts = split.value.map((one) => [one, together.part(one.observation)] as const);
    for (const [one, part] of parts) await this.#post(one, part);
    await together.finish();
  }

  /** authenticate (done) → read → judge → forward. */
  async #post(request: AgentRequest, reply: AgentReply): Promise<void> {
    const read = readCall(request, this.#deps);
    if (!read.ok) {
      await this.#recordRefusal(request, read.answer);
      return send(reply, read.answer);
    }
    let call = read.value;
    request.observation.read(call);
    if (call.message.kind === 'response' && !(await answersFirst(call, this.#deps))) {
      const answer = protocolRefusal(refusal(400, ERROR_CODES.invalidRequest, ANSWERED, undefined));
      await this.#recordRefusal(request, answer);
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
    if (!judged.ok) return send(reply, wantsTask(call) ? inErrorForm(judged.answer) : judged.answer);
    this.#forward(call, judged.value, reply);
  }

  /** Everything but calls of tools: what uses a resource, a template or a prompt is judged, the rest passes. */
  async #other(call: AgentCall, reply: AgentReply): Promise<void> {
    const { message } = call;
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
    const inspection = this.#inspectionOf(request, era, sessionId, call, about);
    this.#carry(request, outgoing, { call, clearance, inspection, observation: request.observation }, reply);
  }

  /** GET opens the stream of a legacy session, DELETE ends the session; modern traffic has neither. */
  async #getOrDelete(request: AgentRequest, reply: AgentReply): Promise<void> {
    const sessionId = request.header('mcp-session-id');
    if (sessionId === undefined) return send(reply, { status: 405, headers: { allow: 'POST' } });
    const session = openSession(sessionId, ownerOf(request), this.#deps.sessionKey);
    if (!session) return send(reply, { status: 404 });
    const headers = new Map(pick(request, LEGACY_HEADERS));
    let place: EventPlace | undefined;
    const lastEventId = request.verb === 'GET' ? request.header('last-event-id') : undefined;
    if (lastEventId !== undefined && lastEventId !== '') {
      place = openEventId(lastEventId, sessionId, ownerOf(request), this.#deps.sessionKey);
      if (!place) {
        const answer = protocolRefusal(refusal(400, ERROR_CODES.invalidRequest, FOREIGN_EVENT, undefined));
        await this.#recordRefusal(request, answer);
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
    this.#carry(request, outgoing, { call: undefined, clearance: undefined, inspection, observation }, reply);
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

  #keepOpen(relay: Relay, { grant, observation }: AgentRequest): void {
    this.#listening.set(relay, grant);
    observation.staysOpen();
    if (grant.expiresAt === undefined) return;
    const rest = Math.min(grant.expiresAt - this.#deps.clock.now(), LONGEST_TIMER_MS);
    const endIfOver = (): void => {
      if (!this.#deps.directory.isStillLive(grant, this.#deps.clock.now())) relay.endStream();
    };
    setTimeout(endIfOver, rest).unref();
  }

  readonly #forget = (relay: Relay): void => void this.#listening.delete(relay);

  async #recordRefusal(request: AgentRequest, answer: Answer): Promise<void> {
    const error = answer.message?.['error'];
    const { clock, records, directory } = this.#deps;
    const policy = directory.policyOf(request.grant);
    await records.deny({
      id: newId('dec', clock.now()),
      at: clock.now(),
      requestId: request.id,
      server: request.server.id,
      grantId: request.grant.id,
      grantLabel: request.grant.label,
      method: '',
      tool: undefined,
      revision: request.header('mcp-protocol-version') ?? '',
      transport: request.transport,
      policy: policy?.name,
      policyVersion: policy?.version,
      outcome: 'refused',
      enforced: true,
      rule: '(protocol)',
      message:
        isJsonObject(error) && typeof error['message'] === 'string'
          ? error['message']
          : `HTTP ${answer.status}`,
      argumentKeys: [],
    });
    request.observation.decided('refused', '(protocol)', policy);
  }
}

/** Sends an answer of the gateway's own: the only place where one becomes bytes. */
function send(reply: AgentReply, answer: Answer): void {
  const body = answer.message === undefined ? undefined : JSON.stringify(answer.message);
  const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  reply.answer(answer.status, { ...answer.headers, ...content }, body);
}

const LEGACY_HEADERS = ['mcp-protocol-version', 'traceparent', 'tracestate', 'baggage'] as const;

/** Mirror headers travel in modern traffic only; on legacy traffic nobody has checked them. */
function headersFor(call: AgentCall): ReadonlyMap<string, string> {
  const { request, message } = call;
  if (call.era === 'legacy') return pick(request, LEGACY_HEADERS);
  if (request.transport === 'stdio')
    return message.kind === 'request' ? mirrorHeadersOf(call, message) : new Map();
  const sessionHeaders = new Set(['mcp-session-id', 'last-event-id']);
  const headers = new Map([...request.protocolHeaders].filter(([name]) => !sessionHeaders.has(name)));
  // the agent's own name of a task was held against the body already
  const [task] = message.kind === 'request' && message.method.startsWith('tasks/') ? (call.tasks ?? []) : [];
  if (task) headers.set('mcp-name', encodeHeaderValue(task.id));
  return headers;
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

function pick(request: AgentRequest, names: readonly string[]): ReadonlyMap<string, string> {
  let headers: Map<string, string> | undefined;
  for (const name of names) {
    const value = request.header(name);
    if (value !== undefined) (headers ??= new Map()).set(name, value);
  }
  return headers ?? NO_HEADERS;
}

function ownerOf(request: AgentRequest): SessionOwner {
  return { grantId: request.grant.id, serverId: request.server.id };
}

/** A stdio agent sends no headers: they are made from the judged body for a server that wants them. */
function mirrorHeadersOf(call: AgentCall, message: JsonRpcRequest): ReadonlyMap<string, string> {
  const headers = new Map([
    ['mcp-protocol-version', call.revision],
    ['mcp-method', message.method],
  ]);
  const member = mirroredMember(message.method);
  const name = member === undefined ? undefined : message.params?.[member];
  if (typeof name !== 'string') return headers;
  headers.set('mcp-name', encodeHeaderValue(name));
  const args = message.params?.['arguments'];
  const tool = call.request.server.upstream.knownTools()?.get(name);
  for (const { header, path } of scanParamHeaders(tool?.definition.inputSchema as Json | undefined)
    .declarations) {
    let value: Json | undefined = args;
    for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      headers.set(header, encodeHeaderValue(String(value)));
    }
  }
  return headers;
}
