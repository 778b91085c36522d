import * as z from 'zod';
import type { Role } from '#store';
import { PAGE_QUERY, pageOf, pageSchema } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import type { PeopleParts } from './people-parts.ts';
import { memberAnswer, memberSchema, ROLE } from './people-shapes.ts';
import { mayGive } from './rights.ts';

/** The members of an organisation. */
export function memberRoutes({ organisations }: PeopleParts): readonly Route[] {
  return [list(organisations), change(organisations), remove(organisations)];
}

function list(organisations: PeopleParts['organisations']): Route {
  return route({
    method: 'GET',
    path: '/members',
    id: 'listMembers',
    tag: 'Members',
    summary: 'The members of the organisation, oldest first.',
    access: { kind: 'member', role: 'viewer', scope: 'members:read' },
    query: z.object(PAGE_QUERY),
    answer: pageSchema(memberSchema, 'MemberList'),
    run: async ({ query, caller: { organisation } }) => {
      const page = pageOf(await organisations.members(organisation), query, ({ createdAt, user }) => [
        createdAt,
        user,
      ]);
      return { answer: { ...page, items: page.items.map(memberAnswer) } };
    },
  });
}

function change(organisations: PeopleParts['organisations']): Route {
  return route({
    method: 'PATCH',
    path: '/members/{user}',
    id: 'changeMember',
    tag: 'Members',
    summary: 'Changes the role of a member, or the right to decide held calls.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    body: z
      .strictObject({
        role: ROLE.optional().describe('The new role.'),
        isApprover: z.boolean().optional().describe('Whether the member may decide held calls.'),
      })
      .refine(({ role, isApprover }) => role !== undefined || isApprover !== undefined, 'change something'),
    answer: memberSchema,
    refusals: [403, 404, 409],
    run: async ({ path: { user = '' }, body, caller, change }) => {
      const { organisation } = caller;
      const before = await organisations.member(organisation, user);
      if (before === undefined) return notFound('member');
      const { role = before.role, isApprover = before.isApprover } = body;
      if (!mayGive(caller, role, isApprover)) return { problem: TOO_MUCH };
      const draft = {
        action: 'member.change',
        target: `user:${user}`,
        detail: { ...changed(before, role, isApprover), name: before.name },
      };
      await change(draft, () => organisations.changeMember(organisation, user, { role, isApprover }));
      const after = await organisations.member(organisation, user);
      return after === undefined ? notFound('member') : { answer: memberAnswer(after) };
    },
  });
}

function remove(organisations: PeopleParts['organisations']): Route {
  return route({
    method: 'DELETE',
    path: '/members/{user}',
    id: 'removeMember',
    tag: 'Members',
    summary: 'Ends a membership at once. Grants and keys that the person made go on until they are revoked.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    status: 204,
    refusals: [404, 409],
    run: async ({ path: { user = '' }, caller: { organisation }, change }) => {
      const before = await organisations.member(organisation, user);
      if (before === undefined) return notFound('member');
      const { name, email, role } = before;
      await change({ action: 'member.remove', target: `user:${user}`, detail: { name, email, role } }, () =>
        organisations.removeMember(organisation, user),
      );
      return { answer: undefined };
    },
  });
}

function changed(
  before: { readonly role: Role; readonly isApprover: boolean },
  role: Role,
  isApprover: boolean,
): Record<string, unknown> {
  return {
    ...(role !== before.role && { role: { from: before.role, to: role } }),
    ...(isApprover !== before.isApprover && { isApprover }),
  };
}

/** What a key answers when it is asked to give more than it has. */
export const TOO_MUCH: Problem = {
  status: 403,
  code: 'people.more_than_own',
  detail: 'A key cannot give rights that it does not have itself.',
};
