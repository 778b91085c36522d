import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { isAllowedHost } from '#mcp';
import type { Log } from '#platform';
import { AgentServer } from './agent-server.ts';
import { FrontDoor, type FrontDoorOptions } from './front-door.ts';
import { readHeaders, type HeaderView } from './header-hygiene.ts';
import { HttpReply } from './http-reply.ts';
import { serveMetrics, type MetricsAccess } from './metrics-door.ts';
import type { Telemetry } from './telemetry.ts';

export const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface HttpListenerOptions extends FrontDoorOptions {
  readonly log: Log;
  /** Whether requests can be served; `/readyz` tells. */
  readonly isReady: () => boolean;
  /** Text of `/`, for a person who opens the address in a browser. */
  readonly welcome: string;
  /** Answers whatever is neither the gateway's nor the operator's: the public pages. Nobody unless given. */
  readonly site?: RequestListener;
  /** The page of `/metrics`, and who may read it; nobody unless given. */
  readonly metrics?: MetricsAccess;
}

type Front = HttpListenerOptions & { readonly door: FrontDoor };

/** How long a client may take to read the refusal of an upgrade or a tunnel. */
const HANG_UP_MS = 2_000;
const GATEWAY_PATH = /^\/mcp(?:\/([a-z0-9][a-z0-9-]{0,62}))?\/?$/;

/** The HTTP front of the gateway. It routes, checks what concerns HTTP alone, and hands every exchange to the pipeline. */
export function createHttpListener(options: HttpListenerOptions): Server {
  const { gateway, log } = options;
  const door = new FrontDoor(options);
  const front: Front = { ...options, door };
  const settings = { requestTimeout: 30_000, headersTimeout: 15_000, maxHeaderSize: 32_768 };
  const server = new AgentServer(settings, { door, gateway, log }, (request, response) => {
    try {
      serve(request, response, front);
    } catch (error) {
      log.error({ err: error }, 'a request failed in the listener');
      response.destroy();
    }
  });
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

  const { gateway, door } = front;
  const { method: verb, rawHeaders } = request;
  const entrant = door.check({ verb, serverId: route[1], rawHeaders, peer: request });
  if (!entrant.ok)
    return refuse(response, entrant.status, entrant.reason, entrant.headers, gateway.telemetry);
  const hand = (body: Uint8Array): void => {
    const taken = door.enter(entrant, body, arrivedAt);
    void gateway.handle(taken, new HttpReply(response, taken.observation));
  };
  const refuseSize = (): void =>
    refuse(response, 413, `the body is larger than ${MAX_BODY_BYTES} bytes`, {}, gateway.telemetry);
  if (entrant.verb === 'POST') readBody(request, response, entrant.headers, hand, refuseSize);
  else hand(EMPTY);
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

const EMPTY = new Uint8Array(0);

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
    return void serveMetrics(request, response, options.metrics, options.door.hosts);
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
function serveSite(request: IncomingMessage, response: ServerResponse, { site, door }: Front): void {
  const read = readHeaders(request.rawHeaders);
  if (!read.ok) return refuse(response, 400, read.reason);
  if (!isAllowedHost(read.headers.get('host'), door.hosts))
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

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
