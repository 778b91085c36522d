import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

export interface ProtectedServerOptions {
  /** Seconds that an access token lives. */
  readonly accessTtl?: number;
  readonly clients?: readonly object[];
}

const SCOPES = { echo: 'tickets:read', close: 'tickets:write' } as const;

/** A real OAuth authorization server (registration, PKCE, resource indicators, rotation), and an MCP server that wants its tokens. */
export class ProtectedServer {
  readonly #http: Server[] = [];
  #provider: Provider | undefined;
  /** Grant types of the token requests that succeeded, in order, and the errors of those that did not. */
  readonly tokenRequests: string[] = [];
  readonly tokenErrors: string[] = [];
  /** Everything secret that passed: codes, verifiers, tokens, client secrets. */
  readonly secrets = new Set<string>();
  /** Every `authorization` that reached the MCP server. */
  readonly shown: (string | undefined)[] = [];
  /** The tools that ran, in order. */
  readonly ran: string[] = [];
  readonly #accessTokens: string[] = [];
  readonly #grants = new Set<string>();
  issuer = '';
  url = '';

  static async start(options: ProtectedServerOptions = {}): Promise<ProtectedServer> {
    const server = new ProtectedServer();
    await server.#start(options);
    return server;
  }

  get provider(): Provider {
    if (!this.#provider) throw new Error('not started');
    return this.#provider;
  }

  /** The access tokens that are out are worth nothing from now on; refresh tokens still are. */
  async endAccess(): Promise<void> {
    for (const token of this.#accessTokens.splice(0)) await (await this.#find(token))?.destroy();
  }

  /** What people agreed to is taken back. */
  async endConsent(): Promise<void> {
    await this.endAccess();
    for (const grant of this.#grants) await (await this.provider.Grant.find(grant))?.destroy();
  }

  async stop(): Promise<void> {
    for (const http of this.#http) {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    }
  }

  async #start({ accessTtl = 300, clients = [] }: ProtectedServerOptions): Promise<void> {
    this.url = `${await this.#listen((request, response) => void this.#mcp(request, response))}/mcp`;
    let handle = (_: IncomingMessage, response: ServerResponse): void => void response.end();
    this.issuer = await this.#listen((request, response) => handle(request, response));
    const provider = (this.#provider = new Provider(this.issuer, {
      clients: clients as never,
      pkce: { required: () => true },
      scopes: ['openid', 'offline_access', ...Object.values(SCOPES)],
      rotateRefreshToken: true,
      issueRefreshToken: () => true,
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      cookies: { keys: ['test'] },
      ttl: {
        AccessToken: accessTtl,
        ClientCredentials: accessTtl,
        Grant: 3600,
        Session: 3600,
        Interaction: 600,
        RefreshToken: 3600,
      },
      features: {
        devInteractions: { enabled: false },
        registration: { enabled: true },
        revocation: { enabled: true },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => this.url,
          useGrantedResource: () => true,
          getResourceServerInfo: (_, resource) => ({
            scope: Object.values(SCOPES).join(' '),
            audience: resource,
            accessTokenTTL: accessTtl,
            accessTokenFormat: 'opaque',
          }),
        },
      },
    }));
    this.#listenToEvents(provider);
    const callback = provider.callback();
    handle = (request, response) =>
      request.url?.startsWith('/interaction/') === true
        ? void this.#agree(request, response)
        : void callback(request, response);
  }

  /** A token of either kind that lives. */
  async #find(
    token: string,
  ): Promise<InstanceType<Provider['AccessToken'] | Provider['ClientCredentials']> | undefined> {
    return (
      (await this.provider.AccessToken.find(token)) ?? (await this.provider.ClientCredentials.find(token))
    );
  }

  #listenToEvents(provider: Provider): void {
    provider.on('registration_create.success', (_, client) => this.#keep(client.clientSecret));
    provider.on('grant.error', (_, error) => this.tokenErrors.push(error.message));
    provider.on('grant.success', (ctx) => {
      const params = (ctx.oidc.params ?? {}) as Record<string, string | undefined>;
      const body = ctx.body as Record<string, string | undefined>;
      this.tokenRequests.push(params['grant_type'] ?? '');
      for (const name of ['code', 'code_verifier', 'refresh_token']) this.#keep(params[name]);
      for (const name of ['access_token', 'refresh_token']) this.#keep(body[name]);
      if (body['access_token'] !== undefined) this.#accessTokens.push(body['access_token']);
    });
  }

  #keep(secret: string | undefined): void {
    if (secret !== undefined) this.secrets.add(secret);
  }

  /** The person at the authorization server: logs in, and agrees to whatever is asked. */
  async #agree(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await this.provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      return this.provider.interactionFinished(request, response, { login: { accountId: 'alice' } });
    }
    const grant = new this.provider.Grant({
      accountId: session?.accountId ?? '',
      clientId: String(params['client_id']),
    });
    const scope = String(params['scope'] ?? '');
    grant.addOIDCScope(scope);
    grant.addResourceScope(this.url, scope);
    const grantId = await grant.save();
    this.#grants.add(grantId);
    await this.provider.interactionFinished(request, response, { consent: { grantId } });
  }

  async #mcp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { origin } = new URL(this.url);
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    if (request.method === 'GET') {
      if (request.url !== '/.well-known/oauth-protected-resource/mcp')
        return void response.writeHead(404).end();
      return json(response, 200, { resource: this.url, authorization_servers: [this.issuer] });
    }
    const message = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Message;
    this.shown.push(request.headers.authorization);
    const client = await this.#find(/^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (!client || client.isExpired || client.aud !== this.url) {
      response.setHeader(
        'www-authenticate',
        `Bearer resource_metadata="${metadata}", scope="${SCOPES.echo}"`,
      );
      return json(response, 401, { error: 'invalid_token' });
    }
    const name = message.params?.name;
    const needed = message.method === 'tools/call' && name === 'close' ? SCOPES.close : SCOPES.echo;
    if (!(client.scope ?? '').split(' ').includes(needed)) {
      response.setHeader(
        'www-authenticate',
        `Bearer error="insufficient_scope", scope="${needed}", resource_metadata="${metadata}"`,
      );
      return json(response, 403, { error: 'insufficient_scope' });
    }
    if (message.method === 'tools/call') this.ran.push(name ?? '');
    if (message.id === undefined) return void response.writeHead(202).end();
    return json(response, 200, { jsonrpc: '2.0', id: message.id, result: resultOf(message) });
  }

  async #listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const http = createServer(handle);
    this.#http.push(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }
}

function resultOf({ method, params }: Message): object {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'tickets', version: '1' },
      };
    case 'tools/list':
      return { tools: Object.keys(SCOPES).map((name) => ({ name, inputSchema: { type: 'object' } })) };
    default:
      return { content: [{ type: 'text', text: `done: ${params?.name}` }] };
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * A browser, as far as a login needs one: follows redirects with cookies until it is sent back to the client, and gives
 * that address without visiting it.
 */
export async function followLogin(start: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>();
  for (let url = new URL(start), hops = 0; hops < 20; hops++) {
    if (url.origin !== issuer) return url;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the authorization server stopped: ${await response.text()}`);
    url = new URL(location, url);
  }
  throw new Error('too many redirects');
}
