import * as z from 'zod';
import { systemClock, type Clock } from '#platform';
import type { ApiKeyStore, OrganisationStore } from '#store';
import type { Caller } from '../caller.ts';
import type { Problem } from '../problem.ts';
import { SCOPES, type Access, type Scope } from '../route.ts';
import type { Identity, Session } from './identity.ts';
import { hashToken, isToken } from './tokens.ts';

/** Names the organisation that a person asks about, where there are several. */
export const ORGANISATION_HEADER = 'toolgate-organisation';

/** The same for files, which are fetched by links: those send no header. Routes without it refuse it as they do all that is unknown. */
export const ORGANISATION_QUERY = {
  organisation: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Id of the organisation, where a link cannot send `Toolgate-Organisation`. The header counts, where both are sent.',
    ),
};

const TOUCH_EVERY_MS = 60_000;
const BEARER = /^Bearer +(\S+)$/i;

export interface CallersParts {
  readonly identity: Pick<Identity, 'session'>;
  readonly organisations: Pick<OrganisationStore, 'ofUser'>;
  readonly apiKeys: Pick<ApiKeyStore, 'behind' | 'touch'>;
  readonly clock?: Clock;
}

type Refused = { readonly problem: Problem };

interface Found {
  readonly session: Session;
  readonly places: Awaited<ReturnType<OrganisationStore['ofUser']>>;
}

/**
 * Who sent a request: undefined for nobody, a problem for a credential or an organisation that does not hold. On a route for `member`s
 * the organisation must be certain; elsewhere it may be open.
 */
export type CallerOf = (request: Request, access: Access['kind']) => Promise<Caller | Refused | undefined>;

/** Finds callers by key (`Authorization: Bearer tgk_…`) or session cookie; where both are sent, the key counts. */
export function createCallers({
  identity,
  organisations,
  apiKeys,
  clock = systemClock,
}: CallersParts): CallerOf {
  const ofKey = async (authorization: string): Promise<Caller | Refused> => {
    const [, token = ''] = BEARER.exec(authorization) ?? [];
    const found = isToken('key', token) ? await apiKeys.behind(hashToken(token)) : undefined;
    const now = clock.now();
    if (found === undefined || found.key.revokedAt !== undefined || isPast(found.key.expiresAt, now))
      return { problem: BAD_KEY };
    const { organisation, key } = found;
    if (now - (key.lastUsedAt ?? 0) >= TOUCH_EVERY_MS) await apiKeys.touch(key.id, now);
    return {
      kind: 'key',
      id: key.id,
      label: key.label,
      organisation,
      role: undefined,
      isApprover: false,
      scopes: key.scopes.filter(isScope),
    };
  };

  const find = async (headers: Headers): Promise<Found | undefined> => {
    const session = await identity.session(headers);
    return session && { session, places: await organisations.ofUser(session.user.id) };
  };

  // a page asks several things at once: they share one look-up, while that is under way
  const underWay = new Map<string, Promise<Found | undefined>>();
  const findTogether = async ({ method, headers }: Request): Promise<Found | undefined> => {
    const cookie = headers.get('cookie');
    if (method !== 'GET' || cookie === null) return find(headers);
    const other = underWay.get(cookie);
    if (other !== undefined) return other;
    const found = find(headers).finally(() => underWay.delete(cookie));
    underWay.set(cookie, found);
    return found;
  };

  const ofSession = async (
    request: Request,
    access: Access['kind'],
  ): Promise<Caller | Refused | undefined> => {
    const found = await findTogether(request);
    if (found === undefined) return undefined;
    const { session, places } = found;
    const { id, name } = session.user;
    const named = request.headers.get(ORGANISATION_HEADER) ?? namedInLink(request, access);
    const choices = named === null ? places : places.filter(({ organisation }) => organisation.id === named);
    const place = choices.length === 1 ? choices[0] : undefined;
    if (place === undefined && named !== null) return { problem: NO_ORGANISATION };
    if (place === undefined && access === 'member')
      return { problem: unclear(places.map(({ organisation }) => organisation)) };
    return {
      kind: 'user',
      id,
      label: name,
      scopes: undefined,
      organisation: place?.organisation.id,
      role: place?.member.role,
      isApprover: place?.member.isApprover ?? false,
      session,
    };
  };

  return async (request, access) => {
    const authorization = request.headers.get('authorization');
    return authorization === null ? ofSession(request, access) : ofKey(authorization);
  };
}

function namedInLink({ method, url }: Request, access: Access['kind']): string | null {
  return method === 'GET' && access === 'member' ? new URL(url).searchParams.get('organisation') : null;
}

function isPast(moment: number | undefined, now: number): boolean {
  return moment !== undefined && moment <= now;
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

const BAD_KEY: Problem = {
  status: 401,
  code: 'people.key',
  detail: 'The API key is not valid: unknown, revoked or expired.',
};

/** The same for one that does not exist and one that the person has no place in. */
const NO_ORGANISATION: Problem = {
  status: 404,
  code: 'not_found',
  detail: 'There is no such organisation.',
};

function unclear(organisations: readonly { readonly id: string; readonly name: string }[]): Problem {
  if (organisations.length === 0) {
    return {
      status: 403,
      code: 'people.no_organisation',
      detail: 'You are not a member of any organisation.',
      hint: 'Ask for an invitation.',
    };
  }
  return {
    status: 400,
    code: 'people.which_organisation',
    detail: 'You are a member of several organisations.',
    hint: `Send the id of one of them in the header Toolgate-Organisation.`,
    errors: organisations.map(({ id, name }) => ({ message: `${id}: ${name}`, suggestion: id })),
  };
}
