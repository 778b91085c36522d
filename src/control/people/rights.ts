import type { Role } from '#store';
import type { Caller } from '../caller.ts';
import { SCOPES, type Scope } from '../route.ts';

const ROLES: readonly Role[] = ['viewer', 'policy_manager', 'admin'];

/** The least role that has a right. Deciding held calls is not among the roles: it is given beside them. */
const LEAST_ROLE: Readonly<Record<Exclude<Scope, 'approvals:decide'>, Role>> = {
  'servers:read': 'viewer',
  'servers:write': 'admin',
  'policies:read': 'viewer',
  'policies:write': 'policy_manager',
  'grants:read': 'viewer',
  'grants:write': 'admin',
  'approvals:read': 'viewer',
  'logs:read': 'viewer',
  'members:read': 'viewer',
  'members:write': 'admin',
  'webhooks:read': 'admin',
  'webhooks:write': 'admin',
  'audit:read': 'admin',
};

/** What a member with this role may do. */
export function rightsOf(role: Role, isApprover: boolean): readonly Scope[] {
  return SCOPES.filter((scope) =>
    scope === 'approvals:decide' ? isApprover : ROLES.indexOf(role) >= ROLES.indexOf(LEAST_ROLE[scope]),
  );
}

/** What a caller may do in the organisation that is asked about. */
export function rightsOfCaller({ role, isApprover, scopes }: Caller): readonly Scope[] {
  return scopes ?? (role === undefined ? [] : rightsOf(role, isApprover));
}

/**
 * Whether a caller may give somebody this place. An administrator may; a key only what it may do itself, so that nobody gets more
 * through a key than it was made for.
 */
export function mayGive(caller: Caller, role: Role, isApprover: boolean): boolean {
  if (caller.scopes === undefined) return caller.role === 'admin';
  const has = new Set(caller.scopes);
  return rightsOf(role, isApprover).every((right) => has.has(right));
}
