import type { Grant } from '#store';
import { isAllowedHost, isAllowedOrigin, LOOPBACK_HOSTS } from '#mcp';
import { newId, type Clock } from '#platform';
import type { AgentRequest } from './agent-request.ts';
import type { Answer, Step } from './answer.ts';
import { authenticate, type Principal } from './authenticate.ts';
import { rangesOf, type Peer, type TrustedProxies } from './client-address.ts';
import type { Directory, GovernedServer } from './directory.ts';
import type { Gateway } from './gateway.ts';
import { readHeaders, type HeaderView } from './header-hygiene.ts';
import type { LastUse } from './last-use.ts';
import type { Observation } from './telemetry.ts';

export interface FrontDoorOptions {
  readonly gateway: Gateway;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Host names besides the loopback ones, in lower case. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Ranges of proxies before the gateway, whose `X-Forwarded-For` is believed; none unless given. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Notes when grants are used; nobody does unless given. */
  readonly lastUse?: LastUse | undefined;
}

/** The head of a request to a path of the gateway. */
export interface RequestHead {
  readonly verb: string | undefined;
  /** The server that the path names. */
  readonly serverId: string | undefined;
  /** Name, value, name, value …, as they came. */
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
}

/** A request that may come in: whose it is, and its headers. */
export interface Entrant {
  readonly ok: true;
  readonly head: RequestHead;
  readonly verb: AgentRequest['verb'];
  readonly principal: Principal;
  readonly headers: HeaderView;
}

/** A request that may not, and what it is told. */
export interface TurnedAway {
  readonly ok: false;
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What is asked of every request before its body is read. It changes nothing and tells nobody: the same head may be shown twice. */
export class FrontDoor {
  /** Names of hosts that the gateway answers to. */
  readonly hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #proxies: TrustedProxies | undefined;
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
    this.hosts = new Set([...LOOPBACK_HOSTS, ...options.allowedHosts.map((host) => host.toLowerCase())]);
    this.#origins = new Set([
      ...LOOPBACK_HOSTS,
      ...options.allowedOrigins.map((origin) => origin.toLowerCase()),
    ]);
    this.#proxies = options.trustedProxies && rangesOf(options.trustedProxies);
  }

  check(head: RequestHead): Entrant | TurnedAway {
    const { verb, rawHeaders } = head;
    const read = readHeaders(rawHeaders);
    if (!read.ok) return turnAway(400, read.reason);
    const { headers } = read;
    if (!isAllowedHost(headers.get('host'), this.hosts))
      return turnAway(403, 'this host name is not allowed');
    if (!isAllowedOrigin(headers.get('origin'), this.#origins))
      return turnAway(403, 'this origin is not allowed');
    const principal = this.#authenticate(headers, head);
    if (!principal.ok) return refusalOf(principal.answer);
    if (verb !== 'POST' && verb !== 'GET' && verb !== 'DELETE')
      return turnAway(405, 'only POST, GET and DELETE are served here', { allow: 'POST, GET, DELETE' });
    return contentFault(verb, headers) ?? { ok: true, head, verb, headers, principal: principal.value };
  }

  /** The head that an entrant came with, again: only whose it is can have changed. */
  checkAgain({ head, verb, headers }: Entrant): Entrant | TurnedAway {
    const principal = this.#authenticate(headers, head);
    if (!principal.ok) return refusalOf(principal.answer);
    return { ok: true, head, verb, headers, principal: principal.value };
  }

  #authenticate(headers: HeaderView, { serverId, peer }: RequestHead): Step<Principal> {
    const { directory, clock } = this.#options;
    return authenticate(headers.get('authorization'), serverId, directory, clock, peer, this.#proxies);
  }

  /** The request of an entrant, whose body is there now; from here on its observation runs. `arrivedAt` is by `performance.now()`. */
  enter({ verb, principal, headers }: Entrant, body: Uint8Array, arrivedAt: number): AgentRequest {
    const { gateway, lastUse } = this.#options;
    const { grant, server } = principal;
    lastUse?.note(grant);
    const observation = gateway.telemetry.begin(newId('req'), 'http', server.id, grant, arrivedAt);
    return new HttpRequest(verb, principal, headers, body, observation);
  }
}

const TOKEN_NEEDED = 'a valid grant token is needed: Authorization: Bearer tg_…';
const FOREIGN_GRANT = 'this grant may not use this server';

function refusalOf({ status, headers }: Answer): TurnedAway {
  return turnAway(status, status === 401 ? TOKEN_NEEDED : FOREIGN_GRANT, headers);
}

function turnAway(status: number, reason: string, headers?: Readonly<Record<string, string>>): TurnedAway {
  return { ok: false, status, reason, headers };
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

/** What clients built on the official SDKs send. */
const USUAL_ACCEPT = 'application/json, text/event-stream';

/** A body that another reader might decode differently (compressed, other charset) is refused, not decoded. */
function contentFault(verb: string, headers: HeaderView): TurnedAway | undefined {
  const accept = headers.get('accept');
  if (verb === 'GET' && !accepts(accept, 'text/event-stream')) {
    return turnAway(406, 'the client must accept text/event-stream');
  }
  if (verb !== 'POST') return undefined;
  if (headers.get('content-encoding') !== undefined)
    return turnAway(415, 'compressed bodies are not accepted');
  const contentType = headers.get('content-type') ?? '';
  if (contentType === 'application/json' && accept === USUAL_ACCEPT) return undefined;
  const [essence, ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (essence !== 'application/json') return turnAway(415, 'the content type must be application/json');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))
    return turnAway(415, 'the charset must be utf-8');
  if (!accepts(accept, 'application/json') || !accepts(accept, 'text/event-stream')) {
    return turnAway(406, 'the client must accept both application/json and text/event-stream');
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
