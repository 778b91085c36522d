import { createKeyRing, silentLog, type Clock, type Log, type Mail, type Mailer } from '#platform';
import { openStore, type Store } from '#store';
import { createControlApi, type AuditLine } from '../api.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { createCallers } from './callers.ts';
import type { OidcIssuer } from './identity-library.ts';
import { createIdentity, type Identity } from './identity.ts';
import { invitationRoutes } from './invitation-routes.ts';
import { memberRoutes } from './member-routes.ts';
import { PasswordHasher } from './password-hash.ts';
import { peopleRoutes } from './people-routes.ts';
import type { PeopleParts } from './people-parts.ts';
import { checkSameSite } from './same-site.ts';

export const ORIGIN = 'http://127.0.0.1:8750';
export const PASSWORD = 'correct horse battery';
export const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

export interface RigOptions {
  readonly databaseUrl?: string;
  readonly signUp?: PeopleParts['signUp'];
  readonly setupCode?: string;
  readonly mail?: Mailer;
  readonly oidc?: readonly OidcIssuer[];
  readonly secureCookies?: boolean;
  readonly log?: Log;
  /** `full` for passwords that cost what they cost people. */
  readonly hashing?: 'full';
}

/** The accounts, the routes about people and the kernel over a real store, with a clock that tests turn. */
export interface Rig {
  readonly store: Store;
  readonly identity: Identity;
  readonly clock: { at: number } & Clock;
  /** Links that were shown to the operator. */
  readonly printed: { readonly email: string; readonly url: string }[];
  readonly audit: (AuditLine & { readonly organisation: string })[];
  fetch(request: Request): Promise<Response>;
  browser(): Browser;
  close(): Promise<void>;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const store = openStore({ dataDir: ':memory:', databaseUrl: options.databaseUrl });
  await store.ready();
  const { control } = store;
  const clock = { at: Date.now(), now: () => clock.at };
  const printed: Rig['printed'] = [];
  const audit: Rig['audit'] = [];
  const log = options.log ?? silentLog;
  const { mail } = options;
  const identity = await createIdentity({
    database: control.identity,
    secret: SECRET,
    origin: ORIGIN,
    secureCookies: options.secureCookies ?? false,
    ...(options.oidc && { oidc: options.oidc }),
    mail,
    onResetLink: (email, url) => void printed.push({ email, url }),
    addressOf: (request) => request.headers.get('x-test-address') ?? '192.0.2.1',
    ...(options.hashing !== 'full' && { hasher: new PasswordHasher(4) }),
    clock,
    log,
  });
  const parts: PeopleParts = {
    identity,
    organisations: control.organisations,
    apiKeys: control.apiKeys,
    origin: ORIGIN,
    mail,
    signUp: options.signUp ?? 'first',
    setupCode: options.setupCode,
    installationOrganisation: 'default',
  };
  const api = createControlApi({
    routes: [
      ...peopleRoutes(parts),
      ...memberRoutes(parts),
      ...invitationRoutes(parts),
      ...apiKeyRoutes(parts),
    ],
    callerOf: createCallers({ ...parts, clock }),
    audit: async (organisation, line) => audit.push({ ...line, organisation }),
    store: control,
    keys: createKeyRing(`k1:${Buffer.alloc(32, 1).toString('base64')}`, 'the tests'),
    clock,
    log,
    version: '0.0.0',
    sameSite: (request) => checkSameSite(request, [ORIGIN]),
  });
  const fetch = (request: Request): Promise<Response> =>
    new URL(request.url).pathname.startsWith('/api/auth/') ? identity.handler(request) : api.fetch(request);
  return {
    store,
    identity,
    clock,
    printed,
    audit,
    fetch,
    browser: () => new Browser(fetch),
    async close() {
      await identity.settled();
      await store.close();
    },
  };
}

/** A mailer that keeps what is sent. */
export function mailTo(mails: Mail[]): Mailer {
  return { send: async (mail) => void mails.push(mail), close: () => undefined };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // What a test reads of an answer, it says by its expectations.
  readonly body: Record<string, never> & { readonly [name: string]: unknown };
}

/** A browser at one of our pages: it keeps cookies and sends `Origin`. */
export class Browser {
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly cookies = new Map<string, string>();
  /** Sent with every request. */
  readonly headers: Record<string, string> = { origin: ORIGIN };

  constructor(fetch: (request: Request) => Promise<Response>) {
    this.#fetch = fetch;
  }

  get(path: string): Promise<Reply> {
    return this.send('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<Reply> {
    return this.send('POST', path, body);
  }

  async send(method: string, path: string, body?: unknown): Promise<Reply> {
    const headers = new Headers(this.headers);
    if (this.cookies.size > 0)
      headers.set('cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await this.#fetch(
      new Request(`${ORIGIN}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {} };
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** Signs up the first person; resolves to a browser with the session. */
export async function founder(
  rig: Rig,
  email = 'ada@example.com',
  organisation = 'Analytics',
): Promise<Browser> {
  const browser = rig.browser();
  const reply = await browser.post('/api/v1/sign-up', {
    name: 'Ada',
    email,
    password: PASSWORD,
    organisation,
  });
  if (reply.status !== 201) throw new Error(`no sign-up: ${JSON.stringify(reply.body)}`);
  return browser;
}
