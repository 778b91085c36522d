import { isAPIError } from 'better-auth/api';
import { hideInLogs, systemClock, type Clock, type Log, type Mailer } from '#platform';
import type { IdentityDatabase } from '#store';
import type { Problem } from '../problem.ts';
import {
  BASE_PATH,
  openLibrary,
  PROLONGED_AFTER_SECONDS,
  SESSION_SECONDS,
  type Library,
  type OidcIssuer,
} from './identity-library.ts';
import { identityPath, type IdentityPath } from './identity-paths.ts';
import { clientHeaders, forwarded, readBody, refuse } from './identity-requests.ts';
import { problemOfLibrary, withoutTokens } from './library-answer.ts';
import { OwnAccount } from './own-account.ts';
import { PasswordHasher } from './password-hash.ts';
import { passwordFault } from './password-rules.ts';
import { checkNotForeign, checkSameSite } from './same-site.ts';
import { Throttle } from './throttle.ts';

export interface IdentityOptions {
  /** Where accounts are kept: `store.control.identity`. */
  readonly database: IdentityDatabase;
  /** Signs cookies and encrypts second factors: 32 random bytes or more, as text. With another one everybody must sign in again. */
  readonly secret: string;
  /** Where people reach the gateway, e.g. `https://gate.example.com`. */
  readonly origin: string;
  /** Further origins whose pages may sign people in. */
  readonly trustedOrigins?: readonly string[];
  /** Whether cookies go over TLS only. */
  readonly secureCookies: boolean;
  readonly oidc?: readonly OidcIssuer[];
  readonly mail: Mailer | undefined;
  /** Shows the operator a link that nobody can be sent, because there is no mail server. */
  readonly onResetLink: (email: string, url: string) => void;
  /** The address that a request came from, as far as it can be believed; throttles count by it, and without it all together. */
  readonly addressOf?: (request: Request) => string | undefined;
  /** What hashes passwords; one at full cost unless told. */
  readonly hasher?: PasswordHasher;
  readonly clock?: Clock;
  readonly log: Log;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly twoFactorEnabled: boolean;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface SignedUp {
  readonly user: Person;
  /** The value of a `Set-Cookie` header. */
  readonly cookie: string;
}

/** Somebody's session. */
export interface Session {
  readonly user: Person;
  readonly sessionId: string;
  /** Whether a day of its week is over, so that `prolonged` would make it last a whole one again. */
  readonly isDue: boolean;
}

/** Accounts of people: who they are, and nothing of what they may do. */
export interface Identity {
  /** Serves what is below `/api/auth/`: sign-in and out, passwords, second factors, sign-in providers. Never rejects. */
  handler(request: Request): Promise<Response>;
  /** Who sent these cookies; undefined for nobody. */
  session(headers: Headers): Promise<Session | undefined>;
  /**
   * The same, and the session lasts a whole week again where a day of it is over: then with the value of a `Set-Cookie` header, without
   * which the browser would forget it at the old time.
   */
  prolonged(headers: Headers): Promise<{ readonly user: Person; readonly cookie?: string } | undefined>;
  /** Makes an account and signs it in. Whether that is allowed, the caller has asked. */
  signUp(account: NewAccount, request: Request): Promise<SignedUp | { readonly problem: Problem }>;
  /** Takes back an account, with its sessions. */
  removeUser(id: string): Promise<void>;
  /** What people see and end of their own accounts. */
  readonly own: Pick<OwnAccount, 'sessions' | 'endSession' | 'endOtherSessions' | 'signIns' | 'unlink'>;
  /** The sign-in providers, for the buttons of a sign-in page. */
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** Resolves when the mails that answers did not wait for are sent, or have failed. */
  settled(): Promise<void>;
}

/** What the parts of the accounts share. */
interface Desk {
  readonly options: IdentityOptions;
  readonly origins: readonly string[];
  readonly library: Library;
  readonly own: OwnAccount;
  readonly hasher: PasswordHasher;
  readonly throttle: Throttle;
}

const RESET_LIMIT = { window: 3600, max: 3 };
const SIGN_UP_LIMIT = { window: 3600, max: 10 };

/** Opens the accounts over the tables of the store. */
export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const { database, secret, origin, log, oidc = [], secureCookies, hasher = new PasswordHasher() } = options;
  for (const value of [secret, ...oidc.map(({ clientSecret }) => clientSecret)]) hideInLogs(value);
  const origins = [origin, ...(options.trustedOrigins ?? [])];
  const throttle = new Throttle(database, options.clock ?? systemClock);
  const underWay = new Set<Promise<unknown>>();
  const library = await openLibrary({
    database,
    secret,
    origin,
    trustedOrigins: origins,
    secureCookies,
    oidc,
    hasher,
    throttle,
    log,
    inBackground(work) {
      const done = library.contexts
        .during(() => work)
        .catch((error: unknown) => log.error({ err: error }, 'accounts: a message could not be sent'))
        .finally(() => underWay.delete(done));
      underWay.add(done);
    },
    async sendReset(email, token) {
      const { allowed } = await throttle.consume(`reset|${email}`, RESET_LIMIT);
      if (allowed) await sendResetLink(options, email, `${origin}/app/reset-password#${token}`);
    },
  });
  const own = new OwnAccount(
    library,
    oidc.map(({ id }) => id),
  );
  const desk: Desk = { options, origins, library, own, hasher, throttle };
  const { contexts } = library;
  const { internalAdapter } = await library.auth.$context;
  return {
    handler: (request) => contexts.during(() => handle(desk, request)),
    session: (headers) => contexts.during(() => sessionOf(desk, headers)),
    prolonged: (headers) => contexts.during(() => prolonged(desk, headers)),
    signUp: (account, request) => contexts.during(() => signUp(desk, account, request)),
    removeUser: (id) => contexts.during(() => internalAdapter.deleteUser(id)),
    own,
    providers: oidc.map(({ id, name }) => ({ id, name })),
    async settled() {
      await Promise.all(underWay);
    },
  };
}

async function handle(desk: Desk, request: Request): Promise<Response> {
  try {
    const path = new URL(request.url).pathname.slice(BASE_PATH.length);
    const rule = identityPath(request.method, path);
    return rule === undefined ? refuse(NO_PATH) : await serve(desk, request, path, rule);
  } catch (error) {
    desk.options.log.error({ err: error }, 'accounts: a request failed');
    return refuse(FAILED);
  }
}

async function serve(desk: Desk, request: Request, path: string, rule: IdentityPath): Promise<Response> {
  const { options, origins, library, hasher, throttle } = desk;
  const check = request.headers.has('cookie') ? checkSameSite : checkNotForeign;
  const foreign = check(request, origins);
  if (foreign) return refuse(foreign);
  const read = await readBody(request, rule);
  if ('problem' in read) return refuse(read.problem);
  const { body } = read;
  if (rule.choosesPassword) {
    const fault = passwordFault(String(body['newPassword']), await emailOf(desk, request, body));
    if (fault !== undefined) return refuse(badPassword(fault));
  }
  if (hasher.isBusy) return refuse(BUSY);
  const account = rule.guesses ? `sign-in|${String(body['email']).toLowerCase()}` : undefined;
  if (account !== undefined) {
    const { allowed, retryAfter } = await throttle.attempt(account);
    if (!allowed) return refuse(tooMany(retryAfter));
  }
  const { handler } = rule.usesProvider ? library.withIssuers() : library.auth;
  const response = await handler(
    forwarded(request, path, {
      body: rule.body && body,
      address: addressOf(options, request),
      origin: options.origin,
    }),
  );
  if (account !== undefined && response.ok) await tidy(desk, account);
  return response.status >= 400 ? refuse(await problemOfLibrary(response)) : withoutTokens(response);
}

/** After a sign-in: its attempts count no more, and sessions that have ended are forgotten. */
async function tidy({ library, throttle }: Desk, account: string): Promise<void> {
  const { adapter } = await library.auth.$context;
  await throttle.forget(account);
  await adapter.deleteMany({
    model: 'session',
    where: [{ field: 'expiresAt', operator: 'lt', value: new Date() }],
  });
}

async function sessionOf({ library, own, options }: Desk, headers: Headers): ReturnType<Identity['session']> {
  if (!headers.has('cookie')) return undefined;
  // Looked up as it is: where it is prolonged, the answer must carry a cookie.
  const found = await library.auth.api.getSession({ headers, query: { disableRefresh: true } });
  if (!found) return undefined;
  await own.seen(found.session, (options.clock ?? systemClock).now());
  const { id, expiresAt } = found.session;
  // by the clock of the library, which prolongs it
  const isDue = expiresAt.getTime() - Date.now() <= (SESSION_SECONDS - PROLONGED_AFTER_SECONDS) * 1000;
  return { user: personOf(found.user), sessionId: id, isDue };
}

async function prolonged({ library }: Desk, headers: Headers): ReturnType<Identity['prolonged']> {
  const found = await library.auth.api.getSession({ headers, returnHeaders: true }).catch(endedMeanwhile);
  if (!found?.response) return undefined;
  const { name } = (await library.auth.$context).authCookies.sessionToken;
  const cookie = found.headers.getSetCookie().find((line) => line.startsWith(`${name}=`));
  return { user: personOf(found.response.user), ...(cookie !== undefined && { cookie }) };
}

/** Somebody signed out while the session was being prolonged: then it is nobody's; what else fails goes on failing. */
function endedMeanwhile(error: unknown): undefined {
  if (!isAPIError(error) || error.statusCode !== 401) throw error;
}

/** The address of the account whose password is being chosen, where that can be said. */
async function emailOf(
  desk: Desk,
  request: Request,
  { token }: Record<string, unknown>,
): Promise<string | undefined> {
  if (typeof token !== 'string') return (await sessionOf(desk, request.headers))?.user.email;
  const { internalAdapter } = await desk.library.auth.$context;
  const reset = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  return reset ? (await internalAdapter.findUserById(reset.value))?.email : undefined;
}

async function signUp(
  { options, origins, library, hasher, throttle }: Desk,
  { name, email, password }: NewAccount,
  request: Request,
): Promise<SignedUp | { readonly problem: Problem }> {
  const foreign = checkNotForeign(request, origins);
  if (foreign) return { problem: foreign };
  const fault = passwordFault(password, email);
  if (fault !== undefined) return { problem: badPassword(fault) };
  if (hasher.isBusy) return { problem: BUSY };
  const address = addressOf(options, request);
  const { allowed, retryAfter } = await throttle.consume(`sign-up|${address}`, SIGN_UP_LIMIT);
  if (!allowed) return { problem: tooMany(retryAfter) };
  const response = await library.auth.api.signUpEmail({
    body: { name, email, password },
    headers: clientHeaders(request, address),
    asResponse: true,
  });
  if (!response.ok) return { problem: await problemOfLibrary(response) };
  const { user } = (await response.json()) as { readonly user: Omit<Person, 'twoFactorEnabled'> };
  return { user: personOf(user), cookie: response.headers.getSetCookie()[0] ?? '' };
}

async function sendResetLink(
  { mail, onResetLink }: IdentityOptions,
  email: string,
  url: string,
): Promise<void> {
  if (mail === undefined) return onResetLink(email, url);
  const text = [
    'Somebody asked for a new password for your account. With this link you choose one, within an hour:',
    url,
    'If it was not you, do nothing: your password stays as it is.',
  ].join('\n\n');
  await mail.send({ to: email, subject: 'A new password for Toolgate', text });
}

function addressOf({ addressOf }: IdentityOptions, request: Request): string {
  return addressOf?.(request) ?? '';
}

function personOf(
  user: Omit<Person, 'twoFactorEnabled'> & { twoFactorEnabled?: boolean | null | undefined },
): Person {
  const { id, name, email, twoFactorEnabled } = user;
  return { id, name, email, twoFactorEnabled: twoFactorEnabled === true };
}

function badPassword(detail: string): Problem {
  return { status: 422, code: 'people.password', detail };
}

function tooMany(retryAfter: number | null): Problem {
  return {
    status: 429,
    code: 'people.too_many_attempts',
    detail: 'Too many attempts. Wait a moment and try again.',
    retryAfter: retryAfter ?? 60,
  };
}

const NO_PATH: Problem = { status: 404, code: 'not_found', detail: 'There is nothing at this path.' };
const FAILED: Problem = { status: 500, code: 'internal', detail: 'Something went wrong on our side.' };
const BUSY: Problem = {
  status: 503,
  code: 'people.busy',
  detail: 'Too many people are signing in at once.',
  retryAfter: 10,
};
