import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { OidcIssuer } from './identity-library.ts';
import { ORIGIN, type Browser, type Reply } from './people-rig.suite.ts';

/** Who signs in at the issuer next. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

/** A real provider of OpenID Connect on the loopback interface, at which whoever comes is `account` and agrees to everything. */
export interface TestIssuer {
  readonly settings: OidcIssuer;
  account: Account;
  /** Requests that it got. */
  readonly seen: string[];
  stop(): Promise<void>;
}

/** Starts one that knows a gateway: the one of the tests beside, unless it is said where another is. */
export async function startIssuer(gateway = ORIGIN): Promise<TestIssuer> {
  let handle = (_: IncomingMessage, response: ServerResponse): void => void response.end();
  const seen: string[] = [];
  const http = createServer((request, response) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]}`);
    handle(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const settings: OidcIssuer = {
    id: 'corp',
    name: 'Corporate login',
    issuer,
    clientId: 'toolgate',
    clientSecret: 'a-client-secret-of-the-tests',
  };
  const test: TestIssuer = {
    settings,
    account: { sub: 'u1', email: 'ada@example.com', email_verified: true, name: 'Ada L.' },
    seen,
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        redirect_uris: [`${gateway}/api/auth/callback/corp`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ ...test.account }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, IdToken: 300, Grant: 3600, Session: 3600, Interaction: 600 },
    features: { devInteractions: { enabled: false } },
  });
  const callback = provider.callback();
  handle = (request, response) =>
    request.url?.startsWith('/interaction/') === true
      ? void agree(provider, test, request, response)
      : void callback(request, response);
  return test;
}

async function agree(
  provider: Provider,
  test: TestIssuer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: test.account.sub } });
  }
  const grant = new provider.Grant({
    accountId: session?.accountId ?? '',
    clientId: String(params['client_id']),
  });
  grant.addOIDCScope(String(params['scope'] ?? ''));
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

/** Goes from one of our pages to the issuer and back; resolves to what the way back answers. */
export async function signInThrough(browser: Browser, path = '/api/auth/sign-in/social'): Promise<Reply> {
  const begun = await browser.post(path, { provider: 'corp', callbackURL: '/app/' });
  if (begun.status !== 200) return begun;
  const back = await walk(String(begun.body['url']));
  return browser.get(back);
}

/** Follows the issuer's redirects until one leads back to us; resolves to its path. */
export async function walk(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 12; hop++) {
    if (url.startsWith(ORIGIN)) return url.slice(ORIGIN.length);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`the issuer stopped at ${response.status}: ${await response.text()}`);
    url = new URL(location, url).href;
  }
  throw new Error('the issuer goes round in circles');
}
