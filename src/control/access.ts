import type { Role } from '#store';
import type { Caller } from './caller.ts';
import type { Problem } from './problem.ts';
import type { Access } from './route.ts';

const RANK: Readonly<Record<Role, number>> = { viewer: 0, policy_manager: 1, admin: 2 };
const ROLE_IN_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'viewer',
  policy_manager: 'policy manager',
  admin: 'admin',
};

/** Why a caller may not use a route; undefined when it may. */
export function refusedAccess(access: Access, caller: Caller | undefined): Problem | undefined {
  if (access.kind === 'public') return undefined;
  if (caller === undefined) return UNAUTHENTICATED;
  if (access.kind === 'person') return caller.kind === 'user' ? undefined : PERSONS_ONLY;
  if (caller.organisation === undefined) return NO_ORGANISATION;
  if (caller.kind === 'key') {
    return caller.scopes?.includes(access.scope) === true ? undefined : lacksScope(access.scope);
  }
  const refused = refusedRole(caller, access.role);
  if (refused !== undefined) return refused;
  return access.approver === true && !caller.isApprover ? NO_APPROVER : undefined;
}

/** Why a person may not do what this role may; undefined for a person who may, and for a key, which has scopes instead. */
export function refusedRole(caller: Caller, role: Role): Problem | undefined {
  if (caller.kind === 'key') return undefined;
  if (caller.role !== undefined && RANK[caller.role] >= RANK[role]) return undefined;
  return {
    status: 403,
    code: 'forbidden.role',
    detail: 'Your role in this organisation does not allow this.',
    hint: `This needs the role of ${ROLE_IN_WORDS[role]}; an admin can give it to you.`,
  };
}

function lacksScope(scope: string): Problem {
  return {
    status: 403,
    code: 'forbidden.scope',
    detail: 'This key may not do this.',
    hint: `This needs a key with the scope ${scope}.`,
  };
}

const UNAUTHENTICATED: Problem = {
  status: 401,
  code: 'unauthenticated',
  detail: 'This needs somebody who is signed in, or a key.',
  hint: 'Sign in, or send Authorization: Bearer with a key of your organisation.',
};
const PERSONS_ONLY: Problem = {
  status: 403,
  code: 'forbidden.person',
  detail: 'Only a person can do this; a key cannot.',
  hint: 'Sign in to the dashboard.',
};
const NO_ORGANISATION: Problem = {
  status: 403,
  code: 'forbidden.organisation',
  detail: 'You belong to no organisation.',
  hint: 'Accept an invitation, or ask an admin for one.',
};
const NO_APPROVER: Problem = {
  status: 403,
  code: 'forbidden.approver',
  detail: 'You may not decide calls that wait for a person.',
  hint: 'This needs the right to approve; an admin can give it to you.',
};
