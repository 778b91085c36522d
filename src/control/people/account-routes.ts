import * as z from 'zod';
import { PAGE_QUERY, pageOf, pageSchema } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';
import type { OpenSession } from './own-account.ts';
import type { PeopleParts } from './people-parts.ts';
import { isoTime } from './people-shapes.ts';

const TAG = 'People';
const PERSON = { kind: 'person' } as const;
/** What belongs to a person alone is in the audit log of no organisation. */
const NO_LINE = (): undefined => undefined;

const sessionSchema = z
  .object({
    id: z.string().describe('Names the session; opens nothing.'),
    isCurrent: z.boolean().describe('Whether this request came with it.'),
    createdAt: z.iso.datetime().describe('When the person signed in.'),
    lastSeenAt: z.iso.datetime().describe('To within five minutes.'),
    expiresAt: z.iso.datetime().describe('When it ends unless a page renews it.'),
    address: z.string().optional().describe('Where the sign-in came from, where that is known.'),
    agent: z.string().optional().describe('What the browser or program said that it is.'),
  })
  .meta({ id: 'Session' });

const signInsSchema = z
  .object({
    password: z.boolean().describe('Whether this person can sign in with a password.'),
    providers: z
      .array(
        z.object({
          id: z.string(),
          provider: z.string().describe('Id of the provider, as in the configuration.'),
          name: z.string(),
          isOffered: z.boolean().describe('False when the operator has taken the provider away.'),
          linkedAt: z.iso.datetime(),
        }),
      )
      .describe('Accounts at sign-in providers that open this one, oldest first.'),
  })
  .meta({ id: 'SignIns' });

/** How a person can come in and where it is signed in: to see, and to end. */
export function accountRoutes({ identity }: Pick<PeopleParts, 'identity'>): readonly Route[] {
  return [
    listSessions(identity),
    endSession(identity),
    endOtherSessions(identity),
    listSignIns(identity),
    unlink(identity),
  ];
}

type Accounts = PeopleParts['identity'];

function listSessions(identity: Accounts): Route {
  return route({
    method: 'GET',
    path: '/me/sessions',
    id: 'listMySessions',
    tag: TAG,
    summary: 'Where the person is signed in, the newest sign-in first.',
    access: PERSON,
    query: z.strictObject(PAGE_QUERY),
    answer: pageSchema(sessionSchema, 'SessionList'),
    run: async ({ query, caller, request }) => {
      const current = (await identity.session(request.headers))?.sessionId;
      const sessions = await identity.own.sessions(caller.id);
      const { items, ...rest } = pageOf(sessions, query, ({ createdAt, id }) => [createdAt, id], 'newest');
      return { answer: { items: items.map((session) => sessionAnswer(session, current)), ...rest } };
    },
  });
}

function endSession(identity: Accounts): Route {
  return route({
    method: 'DELETE',
    path: '/me/sessions/{session}',
    id: 'endMySession',
    tag: TAG,
    summary: 'Signs the person out in one place.',
    access: PERSON,
    refusals: [404],
    run: async ({ path, caller, change }) => {
      const isEnded = await change(NO_LINE, () => identity.own.endSession(caller.id, path['session'] ?? ''));
      return isEnded ? { answer: undefined } : notFound('session');
    },
  });
}

function endOtherSessions(identity: Accounts): Route {
  return route({
    method: 'POST',
    path: '/me/sessions/end-others',
    id: 'endMyOtherSessions',
    tag: TAG,
    summary: 'Signs the person out everywhere but here.',
    access: PERSON,
    answer: z
      .object({ ended: z.int().describe('How many sessions were ended.') })
      .meta({ id: 'EndedSessions' }),
    run: async ({ caller, request, change }) => {
      const session = await identity.session(request.headers);
      if (session === undefined) return { problem: SIGNED_OUT };
      const ended = await change(NO_LINE, () => identity.own.endOtherSessions(caller.id, session.sessionId));
      return { answer: { ended } };
    },
  });
}

function listSignIns(identity: Accounts): Route {
  return route({
    method: 'GET',
    path: '/me/sign-ins',
    id: 'listMySignIns',
    tag: TAG,
    summary: 'How the person can sign in.',
    access: PERSON,
    answer: signInsSchema,
    run: async ({ caller }) => {
      const { hasPassword, providers } = await identity.own.signIns(caller.id);
      return {
        answer: {
          password: hasPassword,
          providers: providers.map(({ id, provider, linkedAt }) => {
            const offered = identity.providers.find((one) => one.id === provider);
            return {
              id,
              provider,
              name: offered?.name ?? provider,
              isOffered: offered !== undefined,
              linkedAt: isoTime(linkedAt),
            };
          }),
        },
      };
    },
  });
}

function unlink(identity: Accounts): Route {
  return route({
    method: 'DELETE',
    path: '/me/sign-ins/{signIn}',
    id: 'unlinkMySignIn',
    tag: TAG,
    summary: 'Takes a sign-in provider away from the person; never the last way in.',
    access: PERSON,
    refusals: [404, 409],
    run: async ({ path, caller, change }) => {
      const done = await change(NO_LINE, () => identity.own.unlink(caller.id, path['signIn'] ?? ''));
      if (done === 'unknown') return notFound('sign-in');
      return done === 'last' ? { problem: LAST_WAY_IN } : { answer: undefined };
    },
  });
}

function sessionAnswer(
  { id, createdAt, lastSeenAt, expiresAt, address, agent }: OpenSession,
  current: string | undefined,
): z.input<typeof sessionSchema> {
  return {
    id,
    isCurrent: id === current,
    createdAt: isoTime(createdAt),
    lastSeenAt: isoTime(lastSeenAt),
    expiresAt: isoTime(expiresAt),
    ...(address !== undefined && { address }),
    ...(agent !== undefined && { agent }),
  };
}

/** For a session that ended while it was asked with. */
export const SIGNED_OUT: Problem = { status: 401, code: 'people.signed_out', detail: 'Nobody is signed in.' };

const LAST_WAY_IN: Problem = {
  status: 409,
  code: 'people.last_sign_in',
  detail: 'This is your only way in.',
  hint: 'Choose a password, or join another provider, before you take this one away.',
};
