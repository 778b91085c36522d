import type { ServerResponse } from 'node:http';
import { writeSseEvent, type SseEvent } from '#mcp';
import type { AgentReply, ReplyWatcher } from './agent-request.ts';
import type { Observation } from './telemetry.ts';

/** What an event stream says when there is nothing to say: idle connections are cut by many proxies after 30 s or a minute. */
export const SILENCE = ':\n\n';
export const SILENCE_MS = 20_000;
export const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
/** Up to here a body is sent in one piece with its headers: one system call instead of a gathered one. */
export const ONE_PIECE_BYTES = 16 * 1024;

/** The answer to a request that the HTTP server has read. */
export class HttpReply implements AgentReply {
  readonly #response: ServerResponse;
  readonly #observation: Observation;
  #silence: NodeJS.Timeout | undefined;
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
    else response.end(latin1Of(bytes), 'latin1');
  }

  stream(headers: Readonly<Record<string, string>>): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    response.writeHead(200, {
      ...EVENT_STREAM,
      'x-request-id': this.#observation.id,
      ...headers,
    });
    response.flushHeaders();
    this.#silence = setInterval(() => response.write(SILENCE), SILENCE_MS).unref();
    response.on('drain', () => this.#watcher?.onAgentDrained());
  }

  event(event: SseEvent): boolean {
    if (this.#response.destroyed || this.#response.writableEnded) return true;
    return this.#response.write(writeSseEvent(event));
  }

  end(): void {
    clearInterval(this.#silence);
    this.#observation.finished(200);
    if (!this.#response.headersSent) this.#response.writeHead(200, { 'content-length': 0 });
    this.#response.end();
  }

  watch(watcher: ReplyWatcher): void {
    this.#watcher = watcher;
    const tell = (): void => {
      clearInterval(this.#silence);
      watcher.onAgentClosed(this.#response.writableFinished);
    };
    // it may have gone away while its request was judged
    if (this.#response.closed) tell();
    else this.#response.on('close', tell);
  }
}

/** A character for each byte: written as `latin1`, the bytes go out as they are. */
export function latin1Of(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}
