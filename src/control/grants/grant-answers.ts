import * as z from 'zod';
import type { StoredGrant } from '#store';
import { pageSchema } from '../paging.ts';

const Time = z.iso.datetime();

const grantMembers = {
  id: z.string(),
  label: z.string(),
  server: z.string(),
  policy: z.string().optional().describe('Without one every call is denied.'),
  state: z.enum(['live', 'expired', 'revoked']),
  createdAt: Time,
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
    state: stateOf(grant, now),
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    ...(revokedAt !== undefined && { revokedAt: new Date(revokedAt).toISOString() }),
    ...(lastUsedAt !== undefined && { lastUsedAt: new Date(lastUsedAt).toISOString() }),
    ...(addresses !== undefined && { addresses: [...addresses] }),
    ...(overlap !== undefined && { previousTokenUntil: new Date(overlap).toISOString() }),
  };
}
