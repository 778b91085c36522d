import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { writeSseEvent, type SseEvent } from '#mcp';
import type { AgentReply, ReplyWatcher } from './agent-request.ts';
import { EVENT_STREAM, latin1Of, ONE_PIECE_BYTES, SILENCE, SILENCE_MS } from './http-reply.ts';
import type { Observation } from './telemetry.ts';

/** How long a client may count on an idle connection. */
export const KEEP_ALIVE_SECONDS = 5;
/** What the HTTP server lets pass too; a line break would begin another header, or another answer. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The answer to a request in plain form, written on the socket itself. */
export class PlainReply implements AgentReply {
  readonly #socket: Socket;
  readonly #observation: Observation;
  readonly #onAnswered: () => void;
  #state: 'waiting' | 'streaming' | 'answered' | 'gone' = 'waiting';
  #silence: NodeJS.Timeout | undefined;
  #watcher: ReplyWatcher | undefined;

  /** `onAnswered` is called once, when everything is written. */
  constructor(socket: Socket, observation: Observation, onAnswered: () => void) {
    this.#socket = socket;
    this.#observation = observation;
    this.#onAnswered = onAnswered;
  }

  answer(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | string | undefined,
  ): void {
    this.#observation.finished(status);
    if (this.#state !== 'waiting') return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const head = this.#head(status, headers, `content-length: ${bytes?.length ?? 0}`);
    const socket = this.#socket;
    if (bytes === undefined) socket.write(head, 'latin1');
    else if (bytes.length <= ONE_PIECE_BYTES) socket.write(head + latin1Of(bytes), 'latin1');
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(bytes);
      socket.uncork();
    }
    this.#answered();
  }

  stream(headers: Readonly<Record<string, string>>): void {
    if (this.#state !== 'waiting') return;
    const head = this.#head(200, { ...EVENT_STREAM, ...headers }, 'transfer-encoding: chunked');
    this.#state = 'streaming';
    this.#socket.write(head, 'latin1');
    this.#silence = setInterval(() => this.#chunk(SILENCE), SILENCE_MS).unref();
  }

  event(event: SseEvent): boolean {
    return this.#state !== 'streaming' || this.#chunk(writeSseEvent(event));
  }

  end(): void {
    this.#observation.finished(200);
    if (this.#state === 'waiting') return this.answer(200, {}, undefined);
    if (this.#state !== 'streaming') return;
    this.#socket.write(LAST_CHUNK, 'latin1');
    this.#answered();
  }

  watch(watcher: ReplyWatcher): void {
    this.#watcher = watcher;
    // it may have gone away while its request was judged
    if (this.#state === 'answered' || this.#state === 'gone')
      watcher.onAgentClosed(this.#state === 'answered');
  }

  /** The socket takes more again. */
  onDrained(): void {
    this.#watcher?.onAgentDrained();
  }

  /** The agent has gone away: what is written from now on goes nowhere. */
  onGone(): void {
    clearInterval(this.#silence);
    this.#state = 'gone';
    this.#watcher?.onAgentClosed(false);
  }

  #answered(): void {
    clearInterval(this.#silence);
    this.#state = 'answered';
    this.#watcher?.onAgentClosed(true);
    this.#onAnswered();
  }

  #head(status: number, headers: Readonly<Record<string, string>>, framing: string): string {
    let lines = '';
    for (const name in headers) {
      const value = headers[name] ?? '';
      if (!VALUE.test(value)) throw new TypeError(`the header ${name} cannot have this value`);
      lines += `${name}: ${value}\r\n`;
    }
    return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}x-request-id: ${this.#observation.id}\r\n${framing}\r\n${connectionLines()}\r\n`;
  }

  /** RFC 9112 §7.1; never empty, which would be the last one. */
  #chunk(text: string): boolean {
    return this.#socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  }
}

const LAST_CHUNK = '0\r\n\r\n';

let second = 0;
let lines = '';

/** The headers that every answer has, made once a second. */
function connectionLines(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    lines = `date: ${new Date(now * 1000).toUTCString()}\r\nconnection: keep-alive\r\nkeep-alive: timeout=${KEEP_ALIVE_SECONDS}\r\n`;
  }
  return lines;
}
