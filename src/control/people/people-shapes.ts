import * as z from 'zod';
import type { Invitation, MemberEntry, Organisation } from '#store';
import { SCOPES } from '../route.ts';

export const NAME = z.string().trim().min(1).max(100);
export const EMAIL = z.email().max(254).toLowerCase();
/** The rules say in words what a password must be; this only bounds what is read. */
export const PASSWORD = z.string().min(1).max(1000);
export const ROLE = z.enum(['viewer', 'policy_manager', 'admin']);

export const organisationSchema = z
  .object({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'Organisation' });

export const userSchema = z
  .object({ id: z.string(), name: z.string(), email: z.string(), twoFactorEnabled: z.boolean() })
  .meta({ id: 'User' });

export const scopeSchema = z.enum(SCOPES).meta({ id: 'Scope' });

export const memberSchema = z
  .object({
    user: z.string().describe('Id of the person.'),
    name: z.string(),
    email: z.string(),
    role: ROLE,
    isApprover: z.boolean().describe('Whether the person may decide held calls.'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Member' });

export const invitationSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    role: ROLE,
    isApprover: z.boolean(),
    invitedBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    status: z.enum(['open', 'accepted', 'revoked', 'expired']),
  })
  .meta({ id: 'Invitation' });

export function organisationAnswer({
  id,
  name,
  createdAt,
}: Organisation): z.input<typeof organisationSchema> {
  return { id, name, createdAt: isoTime(createdAt) };
}

export function memberAnswer(member: MemberEntry): z.input<typeof memberSchema> {
  const { user, name, email, role, isApprover, createdAt } = member;
  return { user, name, email, role, isApprover, createdAt: isoTime(createdAt) };
}

export function invitationAnswer(invitation: Invitation, now: number): z.input<typeof invitationSchema> {
  const { id, email, role, isApprover, invitedBy, createdAt, expiresAt } = invitation;
  return {
    id,
    email,
    role,
    isApprover,
    invitedBy,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    status: statusOf(invitation, now),
  };
}

function statusOf(
  { acceptedAt, revokedAt, expiresAt }: Invitation,
  now: number,
): z.input<typeof invitationSchema>['status'] {
  if (acceptedAt !== undefined) return 'accepted';
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt <= now ? 'expired' : 'open';
}

/** A moment as the API writes it. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
