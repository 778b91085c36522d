/**
 * The tables of people: accounts, sessions, second factors, throttles. Their columns are those that the library for sign-in asks for,
 * in its spelling; only that library reads or writes them, save for the names and addresses of members. No session token, reset link or
 * state of a login stands in them as it is (docs/decisions/015-better-auth-for-people.md).
 */
const users = (boolean: string, made: string): string =>
  `CREATE TABLE "users" (
    "id" text NOT NULL PRIMARY KEY,
    "name" text NOT NULL,
    "email" text NOT NULL UNIQUE,
    "emailVerified" ${boolean} NOT NULL,
    "image" text,
    "createdAt" ${made} NOT NULL,
    "updatedAt" ${made} NOT NULL,
    "twoFactorEnabled" ${boolean}
  )`;

const sessions = (moment: string, made: string): string =>
  `CREATE TABLE "sessions" (
    "id" text NOT NULL PRIMARY KEY,
    "expiresAt" ${moment} NOT NULL,
    "token" text NOT NULL UNIQUE,
    "createdAt" ${made} NOT NULL,
    "updatedAt" ${moment} NOT NULL,
    "ipAddress" text,
    "userAgent" text,
    "userId" text NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
  )`;

const accounts = (moment: string, made: string): string =>
  `CREATE TABLE "accounts" (
    "id" text NOT NULL PRIMARY KEY,
    "accountId" text NOT NULL,
    "providerId" text NOT NULL,
    "userId" text NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    "accessToken" text,
    "refreshToken" text,
    "idToken" text,
    "accessTokenExpiresAt" ${moment},
    "refreshTokenExpiresAt" ${moment},
    "scope" text,
    "password" text,
    "createdAt" ${made} NOT NULL,
    "updatedAt" ${moment} NOT NULL
  )`;

const verifications = (moment: string, made: string): string =>
  `CREATE TABLE "verifications" (
    "id" text NOT NULL PRIMARY KEY,
    "identifier" text NOT NULL,
    "value" text NOT NULL,
    "expiresAt" ${moment} NOT NULL,
    "createdAt" ${made} NOT NULL,
    "updatedAt" ${made} NOT NULL
  )`;

const twoFactors = (boolean: string, moment: string): string =>
  `CREATE TABLE "two_factors" (
    "id" text NOT NULL PRIMARY KEY,
    "secret" text NOT NULL,
    "backupCodes" text NOT NULL,
    "userId" text NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    "verified" ${boolean},
    "failedVerificationCount" integer,
    "lockedUntil" ${moment}
  )`;

const RATE_LIMITS = `CREATE TABLE "rate_limits" (
    "id" text NOT NULL PRIMARY KEY,
    "key" text NOT NULL UNIQUE,
    "count" integer NOT NULL,
    "lastRequest" bigint NOT NULL
  )`;

/** The last one keeps two sign-ins at once from making two accounts of one person. */
const INDEXES: readonly string[] = [
  'CREATE INDEX "sessions_userId_idx" ON "sessions" ("userId")',
  'CREATE INDEX "accounts_userId_idx" ON "accounts" ("userId")',
  'CREATE INDEX "verifications_identifier_idx" ON "verifications" ("identifier")',
  'CREATE INDEX "two_factors_secret_idx" ON "two_factors" ("secret")',
  'CREATE INDEX "two_factors_userId_idx" ON "two_factors" ("userId")',
  'CREATE UNIQUE INDEX "accounts_provider_idx" ON "accounts" ("providerId", "accountId")',
];

function tables(boolean: string, moment: string, made: string): readonly string[] {
  return [
    users(boolean, made),
    sessions(moment, made),
    accounts(moment, made),
    verifications(moment, made),
    twoFactors(boolean, moment),
    RATE_LIMITS,
    ...INDEXES,
  ];
}

/** The statements that make them, in order, one a string. */
export const IDENTITY_TABLES: { readonly sqlite: readonly string[]; readonly postgres: readonly string[] } = {
  sqlite: tables('integer', 'date', 'date'),
  postgres: tables('boolean', 'timestamptz', 'timestamptz DEFAULT CURRENT_TIMESTAMP'),
};
