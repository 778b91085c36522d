import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing, systemClock, type OAuthConfiguration } from '#platform';
import { openStore, type Store } from '#store';
import { AuthorizationFailure } from './authorization-failure.ts';
import { ConsentedTokens, type ConsentedTokensOptions } from './consented-tokens.ts';
import { createCredentialVault, type CredentialVault } from './credential-vault.ts';
import { beginLogin, type PendingLogin } from './login.ts';
import { createOutboundFetch } from './outbound-fetch.ts';

interface Reply {
  /** The answer waits for it. */
  readonly after?: Promise<void>;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const KEYS = createKeyRing(`k:${Buffer.alloc(32, 1).toString('base64')}`, 'test');
const ECHO = 'sealed-with-secrets';

/** One server that is MCP server and authorization server at once, and answers what the test says. */
let http: Server;
let base = '';
let store: Store;
let vault: CredentialVault;
let replies: Record<string, Reply>;
let arrived: { readonly path: string; readonly body: URLSearchParams; readonly text: string }[];

beforeEach(async () => {
  arrived = [];
  http = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const path = request.url ?? '';
      arrived.push({ path, body: new URLSearchParams(text), text });
      const { status = 200, body, headers, after } = replies[path] ?? { status: 404 };
      void Promise.resolve(after).then(() => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  store = openStore({ dataDir: ':memory:' });
  vault = createCredentialVault(store.credentials, KEYS, systemClock);
  replies = {
    '/mcp': { status: 401, headers: { 'www-authenticate': 'Bearer scope="read"' } },
    [PRM]: { body: { resource: `${base}/mcp`, authorization_servers: [base] } },
    [METADATA]: { body: metadata() },
    '/register': {
      status: 201,
      body: { client_id: 'made', client_secret: 'made-secret', redirect_uris: [] },
    },
    '/token': { body: tokens() },
  };
});
afterEach(async () => {
  await store.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const PRM = '/.well-known/oauth-protected-resource/mcp';
const METADATA = '/.well-known/oauth-authorization-server';

function metadata(changes: object = {}): object {
  return {
    issuer: base,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    registration_endpoint: `${base}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    ...changes,
  };
}

function tokens(changes: object = {}): object {
  return {
    access_token: 'first',
    refresh_token: 'again-1',
    token_type: 'Bearer',
    expires_in: 3600,
    ...changes,
  };
}

const parts = (settings: OAuthConfiguration): ConsentedTokensOptions => {
  return { serverId: 'tickets', settings, vault, fetch: createOutboundFetch(base), clock: systemClock };
};
const source = (settings: OAuthConfiguration = {}): ConsentedTokens => new ConsentedTokens(parts(settings));

function begin(settings: OAuthConfiguration = {}): Promise<PendingLogin> {
  const redirectUri = 'http://127.0.0.1:7777/callback';
  return beginLogin({
    ...parts(settings),
    serverUrl: `${base}/mcp`,
    headers: ['x-tenant', '7'],
    redirectUri,
  });
}

async function finish(login: PendingLogin, changes: Record<string, string> = {}): Promise<void> {
  const state = login.authorizationUrl.searchParams.get('state') ?? '';
  await login.finish(new URLSearchParams({ state, code: 'the-code', ...changes }));
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthorizationFailure);
  return (error as Error).message;
}

describe('a login', () => {
  it('asks for what the server wants, as a client of its own making, for this resource', async () => {
    const login = await begin();
    expect(Object.fromEntries(login.authorizationUrl.searchParams)).toMatchObject({
      client_id: 'made',
      scope: 'read',
      resource: `${base}/mcp`,
      code_challenge_method: 'S256',
      redirect_uri: 'http://127.0.0.1:7777/callback',
    });
    await finish(login);
    const request = arrived.at(-1)?.body;
    expect(request?.get('resource')).toBe(`${base}/mcp`);
    expect(request?.get('code_verifier')).toMatch(/^.{43,}$/);
    expect((await source().load()).tokens?.access).toBe('first');
    expect((await store.credentials.find('tickets'))?.sealed).toMatch(/^tge1\./);
  });

  it('is made with the same client the next time', async () => {
    await finish(await begin());
    await finish(await begin());
    expect(arrived.filter(({ path }) => path === '/register')).toHaveLength(1);
  });

  it('with another authorization server never uses what the old one gave', async () => {
    await finish(await begin());
    const other = {
      issuer: `${base}/as2`,
      token_endpoint: `${base}/as2/token`,
      registration_endpoint: `${base}/as2/register`,
    };
    replies[PRM] = { body: { resource: `${base}/mcp`, authorization_servers: [`${base}/as2`] } };
    replies[`${METADATA}/as2`] = { body: metadata(other) };
    replies['/as2/register'] = { status: 201, body: { client_id: 'made-2', redirect_uris: [] } };
    replies['/as2/token'] = { body: tokens({ access_token: 'second' }) };
    await finish(await begin());
    const there = arrived.filter(({ path }) => path.startsWith('/as2/')).map(({ text }) => text);
    expect(there.join()).not.toMatch(/made-secret|again-1|client_id=made&/);
    expect(await store.credentials.find('tickets')).toMatchObject({
      issuer: `${base}/as2`,
      clientId: 'made-2',
    });
  });

  it('uses the configured client, whose secret is not kept', async () => {
    const settings = { clientId: 'ours', clientSecret: 'our-secret', issuer: base };
    await finish(await begin(settings));
    expect((await vault.find('tickets'))?.record.client).toEqual({
      id: 'ours',
      source: 'configured',
      redirectUri: 'http://127.0.0.1:7777/callback',
    });
    // another client in the configuration: what the old one got is not used
    expect((await source({ ...settings, clientId: 'theirs' }).load()).tokens).toBeUndefined();
    expect((await source(settings).load()).tokens?.access).toBe('first');
  });

  it('takes a server without metadata for its own authorization server, as up to 2025-03-26', async () => {
    delete replies[PRM];
    delete replies[METADATA];
    const login = await begin();
    expect(login.authorizationUrl.pathname).toBe('/authorize');
    await finish(login);
    expect(arrived.at(-1)?.path).toBe('/token');
  });
});

describe('a login goes no further', () => {
  const requestsForTokens = (): number => arrived.filter(({ path }) => path === '/token').length;

  it.each<[string, () => void, OAuthConfiguration, string]>([
    [
      'when the metadata are those of another resource',
      () =>
        (replies[PRM] = { body: { resource: 'https://evil.example/mcp', authorization_servers: [base] } }),
      {},
      'another resource',
    ],
    ['when the metadata are out of order', () => (replies[PRM] = { status: 500 }), {}, 'cannot be used'],
    ['when the metadata are no JSON', () => (replies[PRM] = { body: '<html>' }), {}, 'cannot be used'],
    [
      'when the metadata are too large',
      () => (replies[PRM] = { body: 'x'.repeat(300_000) }),
      {},
      'too large',
    ],
    [
      'when the challenge names metadata that are not there',
      () =>
        (replies['/mcp'] = {
          status: 401,
          headers: { 'www-authenticate': `Bearer resource_metadata="${base}/none"` },
        }),
      {},
      'cannot be used',
    ],
    [
      'when the challenge points into the network',
      () =>
        (replies['/mcp'] = {
          status: 401,
          headers: { 'www-authenticate': 'Bearer resource_metadata="http://10.0.0.1/x"' },
        }),
      {},
      'not allowed',
    ],
    [
      'when the configured authorization server is not the one',
      () => {},
      { clientId: 'a', clientSecret: 'b', issuer: 'https://as.example.com' },
      'another authorization server',
    ],
    [
      'when the metadata name another issuer',
      () => (replies[METADATA] = { body: metadata({ issuer: 'https://evil.example' }) }),
      {},
      '(issuer)',
    ],
    [
      'without PKCE',
      () => (replies[METADATA] = { body: metadata({ code_challenge_methods_supported: undefined }) }),
      {},
      'PKCE',
    ],
    [
      'where the login page is not https',
      () =>
        (replies[METADATA] = { body: metadata({ authorization_endpoint: 'http://as.example.com/login' }) }),
      {},
      'not https',
    ],
    [
      'where nobody can register',
      () => (replies[METADATA] = { body: metadata({ registration_endpoint: undefined }) }),
      {},
      '"clientId"',
    ],
    [
      'when the registration is refused',
      () =>
        (replies['/register'] = {
          status: 400,
          body: { error: 'invalid_redirect_uri', error_description: ECHO },
        }),
      {},
      'HTTP 400',
    ],
  ])('%s', async (_, change, settings, message) => {
    change();
    const said = await refusalOf(begin(settings));
    expect(said).toContain(message);
    expect(said).not.toMatch(/127\.0\.0\.1|evil|sealed-with/);
    expect(requestsForTokens()).toBe(0);
  });

  it.each<[string, Record<string, string>, string]>([
    ['with a state that is not ours', { state: 'x' }, '(state)'],
    ['with the answer of another issuer', { iss: 'https://evil.example' }, '(issuer)'],
    ['when the person does not agree', { error: 'access_denied', error_description: ECHO }, 'access_denied'],
    ['with an error that is no error code', { error: `<${ECHO}>` }, 'unknown error'],
    ['without a code', { code: '' }, 'no code'],
  ])('%s', async (_, changes, message) => {
    const said = await refusalOf(finish(await begin(), changes));
    expect(said).toContain(message);
    expect(said).not.toMatch(/evil|sealed-with/);
    expect(requestsForTokens()).toBe(0);
    expect(await store.credentials.find('tickets')).toBeUndefined();
  });

  it('than its first answer', async () => {
    const login = await begin();
    await finish(login);
    expect(await refusalOf(finish(login))).toContain('finished before');
    expect(requestsForTokens()).toBe(1);
  });

  it('when the server asks for ever more rights', async () => {
    await finish(await begin());
    for (const scope of ['b', 'c', 'd']) {
      await source().widen(scope);
      await finish(await begin());
    }
    expect(arrived.at(-1)?.path).toBe('/token');
    await source().widen('e');
    expect(await refusalOf(begin())).toContain('3 times');
    // rights that were asked for already are not asked for again
    expect(await refusalOf(source().widen('read b'))).toBeDefined();
  });

  it.each<[string, Reply]>([
    ['a token bound to a key', { body: tokens({ token_type: 'DPoP' }) }],
    ['a token that cannot stand in a header', { body: tokens({ access_token: 'a\r\nx-evil: 1' }) }],
    ['no token', { body: {} }],
    [
      'an error that repeats what was sent',
      { status: 400, body: `{"error":"invalid_client","error_description":"${ECHO}"}` },
    ],
    ['a page', { status: 500, body: `<html>${ECHO}</html>` }],
  ])('when it is given %s', async (_, reply) => {
    replies['/token'] = reply;
    const said = await refusalOf(finish(await begin()));
    expect(said).not.toMatch(/evil|sealed-with|the-code/);
    expect(await store.credentials.find('tickets')).toBeUndefined();
  });
});

describe('kept tokens', () => {
  it('are renewed once by several processes, and what was given last is kept', async () => {
    await finish(await begin());
    replies['/token'] = { body: tokens({ access_token: 'second', refresh_token: 'again-2' }) };
    const held = await Promise.all([source(), source(), source()].map((one) => one.renew()));
    expect(held.map(({ access }) => access)).toEqual(['second', 'second', 'second']);
    const renewals = arrived.filter(({ body }) => body.get('grant_type') === 'refresh_token');
    expect(renewals.map(({ body }) => body.get('refresh_token'))).toEqual(['again-1']);
    expect((await vault.find('tickets'))?.record.tokens?.refresh).toBe('again-2');
  });

  it('give way to a login that comes in between', async () => {
    await finish(await begin());
    let letGo = (): void => {};
    const after = new Promise<void>((resolve) => (letGo = resolve));
    replies['/token'] = { body: tokens({ access_token: 'of-the-renewal' }), after };
    const renewed = source().renew();
    await expect.poll(() => arrived.at(-1)?.body.get('grant_type')).toBe('refresh_token');
    replies['/token'] = { body: tokens({ access_token: 'of-the-login' }) };
    await finish(await begin());
    letGo();
    expect((await renewed).access).toBe('of-the-login');
    expect((await source().load()).tokens?.access).toBe('of-the-login');
  });

  it('are renewed by another process when the one that began is gone', async () => {
    await finish(await begin());
    const kept = await vault.find('tickets');
    const now = Date.now();
    expect(kept && (await vault.claim(kept, 'a process that died', now, now + 300))).toBe(true);
    replies['/token'] = { body: tokens({ access_token: 'second' }) };
    expect((await source().renew()).access).toBe('second');
    expect(Date.now() - now).toBeGreaterThanOrEqual(300);
  });

  it('survive an authorization server that is away', async () => {
    await finish(await begin());
    replies['/token'] = { status: 503 };
    expect(await refusalOf(source().renew())).toContain('server_error');
    replies['/token'] = { body: tokens({ access_token: 'second' }) };
    expect((await source().renew()).access).toBe('second');
  });

  it('cannot be renewed any more once that was refused; the next login starts afresh', async () => {
    await finish(await begin());
    replies['/token'] = { status: 400, body: { error: 'invalid_grant' } };
    expect(await refusalOf(source().renew())).toContain('ended the access');
    expect(await source().load()).toMatchObject({ canRenew: false });
    const before = arrived.length;
    await refusalOf(source().renew());
    expect(arrived).toHaveLength(before);
    replies['/token'] = { body: tokens({ access_token: 'third' }) };
    await finish(await begin());
    expect(await source().load()).toMatchObject({ canRenew: true, tokens: { access: 'third' } });
  });

  it('are encrypted again when the key changes, and open for their own server alone', async () => {
    await finish(await begin());
    const fresh = `n:${Buffer.alloc(32, 2).toString('base64')}`;
    const rotated = createKeyRing(`${fresh},k:${Buffer.alloc(32, 1).toString('base64')}`, 'test');
    expect(
      await createCredentialVault(store.credentials, rotated, systemClock).find('tickets'),
    ).toBeDefined();
    const kept = await createCredentialVault(
      store.credentials,
      createKeyRing(fresh, 'test'),
      systemClock,
    ).find('tickets');
    expect(kept?.record.tokens?.access).toBe('first');
    await expect(vault.find('tickets')).rejects.toMatchObject({ code: 'key.unknown' });
    const row = await store.credentials.find('tickets');
    if (row) await store.credentials.replace({ ...row, server: 'other' });
    const other = createCredentialVault(store.credentials, rotated, systemClock).find('other');
    await expect(other).rejects.toMatchObject({ code: 'key.refused' });
  });
});
