import {
  createHttpListener,
  Directory,
  Gateway,
  type GatewayDeps,
  type GovernedServer,
  type LastUse,
  type MetricsAccess,
  type Telemetry,
} from '#gateway';
import { encodeHeaderValue } from '#mcp';
import { compilePolicy, knowListedTool, validatePolicy } from '#policy';
import {
  hashGrantToken,
  newGrantToken,
  silentLog,
  systemClock,
  type Clock,
  type MethodSwitches,
} from '#platform';
import { createQuota } from '#quota';
import { createRecords } from '#records';
import { openStore, type Grant, type Store, type StoredRecord } from '#store';
import { createHttpUpstream, type HttpUpstreamLimits, type Upstream } from '#upstream';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RecordingUpstream, type RecordingUpstreamOptions } from './recording-upstream.ts';

export interface RigOptions {
  /** The policy of the grant; undefined leaves the grant without one. */
  readonly policy?: object | undefined;
  readonly upstream?: RecordingUpstreamOptions;
  readonly limits?: Partial<HttpUpstreamLimits>;
  readonly methods?: MethodSwitches;
  readonly clock?: Clock;
  /** When the grant of `token` ends; never unless given. */
  readonly expiresAt?: number;
  readonly telemetry?: Telemetry;
  readonly metrics?: MetricsAccess;
  /** The address of a server that runs already, in place of the recording one. */
  readonly serverUrl?: string;
  /** Callers without a credential have a grant of their own, under the same policy. */
  readonly open?: boolean;
  /** A way to a server, in place of one over HTTP. */
  readonly link?: Upstream;
  /** How one server differs from a plain one. */
  readonly server?: Partial<GovernedServer>;
  /** What the gateway needs to ask people, made over the store of the rig. */
  readonly people?: (store: Store) => Pick<GatewayDeps, 'approvals' | 'approvalUrl' | 'capture'>;
  readonly trustedProxies?: readonly string[];
  readonly lastUse?: LastUse;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON-RPC message of a JSON answer, or of the last event of a stream. */
  readonly message: {
    readonly id?: unknown;
    readonly result?: {
      readonly isError?: boolean;
      readonly content?: readonly { readonly text: string }[];
      readonly tools?: readonly { readonly name: string }[];
      readonly _meta?: Readonly<Record<string, { readonly rule: string; readonly retryAfterMs?: number }>>;
      readonly [member: string]: unknown;
    };
    readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  };
}

const LIMITS: HttpUpstreamLimits = {
  connectMs: 2_000,
  firstByteMs: 5_000,
  callMs: 5_000,
  answerBytes: 4 * 1024 * 1024,
};
export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** A whole gateway over a memory store, in front of a recording upstream, with real sockets on both sides. */
export class GatewayRig {
  readonly upstream: RecordingUpstream;
  readonly directory: Directory;
  readonly token = newGrantToken();
  /** Of a grant for the same server under the same policy. */
  readonly neighbourToken = newGrantToken();
  /** Of a grant for another server. */
  readonly strangerToken = newGrantToken();
  readonly store = openStore({ dataDir: ':memory:' });
  readonly #options: RigOptions;
  #gateway: Gateway | undefined;
  #listener: Server | undefined;
  #link: Upstream | undefined;
  url = '';

  private constructor(options: RigOptions) {
    this.#options = options;
    this.directory = new Directory(options.open ? grant('anybody', 'shop', 'rules') : undefined);
    this.upstream = new RecordingUpstream(options.upstream);
  }

  static async start(options: RigOptions): Promise<GatewayRig> {
    const rig = new GatewayRig(options);
    await rig.#start();
    return rig;
  }

  async #start(): Promise<void> {
    const clock = this.#options.clock ?? systemClock;
    const log = silentLog;
    const link = this.#options.link ?? (await this.#openLink(clock));
    this.#link = link;
    const methods = this.#options.methods ?? {};
    const shop = { id: 'shop', organisation: 'default', upstream: link, methods };
    this.directory.addServer({ ...shop, ...this.#options.server });
    this.directory.addServer({ id: 'other', organisation: 'default', upstream: link, methods });
    if (this.#options.policy) this.setPolicy(this.#options.policy);
    const policy = this.#options.policy ? 'rules' : undefined;
    this.directory.setGrants(
      new Map([
        [
          hashGrantToken(this.token),
          { ...grant('agent', 'shop', policy), expiresAt: this.#options.expiresAt },
        ],
        [hashGrantToken(this.neighbourToken), grant('neighbour', 'shop', policy)],
        [hashGrantToken(this.strangerToken), grant('stranger', 'other', undefined)],
      ]),
    );
    const gateway = (this.#gateway = new Gateway({
      directory: this.directory,
      quota: createQuota({ counters: this.store.counters, clock }),
      records: createRecords({ store: this.store.records, clock, log }),
      clock,
      log,
      sessionKey: new Uint8Array(32).fill(7),
      ...(this.#options.telemetry && { telemetry: this.#options.telemetry }),
      ...this.#options.people?.(this.store),
    }));
    this.#listener = createHttpListener({
      gateway,
      directory: this.directory,
      clock,
      log,
      allowedHosts: [],
      allowedOrigins: [],
      isReady: () => true,
      ...(this.#options.metrics && { metrics: this.#options.metrics }),
      trustedProxies: this.#options.trustedProxies,
      lastUse: this.#options.lastUse,
      welcome: 'hello\n',
    });
    const listener = this.#listener;
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp/shop/`;
  }

  async #openLink(clock: Clock): Promise<Upstream> {
    return createHttpUpstream({
      serverId: 'shop',
      url: this.#options.serverUrl ?? (await this.upstream.start()),
      headers: { authorization: 'Bearer upstream-credential' },
      knowTool: knowListedTool,
      log: silentLog,
      clock,
      limits: { ...LIMITS, ...this.#options.limits },
    });
  }

  /** What a front on standard input and output needs to serve the same grant. */
  get front(): { readonly gateway: Gateway; readonly grant: Grant; readonly server: GovernedServer } {
    const server = this.directory.server('shop');
    const grant = this.directory.liveGrant(hashGrantToken(this.token), 0);
    if (!server || !grant) throw new Error('the rig is not started');
    return { gateway: this.gateway, grant, server };
  }

  /** The pipeline, for a front of another kind. */
  get gateway(): Gateway {
    if (!this.#gateway) throw new Error('the rig is not started');
    return this.#gateway;
  }

  /** The HTTP front. */
  get listener(): Server {
    if (!this.#listener) throw new Error('the rig is not started');
    return this.#listener;
  }

  setPolicy(document: object, version = 'v1'): void {
    const read = validatePolicy(document);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    this.directory.setPolicy('shop', 'rules', compilePolicy(read.document, { name: 'rules', version }));
  }

  /** Posts a body as it is; headers override the usual ones, undefined removes one. */
  async post(body: string | Uint8Array, headers: Record<string, string | undefined> = {}): Promise<Answered> {
    const all = { ...JSON_HEADERS, authorization: `Bearer ${this.token}`, ...headers };
    const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return answered(await fetch(this.url, { method: 'POST', headers: kept, body: body as string }));
  }

  /** A legacy `tools/call` without a session. */
  call(name: string, args?: unknown, id: string | number = 1): Promise<Answered> {
    const params = args === undefined ? { name } : { name, arguments: args };
    return this.post(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }));
  }

  /** A legacy request without a session. */
  legacy(method: string, params: Record<string, unknown> = {}): Promise<Answered> {
    return this.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  }

  /** A modern request, with the mirror headers it needs. */
  modern(
    method: string,
    params: Record<string, unknown> = {},
    headers: Record<string, string | undefined> = {},
  ): Promise<Answered> {
    const named = params['name'] ?? params['uri'];
    const name = typeof named === 'string' ? { 'mcp-name': encodeHeaderValue(named) } : {};
    return this.post(JSON.stringify(modernMessage(method, params)), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...name,
      ...headers,
    });
  }

  /** The records so far, oldest first. */
  records(): Promise<readonly StoredRecord[]> {
    return this.store.records.query({ order: 'oldest', limit: 1_000 });
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    listener?.closeAllConnections();
    if (listener) await new Promise<void>((resolve) => listener.close(() => resolve()));
    await this.#link?.close();
    if (!this.#options.link && this.#options.serverUrl === undefined) await this.upstream.stop();
    await this.store.close();
  }
}

export function modernMessage(
  method: string,
  params: Record<string, unknown> = {},
  id: string | number = 1,
): object {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  };
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta } };
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
  const last = isStream
    ? (text
        .match(/^data: (.*)$/gm)
        ?.at(-1)
        ?.slice(6) ?? '{}')
    : text || '{}';
  return {
    status: response.status,
    headers: response.headers,
    text,
    message: JSON.parse(last || '{}') as Answered['message'],
  };
}

function grant(id: string, server: string, policy: string | undefined): Grant {
  return { id, label: id, server, policy, createdAt: 0, expiresAt: undefined, revokedAt: undefined };
}
