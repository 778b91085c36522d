import * as z from 'zod';
import type { StoredGrant } from '#store';
import { pageSchema } from '../paging.ts';

const Time = z.iso.datetime();

/** A grant that the configuration file declares: it is read here, and changed there. */
export interface DeclaredGrant {
  readonly id: string;
  readonly label: string;
  readonly server: string;
  readonly policy: string | undefined;
  readonly expiresAt: number | undefined;
  /** Name of the file, for whoever wants to change it. */
  readonly file: string;
}

const grantMembers = {
  id: z.string(),
  label: z.string(),
  server: z.string(),
  policy: z.string().optional().describe('Without one every call is denied.'),
  managed: z.boolean().describe('False for a grant of the configuration file, which is only read here.'),
  state: z.enum(['live', 'expired', 'revoked']),
  createdAt: Time.optional().describe('Absent for a grant of the configuration file.'),
  expiresAt: Time.optional(),
  revokedAt: Time.optional(),
  lastUsedAt: Time.optional().describe('To the minute.'),
  addresses: z
    .array(z.string())
    .optional()
    .describe('Ranges of addresses that may use it; everybody when absent.'),
  previousTokenUntil: Time.optional().describe('Until when the token before the last rotation is taken too.'),
};

export const GrantAnswer = z.object(grantMembers).meta({ id: 'Grant' });
export type GrantAnswer = z.input<typeof GrantAnswer>;
export const GrantList = pageSchema(GrantAnswer, 'GrantList');
export const GrantWithToken = z
  .object({
    ...grantMembers,
    token: z.string().describe('What the agent sends. It is kept nowhere and cannot be shown again.'),
  })
  .meta({ id: 'GrantWithToken' });

/** Whether a grant can be used at a moment. */
export function stateOf(
  { revokedAt, expiresAt }: Pick<StoredGrant, 'revokedAt' | 'expiresAt'>,
  now: number,
): GrantAnswer['state'] {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'live';
}

/** What is shown of a grant: never a token's hash. */
export function grantAnswer(grant: StoredGrant, now: number): GrantAnswer {
  const { id, label, server, policy, createdAt, expiresAt, revokedAt, lastUsedAt, addresses, previous } =
    grant;
  const overlap = previous !== undefined && previous.until > now ? previous.until : undefined;
  return {
    id,
    label,
    server,
    ...(policy !== undefined && { policy }),
    managed: true,
    state: stateOf(grant, now),
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    ...(revokedAt !== undefined && { revokedAt: new Date(revokedAt).toISOString() }),
    ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
    ...(addresses !== undefined && { addresses: [...addresses] }),
    ...(overlap !== undefined && { previousTokenUntil: new Date(overlap).toISOString() }),
  };
}

/** What is shown of a grant of the configuration file. */
export function declaredGrant(
  { id, label, server, policy, expiresAt }: DeclaredGrant,
  now: number,
): GrantAnswer {
  return {
    id,
    label,
    server,
    ...(policy !== undefined && { policy }),
    managed: false,
    state: stateOf({ expiresAt, revokedAt: undefined }, now),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  };
}
