import { Pool } from 'undici';
import type { Clock, Log } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import type { JsonObject } from '#mcp';
import type { AddressGuard } from '../address-guard.ts';
import { parseServerUrl } from '../server-url.ts';
import { ToolCatalogueCache } from '../tool-catalogue.ts';
import {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Exchange,
  type ToolCatalogue,
  type Upstream,
  type UpstreamRequest,
} from '../upstream.ts';
import { startHttpExchange } from './http-exchange.ts';
import { listTools, messageOfBody } from './list-tools.ts';

export interface HttpUpstreamOptions {
  readonly serverId: string;
  readonly url: string;
  /** Sent with every request: the server's own credential. Never shown, never sent down. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where it may lie; anywhere when absent. Names are checked at each connect. */
  readonly addresses?: AddressGuard | undefined;
  readonly knowTool: (definition: ToolDefinition) => KnownTool;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits: HttpUpstreamLimits;
}

export interface HttpUpstreamLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly callMs: number;
  readonly answerBytes: number;
  /** Most connections at once; no limit when absent. */
  readonly connections?: number;
}

/** A server that speaks Streamable HTTP. Throws `upstream.bad_url` when the address cannot be used. */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  return new HttpUpstream(options, parseServerUrl(options));
}

class HttpUpstream implements Upstream {
  readonly serverId: string;
  readonly #options: HttpUpstreamOptions;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #credential: readonly string[];
  readonly #catalogue: ToolCatalogueCache;
  readonly #changeListeners: (() => void)[] = [];

  constructor(options: HttpUpstreamOptions, url: URL) {
    this.serverId = options.serverId;
    this.#options = options;
    this.#path = url.pathname + url.search;
    this.#credential = Object.entries(options.headers).flatMap(([name, value]) => [
      name.toLowerCase(),
      value,
    ]);
    this.#pool = new Pool(url.origin, {
      connect: options.addresses?.connector({ timeoutMs: options.limits.connectMs }) ?? {
        timeout: options.limits.connectMs,
      },
      headersTimeout: options.limits.firstByteMs,
      bodyTimeout: 0, // streams may be idle; the time limit of each exchange stands above this
      connections: options.limits.connections ?? null,
      // below what servers commonly keep (5 s): a connection that both sides give up at once breaks a call
      keepAliveTimeout: 4_000,
    });
    this.#catalogue = new ToolCatalogueCache({
      list: () => this.#list(),
      knowTool: options.knowTool,
      clock: options.clock,
    });
  }

  tools(): Promise<ToolCatalogue> {
    return this.#catalogue.get();
  }

  knownTools(): ToolCatalogue | undefined {
    return this.#catalogue.peek();
  }

  learn(definitions: readonly ToolDefinition[]): void {
    this.#catalogue.learn(definitions);
  }

  refreshSoon(): void {
    this.#catalogue.refreshSoon();
  }

  onToolsChanged(listener: () => void): void {
    this.#changeListeners.push(listener);
  }

  exchange(request: UpstreamRequest, sink: AnswerSink): Exchange {
    const headers = [...this.#credential, 'accept-encoding', 'identity'];
    headers.push(
      'accept',
      request.verb === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    );
    if (request.verb === 'POST') headers.push('content-type', 'application/json');
    if (request.session !== undefined) headers.push('mcp-session-id', request.session);
    for (const [name, value] of request.headers) headers.push(name, value);
    return startHttpExchange(
      this.#pool,
      { path: this.#path, verb: request.verb, headers, body: request.body },
      {
        totalMs: staysOpen(request) ? undefined : this.#options.limits.callMs,
        answerBytes: this.#options.limits.answerBytes,
      },
      this.#watchingForChanges(sink),
    );
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /** The server may announce a new tool list on any stream: the kept list is then read again. */
  #watchingForChanges(sink: AnswerSink): AnswerSink {
    return {
      onAnswer: (head, body) => sink.onAnswer(head, body),
      onStream: (head) => sink.onStream(head),
      onEvent: (event) => {
        if (event.data.includes('notifications/tools/list_changed')) {
          this.#catalogue.invalidate();
          for (const listener of this.#changeListeners) listener();
        }
        sink.onEvent(event);
      },
      onEnd: () => sink.onEnd(),
      onFailure: (failure) => sink.onFailure(failure),
    };
  }

  async #list(): Promise<readonly ToolDefinition[]> {
    try {
      return await listTools(
        (headers, body) => this.#ask(headers, body),
        (session, revision) => this.#endSession(session, revision),
      );
    } catch (error) {
      const reason = error instanceof UpstreamUnavailable ? error.failure.kind : 'unknown';
      this.#options.log.warn(
        { server: this.serverId, reason, err: error },
        'cannot list the tools of the server',
      );
      throw error;
    }
  }

  #ask(
    extra: Readonly<Record<string, string>>,
    body: JsonObject,
  ): Promise<{ head: AnswerHead; message: JsonObject | undefined }> {
    const { promise, resolve, reject } = withResolvers<{
      head: AnswerHead;
      message: JsonObject | undefined;
    }>();
    let streamHead: AnswerHead = { status: 200 };
    const exchange = startHttpExchange(
      this.#pool,
      {
        path: this.#path,
        verb: 'POST',
        headers: [
          ...this.#credential,
          'accept',
          'application/json, text/event-stream',
          'content-type',
          'application/json',
          'accept-encoding',
          'identity',
          ...Object.entries(extra).flat(),
        ],
        body: new TextEncoder().encode(JSON.stringify(body)),
      },
      { totalMs: this.#options.limits.firstByteMs, answerBytes: this.#options.limits.answerBytes },
      {
        onAnswer: (head, bytes) => resolve({ head, message: messageOfBody(bytes) }),
        onStream: (head) => {
          streamHead = head;
        },
        onEvent: (event) => {
          const message = messageOfBody(new TextEncoder().encode(event.data));
          if (message?.['id'] !== body['id']) return;
          resolve({ head: streamHead, message });
          exchange.abort();
        },
        onEnd: () => resolve({ head: streamHead, message: undefined }),
        onFailure: (failure) => reject(new UpstreamUnavailable(failure)),
      },
    );
    return promise;
  }

  #endSession(session: string, revision: string): void {
    const ignore = (): void => {};
    startHttpExchange(
      this.#pool,
      {
        path: this.#path,
        verb: 'DELETE',
        headers: [...this.#credential, 'mcp-session-id', session, 'mcp-protocol-version', revision],
        body: undefined,
      },
      { totalMs: 5_000, answerBytes: 65_536 },
      { onAnswer: ignore, onStream: ignore, onEvent: ignore, onEnd: ignore, onFailure: ignore },
    );
  }
}

function staysOpen(request: UpstreamRequest): boolean {
  return (
    request.verb === 'GET' ||
    (request.message?.kind === 'request' && request.message.method === 'subscriptions/listen')
  );
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
