import { isIP, type LookupFunction } from 'node:net';
import type { Agent, buildConnector } from 'undici';

const TIME_LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 4096;

/** Which addresses may be connected to; the gateway's own guard is one. */
export interface PostGuard {
  permits(address: string): boolean;
  /** Why an address may not be used. */
  refusalOf(url: URL): string | undefined;
  readonly lookup: LookupFunction | undefined;
}

/** What came of one attempt: the status of the answer, or why there is none. Never names the address. */
export type Posted = { readonly status: number } | { readonly error: string };

export interface WebhookPost {
  /** Never rejects. */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Posted>;
  close(): Promise<void>;
}

/**
 * Posts JSON to addresses that people entered: ten seconds, no redirect, no address that the guard does not permit. Of the answer only
 * the status is told: its text could be that of a server which only the gateway can reach.
 */
export function createWebhookPost(guard: PostGuard, timeLimitMs: number = TIME_LIMIT_MS): WebhookPost {
  // The client is loaded with the first message: most gateways send none.
  let opened: Promise<Client> | undefined;
  return {
    async post(address, headers, body, signal) {
      const url = new URL(address);
      const refusal = guard.refusalOf(url);
      if (refusal !== undefined) return { error: refusal };
      const inTime = AbortSignal.timeout(timeLimitMs);
      try {
        const { agent, request } = await (opened ??= openClient(guard, timeLimitMs));
        const answer = await request(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Toolgate' },
          body,
          dispatcher: agent,
          signal: AbortSignal.any([signal, inTime]),
        });
        await readSome(answer.body);
        return { status: answer.statusCode };
      } catch (error) {
        return { error: inTime.aborted ? `no answer within ${timeLimitMs / 1000} s` : reasonOf(error) };
      }
    },
    async close() {
      await (await opened)?.agent.destroy();
    },
  };
}

interface Client {
  readonly agent: Agent;
  readonly request: typeof import('undici').request;
}

async function openClient(guard: PostGuard, timeLimitMs: number): Promise<Client> {
  const { Agent, buildConnector, request } = await import('undici');
  const connect = guardedConnect(guard, (options) => buildConnector({ timeout: timeLimitMs, ...options }));
  return { agent: new Agent({ connect }), request };
}

/** An answer of more than a little is not waited for; its connection ends. */
async function readSome(body: AsyncIterable<Uint8Array>): Promise<void> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) return;
  }
}

function guardedConnect(
  guard: PostGuard,
  build: (options: { readonly lookup?: LookupFunction }) => buildConnector.connector,
): buildConnector.connector {
  const { lookup } = guard;
  const connect = build(lookup ? { lookup } : {});
  return (target, callback) => {
    // an address is not looked up, so the look-up would not see it
    if (isIP(target.hostname) === 0 || guard.permits(target.hostname)) connect(target, callback);
    else callback(new Error('the address is not permitted'), null);
  };
}

/** The code of the error alone: its message names the address. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)) return `no connection (${code})`;
  }
  return 'no connection';
}
