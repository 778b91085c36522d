import type { Readable, Writable } from 'node:stream';
import { isJsonObject, META_KEYS, type SseEvent } from '#mcp';
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
  readonly #cancels = new Map<string, () => void>();
  #listening: LineReply | undefined;

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
    this.#listening?.cancel();
    await Promise.allSettled(this.#running);
  }

  #line(bytes: Buffer): void {
    const line = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
    if (line.length === 0) return;
    const peeked = peek(line);
    const cancelled = cancelledId(peeked);
    if (cancelled !== undefined && this.#isModern(peeked)) return this.#cancels.get(cancelled)?.();
    const reply = new LineReply(this.#options.output, (headers, body) =>
      this.#learnSession(peeked, headers, body),
    );
    const key = idKey(peeked?.['id']);
    if (key !== undefined) this.#cancels.set(key, () => reply.cancel());
    const done = this.#handle('POST', line, reply).finally(() => {
      if (key !== undefined) this.#cancels.delete(key);
      this.#running.delete(done);
      if (peeked?.['method'] === 'notifications/initialized') this.#listen();
    });
    this.#running.add(done);
  }

  /** What a legacy server sends outside of any answer arrives on the session's GET stream. */
  #listen(): void {
    if (this.#listening || this.#sessionId === undefined) return;
    const reply = new LineReply(this.#options.output, () => {}, { silentAnswers: true });
    this.#listening = reply;
    void this.#handle('GET', new Uint8Array(0), reply);
  }

  async #handle(verb: 'POST' | 'GET', body: Uint8Array, reply: LineReply): Promise<void> {
    const headers = new Map<string, string>();
    if (this.#sessionId !== undefined) headers.set('mcp-session-id', this.#sessionId);
    if (this.#revision !== undefined) headers.set('mcp-protocol-version', this.#revision);
    await this.#options.gateway.handle(
      {
        id: newId('req'),
        transport: 'stdio',
        verb,
        grant: this.#options.grant,
        server: this.#options.server,
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

/** Answers as lines. HTTP status codes have no place here: the JSON-RPC message says it all. */
class LineReply implements AgentReply {
  readonly #output: Writable;
  readonly #onMessage: (headers: Readonly<Record<string, string>>, body: unknown) => void;
  readonly #silentAnswers: boolean;
  #watcher: ReplyWatcher | undefined;
  readonly #onDrain = (): void => this.#watcher?.onAgentDrained();
  #streamHeaders: Readonly<Record<string, string>> | undefined;
  #isClosed = false;
  #resolveClosed: () => void = () => {};
  readonly closed: Promise<void>;

  constructor(
    output: Writable,
    onMessage: (headers: Readonly<Record<string, string>>, body: unknown) => void,
    options: { readonly silentAnswers?: boolean } = {},
  ) {
    this.#output = output;
    this.#onMessage = onMessage;
    this.#silentAnswers = options.silentAnswers ?? false;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  answer(_: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string | undefined): void {
    if (body !== undefined && !this.#silentAnswers) {
      const text = typeof body === 'string' ? body : Buffer.from(body).toString();
      this.#write(text, headers);
    }
    this.#close(true);
  }

  stream(headers: Readonly<Record<string, string>>): void {
    this.#streamHeaders = headers;
  }

  event(event: SseEvent): boolean {
    if (this.#isClosed || !event.hasData || event.data === '') return true;
    return this.#write(event.data, this.#streamHeaders ?? {});
  }

  end(): void {
    this.#close(true);
  }

  /** The agent no longer wants the answer. */
  cancel(): void {
    this.#close(false);
  }

  watch(watcher: ReplyWatcher): void {
    this.#watcher = watcher;
    this.#output.on('drain', this.#onDrain);
  }

  #write(text: string, headers: Readonly<Record<string, string>>): boolean {
    const parsed: unknown = JSON.parse(text);
    this.#onMessage(headers, parsed);
    // one message a line: line feeds inside JSON text can only be white space
    return this.#output.write(
      `${text.includes('\n') || text.includes('\r') ? JSON.stringify(parsed) : text}\n`,
    );
  }

  #close(completed: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#output.off('drain', this.#onDrain);
    this.#watcher?.onAgentClosed(completed);
    this.#resolveClosed();
  }
}
