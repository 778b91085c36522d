import type { Clock, Log } from '#platform';
import { messageOf, newId } from '#platform';
import {
  encodeHeaderValue,
  isJsonObject,
  mirroredMember,
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
import { internalFailure, type Answer } from './answer.ts';
import type { Directory } from './directory.ts';
import { judgeCall } from './judge-call.ts';
import { judgeOffering } from './judge-offering.ts';
import { judgeSubscription } from './judge-subscription.ts';
import { readCall, type AgentCall } from './read-call.ts';
import type { InspectionContext } from './inspect.ts';
import type { Clearance } from './record-decision.ts';
import { Relay, type RelayedExchange } from './relay.ts';
import { openSession, type SessionOwner } from './session-id.ts';

export interface GatewayDeps {
  readonly directory: Directory;
  readonly quota: Quota;
  readonly records: Records;
  readonly clock: Clock;
  readonly log: Log;
  /** Signs session ids; the same in every process of one installation. */
  readonly sessionKey: Uint8Array;
}

/** The pipeline of one call. `handle` never rejects: whatever goes wrong ends in an answer that refuses. */
export class Gateway {
  readonly #deps: GatewayDeps;
  /** Streams that stay open (GET, `subscriptions/listen`): told when a policy or grant changes. */
  readonly #listening = new Map<Relay, Grant>();

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    deps.directory.onChange(() => {
      for (const [relay, grant] of this.#listening) relay.policyChanged(deps.directory.policyOf(grant));
    });
  }

  /** The gateway is stopping: streams that would stay open are ended, calls under way go on to their end. */
  endStreams(): void {
    for (const relay of this.#listening.keys()) relay.endStream();
  }

  async handle(request: AgentRequest, reply: AgentReply): Promise<void> {
    try {
      if (request.verb === 'POST' && looksLikeBatch(request.body)) await this.#batch(request, reply);
      else if (request.verb === 'POST') await this.#post(request, reply);
      else this.#getOrDelete(request, reply);
    } catch (error) {
      this.#deps.log.error(
        { request: request.id, err: messageOf(error), stack: (error as Error).stack },
        'a request failed inside the gateway',
      );
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
    const together = new BatchReply(reply);
    const parts = split.value.map((one) => [one, together.part()] as const);
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
    const call = read.value;
    if (call.message.kind !== 'request' || call.message.method !== 'tools/call') {
      return this.#other(call, reply);
    }
    const judged = await judgeCall(call, call.message, this.#deps);
    if (!judged.ok) return send(reply, judged.answer);
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

  #forward(
    call: AgentCall,
    clearance: Clearance | undefined,
    reply: AgentReply,
    about?: Pick<InspectionContext, 'offering' | 'asked'>,
  ): void {
    const { request, message, era, revision, session, sessionId, body } = call;
    const method = message.kind === 'response' ? undefined : message.method;
    const outgoing: UpstreamRequest = {
      verb: 'POST',
      era,
      revision,
      message,
      body,
      headers: headersFor(call),
      session: method === 'initialize' ? undefined : session?.upstream || undefined,
      grantId: request.grant.id,
    };
    const inspection = this.#inspectionOf(request, era, sessionId, call, about);
    this.#carry(request, outgoing, { call, clearance, inspection }, reply);
  }

  /** GET opens the stream of a legacy session, DELETE ends the session; modern traffic has neither. */
  #getOrDelete(request: AgentRequest, reply: AgentReply): void {
    const sessionId = request.header('mcp-session-id');
    if (sessionId === undefined) return send(reply, { status: 405, headers: { allow: 'POST' } });
    const session = openSession(sessionId, ownerOf(request), this.#deps.sessionKey);
    if (!session) return send(reply, { status: 404 });
    const outgoing: UpstreamRequest = {
      verb: request.verb,
      era: 'legacy',
      revision: session.revision,
      message: undefined,
      body: undefined,
      headers: pick(request, ['mcp-protocol-version', 'last-event-id']),
      session: session.upstream || undefined,
      grantId: request.grant.id,
    };
    const inspection = this.#inspectionOf(request, 'legacy', sessionId, undefined);
    this.#carry(request, outgoing, { call: undefined, clearance: undefined, inspection }, reply);
  }

  #inspectionOf(
    request: AgentRequest,
    era: Era,
    sessionId: string | undefined,
    call: AgentCall | undefined,
    about?: Pick<InspectionContext, 'offering' | 'asked'>,
  ): InspectionContext {
    const message = call?.message;
    return {
      era,
      requestId: message?.kind === 'request' ? message.id : undefined,
      method: message === undefined || message.kind === 'response' ? undefined : message.method,
      policy: this.#deps.directory.policyOf(request.grant),
      methods: request.server.methods,
      offering: about?.offering,
      asked: about?.asked,
      upstream: request.server.upstream,
      sessionId,
      progress: call?.progress,
      owner: ownerOf(request),
      sessionKey: this.#deps.sessionKey,
      clock: this.#deps.clock,
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
    if (staysOpen) this.#listening.set(relay, request.grant);
    relay.attach(request.server.upstream.exchange(outgoing, relay));
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
  }
}

/** Sends an answer of the gateway's own: the only place where one becomes bytes. */
function send(reply: AgentReply, answer: Answer): void {
  const body = answer.message === undefined ? undefined : JSON.stringify(answer.message);
  const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  reply.answer(answer.status, { ...answer.headers, ...content }, body);
}

/** Mirror headers travel in modern traffic only; on legacy traffic nobody has checked them. */
function headersFor(call: AgentCall): ReadonlyMap<string, string> {
  const { request, message } = call;
  if (call.era === 'legacy') return pick(request, ['mcp-protocol-version']);
  if (request.transport === 'stdio')
    return message.kind === 'request' ? mirrorHeadersOf(call, message) : new Map();
  const sessionHeaders = new Set(['mcp-session-id', 'last-event-id']);
  return new Map([...request.protocolHeaders].filter(([name]) => !sessionHeaders.has(name)));
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
