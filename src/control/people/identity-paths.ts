import * as z from 'zod';

/** What is sent to a path, at most; a longer body is no form of ours. */
export const LONGEST_BODY = 16_384;

const email = z.email().max(254);
/** Longer ones are refused by the rules, in words. */
const password = z.string().min(1).max(1000);
const code = z.string().min(1).max(40);
/** A page of the dashboard to come back to; never another site. */
const page = z
  .string()
  .max(500)
  .regex(/^\/app(?:[/?#][\w\-./?&=%#~]*)?$/, 'write a path below /app');
const provider = z.string().min(1).max(63);

/** A path of the library that is reachable, and the members that its body may have. */
export interface IdentityPath {
  readonly body?: z.ZodType<Record<string, unknown>>;
  /** `newPassword` of the body becomes a password. */
  readonly choosesPassword?: true;
  /** A guess at somebody's password: slowed down by the address of the account. */
  readonly guesses?: true;
  /** Goes through a sign-in provider. */
  readonly usesProvider?: true;
  /** At most `max` from one address in so many seconds. */
  readonly limit?: { readonly window: number; readonly max: number };
}

const guess = { window: 60, max: 10 };

/**
 * Every path of the library that can be reached below `/api/auth`, by method and path; whatever is not here does not exist. Signing up is
 * not: our own form makes the organisation too.
 */
export const IDENTITY_PATHS: Readonly<Record<string, IdentityPath>> = {
  'POST /sign-in/email': {
    body: z.strictObject({ email, password, rememberMe: z.boolean().optional() }),
    guesses: true,
    limit: guess,
  },
  'POST /sign-in/social': {
    body: z.strictObject({ provider, callbackURL: page, errorCallbackURL: page.optional() }),
    usesProvider: true,
    limit: { window: 60, max: 20 },
  },
  'POST /link-social': {
    body: z.strictObject({ provider, callbackURL: page, errorCallbackURL: page.optional() }),
    usesProvider: true,
    limit: { window: 60, max: 20 },
  },
  'GET /callback/*': { usesProvider: true, limit: { window: 60, max: 60 } },
  'POST /sign-out': { body: z.strictObject({}) },
  'GET /get-session': {},
  'POST /request-password-reset': { body: z.strictObject({ email }), limit: { window: 600, max: 10 } },
  'POST /reset-password': {
    body: z.strictObject({ token: z.string().min(1).max(100), newPassword: password }),
    choosesPassword: true,
    limit: guess,
  },
  'POST /change-password': {
    body: z
      .strictObject({ currentPassword: password, newPassword: password })
      .transform((body) => ({ ...body, revokeOtherSessions: true })),
    choosesPassword: true,
    limit: guess,
  },
  'POST /update-user': { body: z.strictObject({ name: z.string().trim().min(1).max(100) }) },
  'POST /two-factor/enable': { body: z.strictObject({ password }), limit: guess },
  'POST /two-factor/disable': { body: z.strictObject({ password }), limit: guess },
  'POST /two-factor/generate-backup-codes': { body: z.strictObject({ password }), limit: guess },
  'POST /two-factor/verify-totp': { body: z.strictObject({ code }), limit: guess },
  'POST /two-factor/verify-backup-code': { body: z.strictObject({ code }), limit: guess },
};

const CALLBACK = /^\/callback\/[a-z0-9][a-z0-9-]{0,62}$/;

/** What may be done at a path below `/api/auth`; undefined for one that does not exist. */
export function identityPath(method: string, path: string): IdentityPath | undefined {
  const name = `${method} ${CALLBACK.test(path) ? '/callback/*' : path}`;
  return Object.hasOwn(IDENTITY_PATHS, name) ? IDENTITY_PATHS[name] : undefined;
}

/** The same limits in the form that the library reads them; paths that have none are not counted. */
export const PATH_LIMITS: Readonly<Record<string, { window: number; max: number } | false>> =
  Object.fromEntries(
    Object.entries(IDENTITY_PATHS).map(([name, { limit }]) => [
      name.slice(name.indexOf(' ') + 1),
      limit === undefined ? false : { ...limit },
    ]),
  );
