import { Agent, fetch } from 'undici';
import { createAddressGuard, type AddressGuard, type AddressRules } from '../address-guard.ts';
import { AuthorizationFailure } from './authorization-failure.ts';
import { guardedConnector } from './guarded-connector.ts';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** Of an answer nothing else is looked at. */
const KEPT_HEADERS = ['content-type', 'location', 'www-authenticate'];

/** A `fetch` whose answers are whole, small and quick. */
export type OutboundFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface OutboundOptions {
  /** Where the operator lets the gateway connect to; see `rulesFor` for what holds when he has not said. */
  readonly addresses?: AddressRules | undefined;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/**
 * For requests to addresses that a server or an authorization server named: https only (plain http to
 * the server itself, and on this machine when the server is there too), no redirect is followed, ten seconds and 256 KiB at most. Rejects with
 * `AuthorizationFailure`.
 */
export function createOutboundFetch(serverUrl: string | URL, options: OutboundOptions = {}): OutboundFetch {
  const { timeoutMs = 10_000, maxBytes = 262_144, addresses } = options;
  const server = new URL(serverUrl);
  const toServer = destination(addresses ?? 'any', timeoutMs);
  const elsewhere = destination(addresses ?? rulesFor(server), timeoutMs);
  return async (address, init = {}) => {
    const url = new URL(address);
    if (!isAllowed(url, server)) throw unreachable('an address is not allowed (https is needed)');
    const { guard, dispatcher } = url.origin === server.origin ? toServer : elsewhere;
    const refusal = guard.refusalOf(url);
    if (refusal !== undefined) throw unreachable(refusal);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: init.method ?? 'GET',
        headers: [...new Headers(init.headers)],
        body: bodyOf(init),
        redirect: 'manual',
        dispatcher,
        signal,
      });
      const body = await readAll(response.body, maxBytes);
      const headers = new Headers();
      for (const name of KEPT_HEADERS) {
        const value = response.headers.get(name);
        if (value !== null) headers.set(name, value);
      }
      const isBodiless = [101, 204, 205, 304].includes(response.status);
      return new Response(isBodiless ? null : body, { status: response.status, headers });
    } catch (error) {
      if (error instanceof AuthorizationFailure) throw error;
      throw unreachable(signal.aborted ? 'it did not answer in time' : reasonOf(error));
    }
  };
}

/**
 * What an upstream names must not lead into the gateway's own network, so only public addresses are used for it; a server
 * on this machine may name others here.
 */
function rulesFor(server: URL): AddressRules {
  return isLoopback(server) ? { allow: ['127.0.0.0/8', '::1'] } : 'public';
}

function destination(
  rules: AddressRules,
  timeoutMs: number,
): { readonly guard: AddressGuard; readonly dispatcher: Agent } {
  const guard = createAddressGuard(rules);
  // no kept connections: requests are rare, and a command must be able to end
  return { guard, dispatcher: new Agent({ pipelining: 0, connect: guardedConnector(guard, timeoutMs) }) };
}

/** Whether an address is on this machine by its name. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

function isAllowed(url: URL, server: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:' || url.origin === server.origin) return true;
  return url.protocol === 'http:' && isLoopback(server) && isLoopback(url);
}

function bodyOf({ body }: RequestInit): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('only texts and forms are sent');
}

async function readAll(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw unreachable('its answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreachable(reason: string): AuthorizationFailure {
  return new AuthorizationFailure('unreachable', `the authorization server cannot be used: ${reason}`);
}

/** The code of the system's error alone: its message names the address. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)) return `no connection (${code})`;
  }
  return 'no connection';
}
