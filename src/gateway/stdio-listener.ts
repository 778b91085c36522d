import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ERROR_CODES, errorAnswer, isJsonObject, META_KEYS, type RequestId, type SseEvent } from '#mcp';
import { newId, type Log } from '#platform';
import type { Grant } from '#store';
import type { AgentReply, ReplyWatcher } from './agent-request.ts';
import type { GovernedServer } from './directory.ts';
import type { Gateway } from './gateway.ts';
import { MAX_BODY_BYTES } from './http-listener.ts';

export interface StdioListenerOptions {
  readonly gateway: Gateway;
  readonly grant: Grant;
  readonly server: GovernedServer;
  readonly input: Readable;
  readonly output: Writable;
  readonly log: Log;
}

/** How long to wait before asking for the rest of a stream, when the server names no time; and at the longest. */
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** Resumptions in a row that may bring nothing: about as long as a server keeps what it has not delivered. */
const MAX_FRUITLESS = 60;
const NOTHING = new Uint8Array(0);

/**
 * The stdio front: one agent on standard input and output, a JSON-RPC message a line. It plays the part of an HTTP
 * client toward the pipeline (session header, stream of server messages), so that both fronts share every rule.
 * Resolves when the agent closes its side and all answers are written.
 */
export function serveStdio(options: StdioListenerOptions): Promise<void> {
  return new StdioListener(options).run();
}

class StdioListener {
  readonly #options: StdioListenerOptions;
  #sessionId: string | undefined;
  #revision: string | undefined;
  readonly #running = new Set<Promise<void>>();
  readonly #replies = new Map<string, LineReply>();
  readonly #leaving = new AbortController();
  #listening: LineReply | undefined;
  /** Modern streams that stay open until the agent leaves. */
  readonly #subscriptions = new Set<LineReply>();

  constructor(options: StdioListenerOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    let pending: Buffer = Buffer.alloc(0);
    for await (const chunk of this.#options.input as AsyncIterable<Buffer>) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      let newline = pending.indexOf(10);
      while (newline >= 0) {
        this.#line(pending.subarray(0, newline));
        pending = pending.subarray(newline + 1);
        newline = pending.indexOf(10);
      }
      if (pending.length > MAX_BODY_BYTES) throw new Error(`a line is larger than ${MAX_BODY_BYTES} bytes`);
    }
    this.#leaving.abort();
    this.#listening?.cancel();
    for (const subscription of this.#subscriptions) subscription.cancel();
    await Promise.allSettled(this.#running);
  }

  #line(bytes: Buffer): void {
    const line = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
    if (line.length === 0) return;
    const peeked = peek(line);
    const cancelled = cancelledId(peeked);
    if (cancelled !== undefined && this.#isModern(peeked)) return this.#replies.get(cancelled)?.cancel();
    if (cancelled !== undefined) this.#replies.get(cancelled)?.expectNothing();
    const key = idKey(peeked?.['id']);
    const reply = new LineReply(this.#options.output, {
      onMessage: (headers, body) => this.#learnSession(peeked, headers, body),
      ...(key !== undefined && peeked?.['method'] !== undefined
        ? { awaited: peeked['id'] as RequestId }
        : {}),
    });
    if (key !== undefined) this.#replies.set(key, reply);
    if (peeked?.['method'] === 'subscriptions/listen') this.#subscriptions.add(reply);
    const done = this.#post(line, reply, key).finally(() => {
      if (key !== undefined) this.#replies.delete(key);
      this.#running.delete(done);
      this.#subscriptions.delete(reply);
      if (peeked?.['method'] === 'notifications/initialized') this.#listen();
    });
    this.#running.add(done);
  }

  /**
   * A server may end a stream before its answer, to be asked for the rest (up to 2025-11-25). On standard output there is
   * nothing to ask with, so the front does it for the agent.
   */
  async #post(line: Uint8Array, first: LineReply, key: string | undefined): Promise<void> {
    await this.#handle('POST', line, first);
    let fruitless = 0;
    let reply = first;
    while (reply.isUnfinished && this.#sessionId !== undefined && fruitless < MAX_FRUITLESS) {
      const wait = Math.min(reply.retryMs ?? RETRY_MS, MAX_RETRY_MS);
      const isGone = await delay(wait, false, { signal: this.#leaving.signal, ref: false }).catch(() => true);
      if (isGone || !reply.isUnfinished) return;
      const before = reply.lastEventId;
      reply = reply.rest();
      if (key !== undefined) this.#replies.set(key, reply);
      const leave = (): void => reply.cancel();
      this.#leaving.signal.addEventListener('abort', leave, { once: true });
      await this.#handle('GET', NOTHING, reply);
      this.#leaving.signal.removeEventListener('abort', leave);
      if (!reply.wasStream) break;
      fruitless = reply.lastEventId === before ? fruitless + 1 : 0;
    }
    if (reply.isUnfinished) reply.giveUp();
  }

  /** What a legacy server sends outside of any answer arrives on the session's GET stream. */
  #listen(): void {
    if (this.#listening || this.#sessionId === undefined) return;
    const reply = new LineReply(this.#options.output, { silentAnswers: true });
    this.#listening = reply;
    void this.#handle('GET', NOTHING, reply);
  }

  async #handle(verb: 'POST' | 'GET', body: Uint8Array, reply: LineReply): Promise<void> {
    const headers = new Map<string, string>();
    if (this.#sessionId !== undefined) headers.set('mcp-session-id', this.#sessionId);
    if (this.#revision !== undefined) headers.set('mcp-protocol-version', this.#revision);
    if (verb === 'GET' && reply.lastEventId !== undefined) headers.set('last-event-id', reply.lastEventId);
    const { gateway, server, grant } = this.#options;
    const id = newId('req');
    const observation = gateway.telemetry.begin(id, 'stdio', server.id, grant);
    void reply.closed.then((completed) => observation.finished(completed ? 200 : 499));
    await gateway.handle(
      {
        id,
        observation,
        transport: 'stdio',
        verb,
        grant,
        server,
        header: (name) => headers.get(name),
        protocolHeaders: headers,
        body,
      },
      reply,
    );
    await reply.closed;
  }

  #learnSession(
    request: Record<string, unknown> | undefined,
    headers: Readonly<Record<string, string>>,
    body: unknown,
  ): void {
    if (request?.['method'] !== 'initialize') return;
    this.#sessionId = headers['mcp-session-id'] ?? this.#sessionId;
    const result = isJsonObject(body) ? body['result'] : undefined;
    const revision = isJsonObject(result) ? result['protocolVersion'] : undefined;
    if (typeof revision === 'string') this.#revision = revision;
  }

  #isModern(message: Record<string, unknown> | undefined): boolean {
    const params = message?.['params'];
    const meta = isJsonObject(params) ? params['_meta'] : undefined;
    return (
      this.#revision === undefined || (isJsonObject(meta) && meta[META_KEYS.protocolVersion] !== undefined)
    );
  }
}

/** A look at a line for routing only; the pipeline reads it strictly. */
function peek(line: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function cancelledId(message: Record<string, unknown> | undefined): string | undefined {
  if (message?.['method'] !== 'notifications/cancelled') return undefined;
  const params = message['params'];
  return isJsonObject(params) ? idKey(params['requestId']) : undefined;
}

function idKey(id: unknown): string | undefined {
  return typeof id === 'string' || typeof id === 'number' ? `${typeof id}:${id}` : undefined;
}

interface LineReplyParts {
  readonly onMessage?: (headers: Readonly<Record<string, string>>, body: unknown) => void;
  /** Whole answers (refusals of a GET) are not for the agent. */
  readonly silentAnswers?: boolean;
  /** The request whose answer must come. */
  readonly awaited?: RequestId | undefined;
  readonly lastEventId?: string | undefined;
  readonly retryMs?: number | undefined;
}

/** Answers as lines. HTTP status codes have no place here: the JSON-RPC message says it all. */
class LineReply implements AgentReply {
  readonly #output: Writable;
  readonly #parts: LineReplyParts;
  #watcher: ReplyWatcher | undefined;
  readonly #onDrain = (): void => this.#watcher?.onAgentDrained();
  #awaited: RequestId | undefined;
  #streamHeaders: Readonly<Record<string, string>> | undefined;
  #isClosed = false;
  #resolveClosed: (completed: boolean) => void = () => {};
  /** Resolves when the exchange is over, to whether it came to its end. */
  readonly closed: Promise<boolean>;
  lastEventId: string | undefined;
  retryMs: number | undefined;

  constructor(output: Writable, parts: LineReplyParts) {
    this.#output = output;
    this.#parts = parts;
    this.#awaited = parts.awaited;
    this.lastEventId = parts.lastEventId;
    this.retryMs = parts.retryMs;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  get wasStream(): boolean {
    return this.#streamHeaders !== undefined;
  }

  /** The stream ended, the answer is still to come, and the server has said after which event. */
  get isUnfinished(): boolean {
    return this.#awaited !== undefined && this.lastEventId !== undefined && this.lastEventId !== '';
  }

  /** Where the rest of the stream goes. */
  rest(): LineReply {
    const { lastEventId, retryMs } = this;
    return new LineReply(this.#output, { silentAnswers: true, awaited: this.#awaited, lastEventId, retryMs });
  }

  /** The agent has cancelled its request, so that no answer need come. */
  expectNothing(): void {
    this.#awaited = undefined;
  }

  /** Tells the agent that its answer cannot be had any more. */
  giveUp(): void {
    const text =
      'The stream of the server broke, and the rest cannot be had. Look before you repeat the call.';
    const answer = errorAnswer(this.#awaited, ERROR_CODES.internalError, text);
    this.#write(JSON.stringify(answer), {});
  }

  answer(_: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string | undefined): void {
    if (body !== undefined && this.#parts.silentAnswers !== true) {
      const text = typeof body === 'string' ? body : Buffer.from(body).toString();
      this.#write(text, headers);
    }
    this.#close(true);
  }

  stream(headers: Readonly<Record<string, string>>): void {
    this.#streamHeaders = headers;
  }

  event(event: SseEvent): boolean {
    this.lastEventId = event.id ?? this.lastEventId;
    this.retryMs = event.retry ?? this.retryMs;
    if (this.#isClosed || !event.hasData || event.data === '') return true;
    return this.#write(event.data, this.#streamHeaders ?? {});
  }

  end(): void {
    this.#close(true);
  }

  /** The agent no longer wants the answer. */
  cancel(): void {
    this.expectNothing();
    this.#close(false);
  }

  watch(watcher: ReplyWatcher): void {
    this.#watcher = watcher;
    if (this.#isClosed) return watcher.onAgentClosed(false);
    this.#output.off('drain', this.#onDrain).on('drain', this.#onDrain);
  }

  #write(text: string, headers: Readonly<Record<string, string>>): boolean {
    const parsed: unknown = JSON.parse(text);
    this.#parts.onMessage?.(headers, parsed);
    const isAwaited =
      this.#awaited !== undefined &&
      isJsonObject(parsed) &&
      parsed['id'] === this.#awaited &&
      parsed['method'] === undefined;
    if (isAwaited) this.#awaited = undefined;
    // one message a line: line ends inside JSON text can only be white space, and written anew numbers would lose digits
    const hasRoom = this.#output.write(`${text.replaceAll(/[\r\n]+/g, ' ')}\n`);
    // a resumed stream has served its purpose, though the server may keep it open
    if (isAwaited && this.#parts.lastEventId !== undefined) this.#close(false);
    return hasRoom;
  }

  #close(completed: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#output.off('drain', this.#onDrain);
    this.#watcher?.onAgentClosed(completed);
    this.#resolveClosed(completed);
  }
}
