import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { isAllowedHost, isAllowedOrigin, LOOPBACK_HOSTS } from '#mcp';
import { newId, type Clock, type Log } from '#platform';
import type { Grant } from '#store';
import type { AgentRequest } from './agent-request.ts';
import { authenticate, type Principal } from './authenticate.ts';
import { rangesOf, type TrustedProxies } from './client-address.ts';
import type { Directory, GovernedServer } from './directory.ts';
import type { Gateway } from './gateway.ts';
import { readHeaders, type HeaderView } from './header-hygiene.ts';
import { HttpReply } from './http-reply.ts';
import type { LastUse } from './last-use.ts';
import { serveMetrics, type MetricsAccess } from './metrics-door.ts';
import type { Observation, Telemetry } from './telemetry.ts';

export const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface HttpListenerOptions {
  readonly gateway: Gateway;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly log: Log;
  /** Host names besides the loopback ones, in lower case. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Whether requests can be served; `/readyz` tells. */
  readonly isReady: () => boolean;
  /** Text of `/`, for a person who opens the address in a browser. */
  readonly welcome: string;
  /** Answers whatever is neither the gateway's nor the operator's: the public pages. Nobody unless given. */
  readonly site?: RequestListener;
  /** The page of `/metrics`, and who may read it; nobody unless given. */
  readonly metrics?: MetricsAccess;
  /** Ranges of proxies before the gateway, whose `X-Forwarded-For` is believed; none unless given. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Notes when grants are used; nobody does unless given. */
  readonly lastUse?: LastUse | undefined;
}

/** The options with their name lists made ready for look-ups. */
type Front = HttpListenerOptions & {
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
  readonly proxies: TrustedProxies | undefined;
};

/** How long a client may take to read the refusal of an upgrade or a tunnel. */
const HANG_UP_MS = 2_000;
const GATEWAY_PATH = /^\/mcp(?:\/([a-z0-9][a-z0-9-]{0,62}))?\/?$/;

/** The HTTP front of the gateway. It routes, checks what concerns HTTP alone, and hands every exchange to the pipeline. */
export function createHttpListener(options: HttpListenerOptions): Server {
  const front: Front = {
    ...options,
    hosts: new Set([...LOOPBACK_HOSTS, ...options.allowedHosts.map((host) => host.toLowerCase())]),
    origins: new Set([...LOOPBACK_HOSTS, ...options.allowedOrigins.map((origin) => origin.toLowerCase())]),
    proxies: options.trustedProxies && rangesOf(options.trustedProxies),
  };
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 15_000, maxHeaderSize: 32_768 },
    (request, response) => {
      try {
        serve(request, response, front);
      } catch (error) {
        options.log.error({ err: error }, 'a request failed in the listener');
        response.destroy();
      }
    },
  );
  // no protocol here is upgraded to, and nothing is tunnelled
  server.on('upgrade', (_, socket) => hangUp(socket, '400 Bad Request'));
  server.on('connect', (_, socket) => hangUp(socket, '405 Method Not Allowed'));
  return server;
}

/**
 * Answers on a socket that the HTTP server has let go of: it listens no longer for errors there, and a client that resets
 * the connection must not end the process.
 */
function hangUp(socket: Duplex, status: string): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
  setTimeout(() => socket.destroy(), HANG_UP_MS).unref();
}

function serve(request: IncomingMessage, response: ServerResponse, front: Front): void {
  const arrivedAt = performance.now();
  const path = pathOf(request.url ?? '/');
  const route = GATEWAY_PATH.exec(path);
  if (!route) return serveOperations(path, request, response, front);

  const { telemetry } = front.gateway;
  const read = readHeaders(request.rawHeaders);
  if (!read.ok) return refuse(response, 400, read.reason, {}, telemetry);
  const { headers } = read;
  if (!isAllowedHost(headers.get('host'), front.hosts))
    return refuse(response, 403, 'this host name is not allowed', {}, telemetry);
  if (!isAllowedOrigin(headers.get('origin'), front.origins))
    return refuse(response, 403, 'this origin is not allowed', {}, telemetry);

  const { directory, clock, proxies } = front;
  const principal = authenticate(headers.get('authorization'), route[1], directory, clock, request, proxies);
  if (!principal.ok) {
    const { status, headers: challenge } = principal.answer;
    return refuse(response, status, statusText(status), challenge, telemetry);
  }
  front.lastUse?.note(principal.value.grant);
  const verb = request.method;
  if (verb !== 'POST' && verb !== 'GET' && verb !== 'DELETE') {
    const headers = { allow: 'POST, GET, DELETE' };
    return refuse(response, 405, 'only POST, GET and DELETE are served here', headers, telemetry);
  }
  const fault = contentFault(verb, headers);
  if (fault) return refuse(response, fault.status, fault.reason, {}, telemetry);
  const hand = (body: Uint8Array): void => {
    const { grant, server } = principal.value;
    const observation = telemetry.begin(newId('req'), 'http', server.id, grant, arrivedAt);
    const taken = new HttpRequest(verb, principal.value, headers, body, observation);
    void front.gateway.handle(taken, new HttpReply(response, observation));
  };
  const refuseSize = (): void =>
    refuse(response, 413, `the body is larger than ${MAX_BODY_BYTES} bytes`, {}, telemetry);
  if (verb === 'POST') readBody(request, response, headers, hand, refuseSize);
  else hand(EMPTY);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** What the pipeline sees of an HTTP request. */
class HttpRequest implements AgentRequest {
  readonly id: string;
  readonly transport = 'http';
  readonly observation: Observation;
  readonly verb: AgentRequest['verb'];
  readonly grant: Grant;
  readonly server: GovernedServer;
  readonly body: Uint8Array;
  readonly #headers: HeaderView;

  constructor(
    verb: AgentRequest['verb'],
    { grant, server }: Principal,
    headers: HeaderView,
    body: Uint8Array,
    observation: Observation,
  ) {
    this.id = observation.id;
    this.observation = observation;
    this.verb = verb;
    this.grant = grant;
    this.server = server;
    this.body = body;
    this.#headers = headers;
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  get protocolHeaders(): ReadonlyMap<string, string> {
    return this.#headers.protocol;
  }
}

const EMPTY = new Uint8Array(0);

/** What clients built on the official SDKs send. */
const USUAL_ACCEPT = 'application/json, text/event-stream';

/** A body that another reader might decode differently (compressed, other charset) is refused, not decoded. */
function contentFault(verb: string, headers: HeaderView): { status: number; reason: string } | undefined {
  const accept = headers.get('accept');
  if (verb === 'GET' && !accepts(accept, 'text/event-stream')) {
    return { status: 406, reason: 'the client must accept text/event-stream' };
  }
  if (verb !== 'POST') return undefined;
  if (headers.get('content-encoding') !== undefined)
    return { status: 415, reason: 'compressed bodies are not accepted' };
  const contentType = headers.get('content-type') ?? '';
  if (contentType === 'application/json' && accept === USUAL_ACCEPT) return undefined;
  const [essence, ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (essence !== 'application/json')
    return { status: 415, reason: 'the content type must be application/json' };
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))
    return { status: 415, reason: 'the charset must be utf-8' };
  if (!accepts(accept, 'application/json') || !accepts(accept, 'text/event-stream')) {
    return { status: 406, reason: 'the client must accept both application/json and text/event-stream' };
  }
  return undefined;
}

function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined) return true;
  const [main] = type.split('/', 1);
  return header
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';', 1)[0]?.trim())
    .some((part) => part === type || part === '*/*' || part === `${main}/*`);
}

/** Hands on the whole body; refuses one that is too large, and drops one that the client gives up. */
function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  headers: HeaderView,
  hand: (body: Uint8Array) => void,
  refuseSize: () => void,
): void {
  const chunks: Buffer[] = [];
  let size = Number(headers.get('content-length') ?? 0) > MAX_BODY_BYTES ? Number.POSITIVE_INFINITY : 0;
  const isTooLarge = (): boolean => {
    if (size <= MAX_BODY_BYTES) return false;
    request.pause();
    refuseSize();
    return true;
  };
  if (isTooLarge()) return;
  request.on('data', (chunk: Buffer) => {
    if (size > MAX_BODY_BYTES) return;
    size += chunk.length;
    if (!isTooLarge()) chunks.push(chunk);
  });
  request.on('end', () => {
    if (size <= MAX_BODY_BYTES) hand(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  });
  // the client went away before its body was complete: there is nobody to answer
  request.on('error', () => response.destroy());
}

function serveOperations(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: Front,
): void {
  if (path === '/metrics' && options.metrics)
    return void serveMetrics(request, response, options.metrics, options.hosts);
  if (options.site && path !== '/healthz' && path !== '/readyz') return serveSite(request, response, options);
  const known = path === '/' || path === '/healthz' || path === '/readyz';
  if (!known) return refuse(response, 404, 'there is nothing at this address');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'only GET is served here', { allow: 'GET' });
  if (path === '/') {
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
      .end(options.welcome);
  } else if (path === '/healthz' || options.isReady()) {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
  } else {
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"status":"starting"}');
  }
}

/** Public pages ask for no credential, but a foreign host name is a trick on the browser of somebody who may reach them. */
function serveSite(request: IncomingMessage, response: ServerResponse, { site, hosts }: Front): void {
  const read = readHeaders(request.rawHeaders);
  if (!read.ok) return refuse(response, 400, read.reason);
  if (!isAllowedHost(read.headers.get('host'), hosts))
    return refuse(response, 403, 'this host name is not allowed');
  site?.(request, response);
}

/** Refusals that concern HTTP alone carry a JSON-RPC error without an id, for clients that look into the body. */
function refuse(
  response: ServerResponse,
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
  telemetry?: Telemetry,
): void {
  const id = telemetry?.turnedAway(status, reason);
  const closes = status === 413 || status === 415 || status === 406 || status === 401;
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code: -32600, message: capitalised(reason) } });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(closes ? { connection: 'close' } : {}),
    ...(id === undefined ? {} : { 'x-request-id': id }),
    ...headers,
  });
  response.end(body);
}

function statusText(status: number): string {
  return status === 401
    ? 'a valid grant token is needed: Authorization: Bearer tg_…'
    : 'this grant may not use this server';
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
