import type { ServerResponse } from 'node:http';
import { writeSseEvent, type SseEvent } from '#mcp';
import type { AgentReply, ReplyWatcher } from './agent-request.ts';
import type { Observation } from './telemetry.ts';

const KEEP_ALIVE_MS = 20_000;
/** Up to here a body is sent in one piece with its headers: one system call instead of a gathered one. */
const ONE_PIECE_BYTES = 16 * 1024;

/** The answer to one HTTP request. */
export class HttpReply implements AgentReply {
  readonly #response: ServerResponse;
  readonly #observation: Observation;
  #keepAlive: NodeJS.Timeout | undefined;
  #watcher: ReplyWatcher | undefined;

  constructor(response: ServerResponse, observation: Observation) {
    this.#response = response;
    this.#observation = observation;
  }

  answer(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | string | undefined,
  ): void {
    const response = this.#response;
    this.#observation.finished(status);
    if (response.headersSent || response.destroyed) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const length = bytes?.length ?? 0;
    const head: string[] = [];
    for (const name in headers) head.push(name, headers[name] ?? '');
    head.push('x-request-id', this.#observation.id, 'content-length', String(length));
    response.writeHead(status, head);
    if (bytes === undefined || length > ONE_PIECE_BYTES) response.end(bytes);
    // a character for each byte, so that the bytes go out as they are
    else response.end(latin1Of(bytes), 'latin1');
  }

  stream(headers: Readonly<Record<string, string>>): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': this.#observation.id,
      ...headers,
    });
    response.flushHeaders();
    // idle connections are cut by many proxies after 30 s or a minute
    this.#keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS).unref();
    response.on('drain', () => this.#watcher?.onAgentDrained());
  }

  event(event: SseEvent): boolean {
    if (this.#response.destroyed || this.#response.writableEnded) return true;
    return this.#response.write(writeSseEvent(event));
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#observation.finished(200);
    if (!this.#response.headersSent) this.#response.writeHead(200, { 'content-length': 0 });
    this.#response.end();
  }

  watch(watcher: ReplyWatcher): void {
    this.#watcher = watcher;
    const tell = (): void => {
      clearInterval(this.#keepAlive);
      watcher.onAgentClosed(this.#response.writableFinished);
    };
    // it may have gone away while its request was judged
    if (this.#response.closed) tell();
    else this.#response.on('close', tell);
  }
}

function latin1Of(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}
