import {
  getCurrentAuthContextAsyncLocalStorage,
  getCurrentDBAdapterAsyncLocalStorage,
  getRequestStateAsyncLocalStorage,
} from '@better-auth/core/context';
import { betterAuth } from 'better-auth';
import { getAdapter } from 'better-auth/db/adapter';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import type { BetterAuthOptions } from 'better-auth';
import { AsyncContexts, newId, type Log } from '#platform';
import type { IdentityDatabase } from '#store';
import { guardAdapter } from './guarded-adapter.ts';
import { PATH_LIMITS } from './identity-paths.ts';
import type { PasswordHasher } from './password-hash.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from './password-rules.ts';
import type { Throttle } from './throttle.ts';

/** An issuer of OpenID Connect whose accounts may be used to sign in. */
export interface OidcIssuer {
  /** Part of the path to come back to: `/api/auth/callback/<id>`. */
  readonly id: string;
  /** What the button says. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes?: readonly string[] | undefined;
}

/** The header in which the handler tells the library who asks; whatever a client sends under this name is dropped. */
export const ADDRESS_HEADER = 'x-toolgate-client-address';

export const BASE_PATH = '/api/auth';
/** So long a session lasts, and so much of that must be over before it is prolonged. */
export const SESSION_SECONDS = 7 * 86_400;
export const PROLONGED_AFTER_SECONDS = 86_400;
const RESET_SECONDS = 3600;
const DEFAULT_SCOPES: readonly string[] = ['openid', 'profile', 'email'];

/** Names of the tables, as the store made them. */
export const TABLES = {
  user: { modelName: 'users' },
  session: { modelName: 'sessions' },
  account: { modelName: 'accounts' },
  verification: { modelName: 'verifications' },
  rateLimit: { modelName: 'rate_limits', storage: 'database', enabled: true },
} as const satisfies BetterAuthOptions;

/** The plugins whose tables the store has. */
export function plugins(
  oidc: readonly OidcIssuer[],
): [ReturnType<typeof secondFactor>, ReturnType<typeof genericOAuth>] {
  return [secondFactor(), genericOAuth({ config: oidc.map(providerOf) })];
}

export type Library = Awaited<ReturnType<typeof openLibrary>>;

interface LibraryParts {
  readonly database: IdentityDatabase;
  readonly secret: string;
  readonly origin: string;
  readonly trustedOrigins: readonly string[];
  readonly secureCookies: boolean;
  readonly oidc: readonly OidcIssuer[];
  readonly hasher: PasswordHasher;
  readonly throttle: Throttle;
  readonly log: Log;
  /** Takes what must not keep an answer waiting: who waits longer for a mail would show which addresses have accounts. */
  readonly inBackground: (work: Promise<unknown>) => void;
  readonly sendReset: (email: string, token: string) => Promise<void>;
}

/**
 * The library, set up twice over the same tables: once for everything that is ours, and once more, when somebody first uses one, with the
 * issuers, whose discovery documents it fetches before it does anything else. An issuer that is away keeps nobody else from signing in.
 */
export async function openLibrary(parts: LibraryParts) {
  const settings = settingsOf(parts);
  const { db, dialect } = parts.database;
  const inner = await getAdapter({ ...settings, database: { db: db as never, type: dialect } });
  const adapter = guardAdapter(inner, parts.secret);
  const open = (oidc: readonly OidcIssuer[]) =>
    betterAuth({ ...settings, database: () => adapter, plugins: plugins(oidc) });
  let withIssuers: ReturnType<typeof open> | undefined;
  const contexts = await (contextsOfLibrary ??= openContexts());
  return { auth: open([]), withIssuers: () => (withIssuers ??= open(parts.oidc)), contexts };
}

/** The library has one of each for the whole process, whoever opens it. */
let contextsOfLibrary: Promise<AsyncContexts> | undefined;

async function openContexts(): Promise<AsyncContexts> {
  const contexts = await Promise.all([
    getCurrentAuthContextAsyncLocalStorage(),
    getRequestStateAsyncLocalStorage(),
    getCurrentDBAdapterAsyncLocalStorage(),
  ]);
  return new AsyncContexts(...contexts);
}

function settingsOf(parts: LibraryParts) {
  const { hasher, throttle, origin } = parts;
  return {
    ...TABLES,
    appName: 'Toolgate',
    baseURL: origin,
    basePath: BASE_PATH,
    secrets: [{ version: 1, value: parts.secret }],
    trustedOrigins: [...parts.trustedOrigins],
    telemetry: { enabled: false },
    logger: { level: 'warn', log: logTo(parts.log) },
    onAPIError: { errorURL: `${origin}/app/sign-in` },
    plugins: plugins([]),
    session: {
      ...TABLES.session,
      expiresIn: SESSION_SECONDS,
      updateAge: PROLONGED_AFTER_SECONDS,
      cookieCache: { enabled: false },
    },
    verification: { ...TABLES.verification, storeIdentifier: 'hashed' },
    account: {
      ...TABLES.account,
      // Linking by address alone needs an address that was proven to both sides.
      accountLinking: { enabled: true, requireLocalEmailVerified: true },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: 2 * LONGEST_PASSWORD, // in UTF-16 units; our own rules count characters
      password: {
        hash: (password) => hasher.hash(password),
        verify: (attempt) => hasher.verify(attempt),
      },
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      sendResetPassword: ({ user, token }) => parts.sendReset(user.email, token),
    },
    rateLimit: {
      ...TABLES.rateLimit,
      window: 60,
      max: 100,
      customRules: PATH_LIMITS,
      customStorage: { consume: (key, rule) => throttle.consume(key, rule) },
    },
    advanced: {
      cookiePrefix: 'toolgate',
      useSecureCookies: parts.secureCookies,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
      // Said outright: in tests the library would leave them out.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: ({ model }) => newId(ID_PREFIX[model] ?? 'id') },
      backgroundTasks: { handler: parts.inBackground },
    },
  } satisfies BetterAuthOptions;
}

const ID_PREFIX: Readonly<Record<string, string>> = { user: 'user', session: 'session', account: 'account' };

function secondFactor() {
  return twoFactor({ issuer: 'Toolgate', schema: { twoFactor: { modelName: 'two_factors' } } });
}

function providerOf({ id, name, issuer, clientId, clientSecret, scopes = DEFAULT_SCOPES }: OidcIssuer) {
  return {
    providerId: id,
    name,
    discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    requireIdTokenVerification: true,
    clientId,
    clientSecret,
    scopes: [...scopes],
    pkce: true,
    mapProfileToUser: (profile: { name?: unknown; email?: unknown }) => ({
      name: nameOf(profile),
      image: undefined,
    }),
  };
}

/** Some issuers give no name: then what stands before the @ has to do. */
function nameOf({ name, email }: { name?: unknown; email?: unknown }): string {
  const given = typeof name === 'string' ? name.trim() : '';
  const [local = ''] = typeof email === 'string' ? email.split('@') : [];
  return (given === '' ? local : given).slice(0, 100);
}

/** Only the library's own words: what it adds to them may be anything. */
function logTo(
  log: Log,
): (level: 'debug' | 'info' | 'warn' | 'error', message: string, ...more: unknown[]) => void {
  return (level, message, ...more) => {
    const err = more.find((item) => item instanceof Error);
    log[level]({ ...(err !== undefined && { err }) }, `accounts: ${message}`);
  };
}
