import * as z from 'zod';
import { newId } from '#platform';
import type { Invitation, Organisation } from '#store';
import type { Caller } from '../caller.ts';
import { PAGE_QUERY, pageOf, pageSchema } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Ask, type Route } from '../route.ts';
import { TOO_MUCH } from './member-routes.ts';
import type { PeopleParts } from './people-parts.ts';
import {
  EMAIL,
  invitationAnswer,
  invitationSchema,
  isoTime,
  NAME,
  organisationAnswer,
  organisationSchema,
  PASSWORD,
  ROLE,
} from './people-shapes.ts';
import { mayGive } from './rights.ts';
import { hashToken, isToken, newToken } from './tokens.ts';

const LIFE_MS = 7 * 86_400_000;
const TOKEN = z.string().min(1).max(100).describe('What stands behind the # of the link.');

/** Invitations to an organisation: a link for one person, good once, for a week. */
export function invitationRoutes(parts: PeopleParts): readonly Route[] {
  return [list(parts), invite(parts), revoke(parts), open(parts), accept(parts)];
}

function list({ organisations }: PeopleParts): Route {
  return route({
    method: 'GET',
    path: '/invitations',
    id: 'listInvitations',
    tag: 'Invitations',
    summary: 'All invitations of the organisation, newest first.',
    access: { kind: 'member', role: 'admin', scope: 'members:read' },
    query: z.object(PAGE_QUERY),
    answer: pageSchema(invitationSchema, 'InvitationList'),
    run: async ({ query, caller, at }) => {
      const all = await organisations.invitations(caller.organisation);
      const page = pageOf(all, query, ({ createdAt, id }) => [createdAt, id], 'newest');
      return { answer: { ...page, items: page.items.map((one) => invitationAnswer(one, at)) } };
    },
  });
}

function invite({ organisations, mail, origin }: PeopleParts): Route {
  return route({
    method: 'POST',
    path: '/invitations',
    id: 'invite',
    tag: 'Invitations',
    summary: 'Invites a person. The link is mailed; without a mail server it is in the answer, this once.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    status: 201,
    body: z.strictObject({
      email: EMAIL.describe('Whom to invite.'),
      role: ROLE.default('viewer').describe('Role that the person will have.'),
      isApprover: z.boolean().default(false).describe('Whether the person may decide held calls.'),
    }),
    answer: z
      .object({
        invitation: invitationSchema,
        mailed: z.boolean(),
        link: z.string().optional().describe('For that person only; shown when it could not be mailed.'),
      })
      .meta({ id: 'NewInvitation' }),
    refusals: [403, 409],
    run: async ({ body: { email, role, isApprover }, caller, at, change }) => {
      const { organisation, kind, id: by } = caller;
      if (!mayGive(caller, role, isApprover)) return { problem: TOO_MUCH };
      const members = await organisations.members(organisation);
      if (members.some((member) => member.email === email)) return { problem: IS_MEMBER };
      const token = newToken('invitation');
      const invitation: Invitation = {
        id: newId('inv', at),
        email,
        role,
        isApprover,
        invitedBy: `${kind}:${by}`,
        createdAt: at,
        expiresAt: at + LIFE_MS,
        acceptedAt: undefined,
        revokedAt: undefined,
      };
      const draft = {
        action: 'invitation.create',
        target: `invitation:${invitation.id}`,
        detail: { email, role, isApprover },
      };
      await change(draft, () => organisations.invite(organisation, invitation, hashToken(token)));
      const link = `${origin}/app/invitation#${token}`;
      const place = (await organisations.find(organisation))?.name ?? organisation;
      const mailed = mail !== undefined && (await sent(mail, email, place, caller.label, link));
      return { answer: { invitation: invitationAnswer(invitation, at), mailed, ...(!mailed && { link }) } };
    },
  });
}

function revoke({ organisations }: PeopleParts): Route {
  return route({
    method: 'DELETE',
    path: '/invitations/{id}',
    id: 'revokeInvitation',
    tag: 'Invitations',
    summary: 'Takes back an invitation that nobody accepted yet.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    status: 204,
    refusals: [404],
    run: async ({ path: { id = '' }, caller: { organisation }, at, change }) => {
      const revoked = await change(
        (done: boolean) => (done ? { action: 'invitation.revoke', target: `invitation:${id}` } : undefined),
        () => organisations.revokeInvitation(organisation, id, at),
      );
      return revoked ? { answer: undefined } : notFound('open invitation');
    },
  });
}

function open({ organisations }: PeopleParts): Route {
  return route({
    method: 'POST',
    path: '/invitations/open',
    id: 'openInvitation',
    tag: 'Invitations',
    summary: 'What an invitation is for. The token is in the body, so that it stands in no log of addresses.',
    access: { kind: 'public' },
    body: z.strictObject({ token: TOKEN }),
    answer: z
      .object({
        organisation: z.string().describe('Name of the organisation.'),
        email: z.string().describe('Whom it is for.'),
        role: ROLE,
        isApprover: z.boolean(),
        expiresAt: z.iso.datetime(),
      })
      .meta({ id: 'OpenInvitation' }),
    refusals: [404],
    run: async ({ body: { token }, at }) => {
      const found = await behind(organisations, token, at);
      if (found === undefined) return notFound('open invitation');
      const { email, role, isApprover, expiresAt } = found.invitation;
      return {
        answer: {
          organisation: found.organisation.name,
          email,
          role,
          isApprover,
          expiresAt: isoTime(expiresAt),
        },
      };
    },
  });
}

function accept(parts: PeopleParts): Route {
  const { organisations, identity } = parts;
  return route({
    method: 'POST',
    path: '/invitations/accept',
    id: 'acceptInvitation',
    tag: 'Invitations',
    summary:
      'Enters the organisation: as the person who is signed in, or with a new account for the address that was invited.',
    access: { kind: 'public' },
    status: 201,
    body: z
      .strictObject({
        token: TOKEN,
        name: NAME.optional().describe('Name of the person, for a new account.'),
        password: PASSWORD.optional().describe('10 to 200 characters, for a new account.'),
      })
      .refine(
        ({ name, password }) => (name === undefined) === (password === undefined),
        'give both name and password, for a new account, or neither',
      ),
    answer: z.object({ organisation: organisationSchema, role: ROLE }).meta({ id: 'Accepted' }),
    refusals: [401, 403, 404, 409, 422, 429],
    run: async ({ body: { token, name, password }, caller, request, at, change }) => {
      const found = await behind(organisations, token, at);
      if (found === undefined) return notFound('open invitation');
      const { organisation, invitation } = found;
      const answer = { organisation: organisationAnswer(organisation), role: invitation.role };
      if (name === undefined || password === undefined) {
        const problem = await enterAsPerson(parts, change, caller, request, found, at);
        return problem === undefined ? { answer } : { problem };
      }
      const signedUp = await identity.signUp({ name, password, email: invitation.email }, request);
      if ('problem' in signedUp) return signedUp;
      const { user, cookie } = signedUp;
      try {
        if (await enter(parts, change, found, user, at)) return { answer, headers: { 'set-cookie': cookie } };
      } catch (error) {
        await identity.removeUser(user.id);
        throw error;
      }
      await identity.removeUser(user.id);
      return notFound('open invitation');
    },
  });
}

type Change = Ask<unknown, unknown, unknown>['change'];

interface Found {
  readonly organisation: Organisation;
  readonly invitation: Invitation;
}

async function behind(
  organisations: PeopleParts['organisations'],
  token: string,
  at: number,
): Promise<Found | undefined> {
  return isToken('invitation', token) ? organisations.invitationBehind(hashToken(token), at) : undefined;
}

async function enterAsPerson(
  parts: PeopleParts,
  change: Change,
  caller: Caller | undefined,
  request: Request,
  found: Found,
  at: number,
): Promise<Problem | undefined> {
  const session = caller?.kind === 'user' ? await parts.identity.session(request.headers) : undefined;
  if (session === undefined) return SIGN_IN_FIRST;
  // The administrator agreed to one person: a link that went astray brings nobody else in.
  if (session.user.email.toLowerCase() !== found.invitation.email) return FOR_ANOTHER;
  return (await enter(parts, change, found, session.user, at))
    ? undefined
    : notFound('open invitation').problem;
}

/** Makes the member, if the invitation is still open. */
async function enter(
  { organisations }: PeopleParts,
  change: Change,
  { organisation, invitation }: Found,
  person: { readonly id: string; readonly name: string },
  at: number,
): Promise<boolean> {
  const { id, role, isApprover } = invitation;
  const draft = {
    action: 'invitation.accept',
    target: `invitation:${id}`,
    detail: { role, isApprover },
    organisation: organisation.id,
    by: { kind: 'user', id: person.id, label: person.name },
  } as const;
  return change(
    (entered: boolean) => (entered ? draft : undefined),
    () => organisations.acceptInvitation(id, { user: person.id, role, isApprover, createdAt: at }, at),
  );
}

/** Whether the link was mailed. An invitation whose mail fails is still good: the link is then handed on by whoever invited. */
async function sent(
  mail: NonNullable<PeopleParts['mail']>,
  to: string,
  organisation: string,
  by: string,
  link: string,
): Promise<boolean> {
  const text = [
    `${by} invites you to the organisation "${organisation}" on Toolgate. The link is for you alone, good once, for a week:`,
    link,
  ].join('\n\n');
  return mail.send({ to, subject: `Invitation to ${organisation} on Toolgate`, text }).then(
    () => true,
    () => false,
  );
}

const IS_MEMBER: Problem = {
  status: 409,
  code: 'member.exists',
  detail: 'This person is a member already.',
};

const SIGN_IN_FIRST: Problem = {
  status: 401,
  code: 'people.signed_out',
  detail: 'Sign in first, or give a name and a password for a new account.',
};

const FOR_ANOTHER: Problem = {
  status: 403,
  code: 'people.for_another',
  detail: 'The invitation is for another e-mail address than yours.',
  hint: 'Sign in with the account of that address, or ask for an invitation to yours.',
};
