import {
  ERROR_CODES,
  isJsonObject,
  isRequestId,
  parseStrict,
  refusal,
  type Json,
  type JsonObject,
  type SseEvent,
} from '#mcp';
import type { AgentReply, AgentRequest, ReplyWatcher } from './agent-request.ts';
import { end, pass, protocolRefusal, type Step } from './answer.ts';
import { openSession } from './session-id.ts';
import type { Observation } from './telemetry.ts';

/** The one revision in which a body may hold several messages, and must be understood (2025-03-26, JSON-RPC batching). */
const BATCH_REVISION = '2025-03-26';
const MAX_MESSAGES = 50;
const OPENING_BRACKET = 0x5b;

/** Whether a body can only be an array: its first character that is no white space says so. */
export function looksLikeBatch(body: Uint8Array): boolean {
  const first = body.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  return first === OPENING_BRACKET;
}

/**
 * Takes a batch apart: every message becomes a request of its own and is judged alone, so that nothing can hide behind
 * another. Refused with 400 and -32600 outside a session of that revision, when it is empty, too long or nested, opens a
 * session, or uses an id twice.
 */
export function splitBatch(request: AgentRequest, sessionKey: Uint8Array): Step<readonly AgentRequest[]> {
  const refuse = (message: string, code: number = ERROR_CODES.invalidRequest): ReturnType<typeof end> =>
    end(protocolRefusal(refusal(400, code, message, undefined)));
  const parsed = parseStrict(request.body);
  if (!parsed.ok) return refuse(`Parse error: ${parsed.reason}`, ERROR_CODES.parseError);
  const owner = { grantId: request.grant.id, serverId: request.server.id };
  const session = openSession(request.header('mcp-session-id') ?? '', owner, sessionKey);
  if (session?.revision !== BATCH_REVISION) return refuse('Invalid request: a body holds one message');
  const messages = parsed.value;
  if (!Array.isArray(messages)) return refuse('Invalid request: not a batch');
  if (messages.length === 0 || messages.length > MAX_MESSAGES) {
    return refuse(`Invalid request: a batch holds 1 to ${MAX_MESSAGES} messages`);
  }
  if (parsed.lossy !== undefined)
    return refuse('Invalid request: a number in the batch cannot be carried exactly');
  const fault = faultOf(messages as readonly Json[]);
  if (fault !== undefined) return refuse(`Invalid request: ${fault}`);
  const encoder = new TextEncoder();
  const { id, transport, verb, grant, server, protocolHeaders, observation } = request;
  return pass(
    messages.map((message) => ({
      id,
      transport,
      verb,
      grant,
      server,
      protocolHeaders,
      header: (name) => request.header(name),
      body: encoder.encode(JSON.stringify(message)),
      observation: observation.part(),
    })),
  );
}

function faultOf(messages: readonly Json[]): string | undefined {
  if (!messages.every((message): message is JsonObject => isJsonObject(message)))
    return 'a batch holds messages only';
  if (messages.some((message) => message['method'] === 'initialize')) return 'initialize comes alone';
  const ids = messages
    .filter((message) => message['method'] !== undefined && isRequestId(message['id']))
    .map((message) => JSON.stringify(message['id']));
  return new Set(ids).size < ids.length ? 'two requests of a batch have the same id' : undefined;
}

/**
 * Brings the answers of a batch together: one event stream as soon as there is anything to say, 202 when there is not.
 */
export class BatchReply {
  readonly #reply: AgentReply;
  readonly #parts: Promise<void>[] = [];
  readonly #watchers: ReplyWatcher[] = [];
  /** End the wait for a part; once more does no harm. */
  readonly #closes: (() => void)[] = [];
  #isStreaming = false;

  constructor(reply: AgentReply, observation: Observation) {
    this.#reply = reply;
    reply.watch({
      onAgentClosed: (completed) => {
        observation.finished(completed ? 200 : 499);
        for (const watcher of this.#watchers) watcher.onAgentClosed(completed);
        for (const close of this.#closes) close();
      },
      onAgentDrained: () => this.#watchers.forEach((watcher) => watcher.onAgentDrained()),
    });
  }

  /** Where one message of the batch is answered. */
  part(observation: Observation): AgentReply {
    let close = (): void => {};
    this.#parts.push(
      new Promise((resolve) => {
        close = resolve;
      }),
    );
    return {
      answer: (status, _, body) => {
        observation.finished(status);
        if (body !== undefined) {
          this.#send({
            data: typeof body === 'string' ? body : new TextDecoder().decode(body),
            hasData: true,
          });
        }
        close();
      },
      stream: () => {},
      event: (event) =>
        !event.hasData || event.data === '' || this.#send({ data: event.data, hasData: true }),
      end: () => {
        observation.finished(200);
        close();
      },
      watch: (watcher) => void this.#watchers.push(watcher),
    };
  }

  /** Ends the whole answer when every part has ended. */
  async finish(): Promise<void> {
    await Promise.all(this.#parts);
    if (this.#isStreaming) this.#reply.end();
    else this.#reply.answer(202, {}, undefined);
  }

  #send(event: SseEvent): boolean {
    if (!this.#isStreaming) this.#reply.stream({});
    this.#isStreaming = true;
    return this.#reply.event(event);
  }
}
