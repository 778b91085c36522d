import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import { UpstreamUnavailable, type Upstream, type UpstreamRequest } from '../upstream.ts';
import type { CredentialRefusal, RefusalOutcome, UpstreamCredential } from '../upstream-credential.ts';
import { createHttpUpstream } from './http-upstream.ts';

const REQUEST: UpstreamRequest = {
  verb: 'POST',
  era: 'legacy',
  revision: '2025-11-25',
  message: { kind: 'request', id: 1, method: 'tools/call', params: {} },
  body: new TextEncoder().encode('{"id":1}'),
  headers: new Map(),
  session: undefined,
  grantId: 'g',
};

let server: Server;
let upstream: Upstream;
let status: (credential: string | undefined) => number;
const seen: { credential: string | undefined; body: string }[] = [];

beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const credential = request.headers.authorization;
      seen.push({ credential, body });
      response.setHeader('www-authenticate', ['Basic realm="x"', 'Bearer error="invalid_token"']);
      response.writeHead(status(credential)).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await upstream.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function connect(credential: UpstreamCredential): void {
  upstream = createHttpUpstream({
    serverId: 'shop',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    headers: {},
    credential,
    knowTool: (definition) => knowTool(definition),
    log: silentLog,
    clock: systemClock,
    limits: { connectMs: 1_000, firstByteMs: 2_000, callMs: 2_000, answerBytes: 100_000 },
  });
}

function call(): Promise<unknown> {
  return new Promise((resolve) => {
    upstream.exchange(REQUEST, {
      onAnswer: (head, body) => resolve({ head, body: new TextDecoder().decode(body) }),
      onStream: () => {},
      onEvent: () => {},
      onEnd: () => {},
      onFailure: (failure) => resolve({ failure }),
    });
  });
}

const bearer = (token: string): string[] => ['authorization', `Bearer ${token}`];

/** A credential whose first headers are `old`, and that does with a refusal what the test says. */
function credentialThat(refused: (refusal: CredentialRefusal) => RefusalOutcome): UpstreamCredential & {
  readonly refusals: CredentialRefusal[];
} {
  const refusals: CredentialRefusal[] = [];
  return {
    refusals,
    headers: () => bearer('old'),
    ready: () => Promise.resolve(bearer('old')),
    refused: (refusal) => {
      refusals.push(refusal);
      return Promise.resolve(refused(refusal));
    },
  };
}

describe('a refused credential', () => {
  it('is tried again with the new one: the same bytes, and the caller notices nothing', async () => {
    status = (credential) => (credential === 'Bearer new' ? 200 : 401);
    const credential = credentialThat(() => ({ repeatWith: bearer('new') }));
    connect(credential);
    expect(await call()).toMatchObject({ head: { status: 200 } });
    expect(seen).toEqual([
      { credential: 'Bearer old', body: '{"id":1}' },
      { credential: 'Bearer new', body: '{"id":1}' },
    ]);
    expect(credential.refusals).toEqual([
      { status: 401, challenge: 'Bearer error="invalid_token"', shown: bearer('old'), isRepeated: false },
    ]);
  });

  it('is tried again once, whatever the credential says', async () => {
    status = () => 401;
    connect(credentialThat(() => ({ repeatWith: bearer('new') })));
    expect(await call()).toMatchObject({ head: { status: 401 } });
    expect(seen).toHaveLength(2);
  });

  it('may end as a failure, or stand as the server’s answer, without the challenge', async () => {
    status = () => 403;
    const failure = { kind: 'refused_credentials', message: 'no', reached: true, status: 403 } as const;
    connect(credentialThat(() => ({ failure })));
    expect(await call()).toEqual({ failure });
    await upstream.close();
    connect(credentialThat(() => undefined));
    expect(await call()).toEqual({ head: { status: 403 }, body: '{}' });
  });

  it.each([400, 404, 429, 500])('is not what HTTP %i means', async (answered) => {
    status = () => answered;
    const credential = credentialThat(() => ({ repeatWith: bearer('new') }));
    connect(credential);
    expect(await call()).toMatchObject({ head: { status: answered } });
    expect(credential.refusals).toEqual([]);
  });
});

describe('a credential that is not there yet', () => {
  it('is waited for; nothing is sent for a caller who left meanwhile', async () => {
    status = () => 200;
    let give: (lines: string[]) => void = () => {};
    const ready = new Promise<readonly string[]>((resolve) => (give = resolve));
    connect({ headers: () => undefined, ready: () => ready, refused: () => Promise.resolve(undefined) });
    const sink = {
      onAnswer: () => {},
      onStream: () => {},
      onEvent: () => {},
      onEnd: () => {},
      onFailure: () => {},
    };
    upstream.exchange(REQUEST, sink).abort();
    const answer = call();
    expect(seen).toEqual([]);
    give(bearer('late'));
    expect(await answer).toMatchObject({ head: { status: 200 } });
    expect(seen).toEqual([{ credential: 'Bearer late', body: '{"id":1}' }]);
  });

  it('and does not come fails the call, unsent, and the list of tools', async () => {
    status = () => 200;
    const failure = { kind: 'refused_credentials', message: 'log in', reached: false } as const;
    connect({
      headers: () => undefined,
      ready: () => Promise.reject(new UpstreamUnavailable(failure)),
      refused: () => Promise.resolve(undefined),
    });
    expect(await call()).toEqual({ failure });
    await expect(upstream.tools()).rejects.toMatchObject({ failure });
    expect(seen).toEqual([]);
  });
});
