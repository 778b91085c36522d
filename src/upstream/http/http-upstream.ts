import type { Clock, Log } from '#platform';
import type { KnownTool, ToolDefinition } from '#policy';
import type { JsonObject, SseEvent } from '#mcp';
import type { AddressGuard } from '../address-guard.ts';
import { credentialLinesOf, originOf, parseServerUrl } from '../server-url.ts';
import { ToolCatalogueCache } from '../tool-catalogue.ts';
import {
  UpstreamUnavailable,
  type AnswerHead,
  type AnswerSink,
  type Asked,
  type Exchange,
  type ToolCatalogue,
  type Upstream,
  type UpstreamRequest,
} from '../upstream.ts';
import { staticCredential, type UpstreamCredential } from '../upstream-credential.ts';
import { AuthorizedExchange } from './authorized-exchange.ts';
import { ConnectionPool } from './connection-pool.ts';
import { startHttpExchange, type HttpAnswerSink, type HttpExchangeLimits } from './http-exchange.ts';
import { listTools, messageOfBody } from './list-tools.ts';
import { headerLine, headerLines } from './request-head.ts';

export interface HttpUpstreamOptions {
  readonly serverId: string;
  readonly url: string;
  /** Sent with every request: the server's own credential. Never shown, never sent down. */
  readonly headers: Readonly<Record<string, string>>;
  /** Takes the place of `headers` where the credential changes with time. */
  readonly credential?: UpstreamCredential;
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
}

/** A server that speaks Streamable HTTP. Throws `upstream.bad_url` when the address cannot be used. */
export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  return new HttpUpstream(options, parseServerUrl(options));
}

/** A request before the credential is added. */
interface PlainRequest {
  readonly verb: UpstreamRequest['verb'];
  readonly lines: string;
  readonly body: Uint8Array | undefined;
  readonly onEvent?: (event: SseEvent) => void;
}

class HttpUpstream implements Upstream {
  readonly serverId: string;
  readonly #options: HttpUpstreamOptions;
  readonly #pool: ConnectionPool;
  readonly #credential: UpstreamCredential;
  /** The credential's headers that were shown last, and how they go over the wire. */
  #shown: readonly string[] = [];
  #shownLines: string | undefined = '';
  /** The headers of the request before, and how they go over the wire. */
  #lastHeaders: ReadonlyMap<string, string> | undefined;
  #lastLines: string | undefined;
  /** Request line and headers that every request of a verb has, but for the credential. */
  readonly #heads: Readonly<Record<UpstreamRequest['verb'], string>>;
  readonly #limitsOfCalls: HttpExchangeLimits;
  readonly #limitsOfStreams: HttpExchangeLimits;
  readonly #catalogue: ToolCatalogueCache;
  readonly #changeListeners: (() => void)[] = [];

  constructor(options: HttpUpstreamOptions, url: URL) {
    this.serverId = options.serverId;
    this.#options = options;
    credentialLinesOf(options); // what the operator wrote is checked at once
    const { connectMs, firstByteMs, callMs, answerBytes } = options.limits;
    this.#credential = options.credential ?? staticCredential(options.headers);
    this.#heads = headsOf(url);
    this.#limitsOfCalls = { firstByteMs, totalMs: callMs, answerBytes };
    this.#limitsOfStreams = { firstByteMs, totalMs: undefined, answerBytes };
    this.#pool = new ConnectionPool(originOf(url), { connectMs, lookup: options.addresses?.lookup });
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

  lastAsked(): Asked | undefined {
    return this.#catalogue.asked;
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
    const session = request.session === undefined ? '' : headerLine('mcp-session-id', request.session);
    const lines = this.#linesOf(request.headers);
    if (session === undefined || lines === undefined) return refuseHeaders(sink);
    return this.#carry(
      { verb: request.verb, lines: session + lines, body: request.body, onEvent: this.#onEvent },
      staysOpen(request) ? this.#limitsOfStreams : this.#limitsOfCalls,
      sink,
    );
  }

  /** Headers that come again are the same map, nearly always. */
  #linesOf(headers: ReadonlyMap<string, string>): string | undefined {
    if (headers !== this.#lastHeaders) {
      this.#lastLines = headerLines(headers);
      this.#lastHeaders = headers;
    }
    return this.#lastLines;
  }

  async close(): Promise<void> {
    this.#credential.close?.();
    this.#pool.close();
  }

  /** Sends a request with the server's credential. */
  #carry(request: PlainRequest, limits: HttpExchangeLimits, sink: AnswerSink): Exchange {
    const credential = this.#credential.headers();
    if (credential !== undefined && this.#credential.refused === undefined) {
      return this.#send(credential, request, limits, sink);
    }
    return new AuthorizedExchange(
      this.#credential,
      credential,
      (shown, to) => this.#send(shown, request, limits, to),
      sink,
    );
  }

  #send(
    credential: readonly string[],
    { verb, lines, body, onEvent }: PlainRequest,
    limits: HttpExchangeLimits,
    sink: HttpAnswerSink,
  ): Exchange {
    if (credential !== this.#shown) {
      this.#shownLines = linesOf(credential);
      this.#shown = credential;
    }
    if (this.#shownLines === undefined) return refuseHeaders(sink);
    const head = this.#heads[verb] + this.#shownLines + lines;
    return startHttpExchange(this.#pool, { head, body, onEvent }, limits, sink);
  }

  /** The server may announce a new tool list on any stream: the kept list is then read again. */
  readonly #onEvent = (event: SseEvent): void => {
    if (!event.data.includes('notifications/tools/list_changed')) return;
    this.#catalogue.invalidate();
    for (const listener of this.#changeListeners) listener();
  };

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
    const exchange = this.#carry(
      {
        verb: 'POST',
        lines: headerLines(Object.entries(extra)) ?? '',
        body: new TextEncoder().encode(JSON.stringify(body)),
      },
      { ...this.#limitsOfCalls, totalMs: this.#options.limits.firstByteMs },
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
    const lines = headerLines([
      ['mcp-session-id', session],
      ['mcp-protocol-version', revision],
    ]);
    if (lines === undefined) return;
    this.#carry(
      { verb: 'DELETE', lines, body: undefined },
      { firstByteMs: 5_000, totalMs: 5_000, answerBytes: 65_536 },
      { onAnswer: ignore, onStream: ignore, onEvent: ignore, onEnd: ignore, onFailure: ignore },
    );
  }
}

function headsOf(url: URL): Record<UpstreamRequest['verb'], string> {
  const headOf = (verb: string, rest: string): string =>
    `${verb} ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\naccept-encoding: identity\r\n${rest}`;
  const json = 'content-type: application/json\r\n';
  return {
    POST: headOf('POST', `${json}accept: application/json, text/event-stream\r\n`),
    GET: headOf('GET', 'accept: text/event-stream\r\n'),
    DELETE: headOf('DELETE', 'accept: application/json, text/event-stream\r\n'),
  };
}

/** Headers as they go over the wire; undefined when one of them cannot. */
function linesOf(flat: readonly string[]): string | undefined {
  const pairs = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));
  return headerLines(pairs);
}

/** Cannot happen with headers that were read by a parser; if it does, nothing is sent. */
function refuseHeaders(sink: AnswerSink): Exchange {
  const failure = { kind: 'broken', message: 'a header of the call cannot be sent', reached: false } as const;
  queueMicrotask(() => sink.onFailure(failure));
  const nothing = (): void => {};
  return { abort: nothing, pause: nothing, resume: nothing };
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
