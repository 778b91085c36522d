import * as z from 'zod';
import { newId, ToolgateError } from '#platform';
import type { Organisation } from '#store';
import type { Problem } from '../problem.ts';
import { route, type Ask, type Route } from '../route.ts';
import { accountRoutes, SIGNED_OUT } from './account-routes.ts';
import type { Person } from './identity.ts';
import type { PeopleParts } from './people-parts.ts';
import {
  EMAIL,
  NAME,
  organisationAnswer,
  organisationSchema,
  PASSWORD,
  ROLE,
  scopeSchema,
  userSchema,
} from './people-shapes.ts';
import { rightsOf } from './rights.ts';
import { refusedSetup, SETUP_CODE, wantsSetupCode } from './setup-code.ts';

const ORGANISATION_NAME = NAME.describe('Name of the organisation, for people.');

const meSchema = z
  .object({
    user: userSchema,
    memberships: z
      .array(z.object({ organisation: organisationSchema, role: ROLE, isApprover: z.boolean() }))
      .describe('The organisations of this person, oldest first.'),
    organisation: organisationSchema.nullable().describe('The one that this request is about.'),
    rights: z.array(scopeSchema).describe('What this person may do in it.'),
    mayFound: z.boolean().describe('Whether this person may found an organisation.'),
  })
  .meta({ id: 'Me' });

const foundedSchema = z
  .object({ user: userSchema, organisation: organisationSchema })
  .meta({ id: 'SignedUp' });

/** Signing up, and what a person sees of itself. */
export function peopleRoutes(parts: PeopleParts): readonly Route[] {
  return [
    signInOptions(parts),
    signUp(parts),
    me(parts),
    ...accountRoutes(parts),
    found(parts),
    renameOrganisation(parts),
  ];
}

function signInOptions({ identity, ...parts }: PeopleParts): Route {
  return route({
    method: 'GET',
    path: '/sign-in-options',
    id: 'getSignInOptions',
    tag: 'People',
    summary: 'How people come in: whether signing up is open, and with which providers one may sign in.',
    access: { kind: 'public' },
    answer: z
      .object({
        signUp: z.boolean().describe('Whether somebody without an invitation may sign up now.'),
        setupCode: z.boolean().describe('Whether whoever does it must give the setup code of the gateway.'),
        providers: z.array(z.object({ id: z.string(), name: z.string() })),
        mail: z.boolean().describe('Whether links are mailed; else the operator hands them on.'),
      })
      .meta({ id: 'SignInOptions' }),
    run: async () => ({
      answer: {
        signUp: await mayFound(parts),
        setupCode: await wantsSetupCode(parts),
        providers: identity.providers.map(({ id, name }) => ({ id, name })),
        mail: parts.mail !== undefined,
      },
    }),
  });
}

function signUp(parts: PeopleParts): Route {
  return route({
    method: 'POST',
    path: '/sign-up',
    id: 'signUp',
    tag: 'People',
    summary: 'Makes an account and an organisation of its own, and signs in.',
    access: { kind: 'public' },
    status: 201,
    body: z.strictObject({
      name: NAME.describe('Name of the person.'),
      email: EMAIL.describe('Address of the person, with which to sign in.'),
      password: PASSWORD.describe('10 to 200 characters.'),
      organisation: ORGANISATION_NAME,
      setupCode: SETUP_CODE,
    }),
    answer: foundedSchema,
    refusals: [403, 422, 429],
    run: async ({ body, request, at, change }) => {
      const { organisation: name, setupCode, ...account } = body;
      const refused = (await mayFound(parts)) ? await refusedSetup(parts, setupCode) : CLOSED;
      if (refused !== undefined) return { problem: refused };
      const signedUp = await parts.identity.signUp(account, request);
      if ('problem' in signedUp) return signedUp;
      const { user, cookie } = signedUp;
      try {
        const organisation = await foundOrganisation(parts, change, user, name, at);
        if (organisation !== undefined)
          return {
            answer: { user, organisation: organisationAnswer(organisation) },
            headers: { 'set-cookie': cookie },
          };
      } catch (error) {
        await parts.identity.removeUser(user.id);
        throw error;
      }
      await parts.identity.removeUser(user.id);
      return { problem: CLOSED };
    },
  });
}

function me({ identity, organisations, ...parts }: PeopleParts): Route {
  return route({
    method: 'GET',
    path: '/me',
    id: 'getMe',
    tag: 'People',
    summary:
      'Who is signed in, and what that person may do. Once a day it makes the session last a week from now.',
    access: { kind: 'person' },
    answer: meSchema,
    run: async ({ caller, request }) => {
      // every page asks this first, so that a session lasts for as long as its person comes back
      const isDue = caller.session?.isDue !== false;
      const session = isDue ? await identity.prolonged(request.headers) : { user: caller.session.user };
      if (session === undefined) return { problem: SIGNED_OUT };
      const { user, cookie } = session;
      const places = await organisations.ofUser(caller.id);
      const current = places.find(({ organisation }) => organisation.id === caller.organisation);
      return {
        answer: {
          user,
          memberships: places.map(({ organisation, member: { role, isApprover } }) => ({
            organisation: organisationAnswer(organisation),
            role,
            isApprover,
          })),
          organisation: current === undefined ? null : organisationAnswer(current.organisation),
          rights: current === undefined ? [] : [...rightsOf(current.member.role, current.member.isApprover)],
          mayFound: await mayFound({ ...parts, organisations }),
        },
        ...(cookie !== undefined && { headers: { 'set-cookie': cookie } }),
      };
    },
  });
}

function found(parts: PeopleParts): Route {
  return route({
    method: 'POST',
    path: '/organisations',
    id: 'foundOrganisation',
    tag: 'People',
    summary: 'Makes an organisation for somebody who has an account, e.g. with a sign-in provider.',
    access: { kind: 'person' },
    status: 201,
    body: z.strictObject({ name: ORGANISATION_NAME, setupCode: SETUP_CODE }),
    answer: organisationSchema,
    refusals: [403],
    run: async ({ body, caller, at, change }) => {
      const refused = (await mayFound(parts)) ? await refusedSetup(parts, body.setupCode) : CLOSED;
      if (refused !== undefined) return { problem: refused };
      const founder = { id: caller.id, name: caller.label };
      const organisation = await foundOrganisation(parts, change, founder, body.name, at);
      return organisation === undefined ? { problem: CLOSED } : { answer: organisationAnswer(organisation) };
    },
  });
}

function renameOrganisation({ organisations }: PeopleParts): Route {
  return route({
    method: 'PATCH',
    path: '/organisation',
    id: 'renameOrganisation',
    tag: 'People',
    summary: 'Renames the organisation.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    body: z.strictObject({ name: ORGANISATION_NAME }),
    answer: organisationSchema,
    run: async ({ body: { name }, caller: { organisation }, change }) => {
      await change(
        { action: 'organisation.rename', target: `organisation:${organisation}`, detail: { name } },
        () => organisations.rename(organisation, name),
      );
      const renamed = await organisations.find(organisation);
      return renamed === undefined
        ? { problem: { status: 404, code: 'not_found', detail: 'There is no such organisation.' } }
        : { answer: organisationAnswer(renamed) };
    },
  });
}

type Change = Ask<unknown, unknown, unknown>['change'];

async function mayFound({
  signUp,
  organisations,
}: Pick<PeopleParts, 'signUp' | 'organisations'>): Promise<boolean> {
  return signUp === 'open' || (signUp === 'first' && (await organisations.count()) === 0);
}

/**
 * The organisation with its founder as first administrator. The first one gets the id of the installation; of two people who sign up as
 * the first at once, one does, and the other gets undefined, or an id of its own where signing up is open.
 */
async function foundOrganisation(
  { organisations, signUp, installationOrganisation }: PeopleParts,
  change: Change,
  founder: Pick<Person, 'id' | 'name'>,
  name: string,
  at: number,
): Promise<Organisation | undefined> {
  const isFirst = (await organisations.count()) === 0;
  const make = async (id: string): Promise<Organisation> => {
    const organisation = { id, name, createdAt: at };
    const member = { user: founder.id, role: 'admin', isApprover: true, createdAt: at } as const;
    const by = { kind: 'user', id: founder.id, label: founder.name } as const;
    await change(
      { action: 'organisation.create', target: `organisation:${id}`, detail: { name }, organisation: id, by },
      () => organisations.create(organisation, member),
    );
    return organisation;
  };
  if (!isFirst) return signUp === 'open' ? make(newId('org')) : undefined;
  try {
    return await make(installationOrganisation);
  } catch (error) {
    if (!(error instanceof ToolgateError) || error.code !== 'organisation.exists') throw error;
    return signUp === 'open' ? make(newId('org')) : undefined;
  }
}

const CLOSED: Problem = {
  status: 403,
  code: 'people.sign_up_closed',
  detail: 'Signing up is closed.',
  hint: 'Ask an administrator for an invitation.',
};
