import type { ServerResponse } from 'node:http';
import { writeSseEvent, type SseEvent } from '#mcp';
import type { AgentReply } from './agent-request.ts';
import type { Observation } from './telemetry.ts';

const KEEP_ALIVE_MS = 20_000;

/** The answer to one HTTP request. */
export class HttpReply implements AgentReply {
  readonly #response: ServerResponse;
  readonly #observation: Observation;
  #keepAlive: NodeJS.Timeout | undefined;

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
    const bytes = body === undefined ? undefined : typeof body === 'string' ? Buffer.from(body) : body;
    response.writeHead(status, {
      ...headers,
      'x-request-id': this.#observation.id,
      'content-length': bytes?.length ?? 0,
    });
    response.end(bytes);
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
    response.once('close', () => clearInterval(this.#keepAlive));
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

  onClose(listener: (completed: boolean) => void): void {
    this.#response.once('close', () => listener(this.#response.writableFinished));
  }

  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }
}
