import { z } from 'zod';
import type { OAuthConfiguration } from '#platform';

const record = z.object({
  /** The client that the tokens were given to; the secret of a client that the configuration names is not kept. */
  client: z.object({
    id: z.string(),
    secret: z.string().optional(),
    authMethod: z.string().optional(),
    source: z.enum(['configured', 'metadata_url', 'registered']),
    redirectUri: z.string(),
  }),
  /** What is needed of the authorization server to renew and to revoke; absent metadata means the addresses of 2025-03-26. */
  server: z.object({
    url: z.string(),
    issuer: z.string(),
    metadata: z
      .object({
        token_endpoint: z.string(),
        authorization_endpoint: z.string(),
        revocation_endpoint: z.string().optional(),
        token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
      })
      .optional(),
  }),
  /** Resource indicator (RFC 8707), as the server published it. */
  resource: z.string().optional(),
  requestedScope: z.string().optional(),
  /** Absent when the authorization server ended what it had given. */
  tokens: z
    .object({
      access: z.string(),
      refresh: z.string().optional(),
      expiresAt: z.number().optional(),
      /** When it was given, for the moment of renewing it. */
      givenAt: z.number(),
      scope: z.string().optional(),
    })
    .optional(),
  /** The authorization server ended the access: no renewal, a person must consent again. */
  ended: z.literal(true).optional(),
  /** What the server asked for besides, to be asked for at the next login. */
  wantedScope: z.string().optional(),
  /** How many logins in a row were made to get more rights. */
  stepUps: z.number(),
});

/** Everything that is kept of one login, encrypted. */
export type CredentialRecord = z.infer<typeof record>;

/** Reads a record as `JSON.stringify` wrote it. Throws for anything else. */
export function parseRecord(text: string): CredentialRecord {
  return record.parse(JSON.parse(text));
}

/** Whether a record belongs to these settings, and not to another client or authorization server that was configured before. */
export function isOfSettings({ client, server }: CredentialRecord, settings: OAuthConfiguration): boolean {
  const { clientId, issuer } = settings;
  if (clientId === undefined ? client.source === 'configured' : clientId !== client.id) return false;
  return issuer === undefined || issuer.replace(/\/$/, '') === server.issuer.replace(/\/$/, '');
}
