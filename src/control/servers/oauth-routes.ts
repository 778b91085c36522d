import * as z from 'zod';
import { messageOf } from '#platform';
import type { ManagedServer } from '#store';
import type { Caller } from '../caller.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Ask, type Route } from '../route.ts';
import type { UrlConnection } from './connection.ts';
import {
  isOfSession,
  keepConsent,
  loginHash,
  newTicket,
  readTicket,
  takeConsent,
  type ConsentTicket,
} from './consent-flow.ts';
import { revocationOf } from './forget-access.ts';
import { DECLARED, TAG, UNREADABLE, WRITE } from './server-access.ts';
import { connectionOf } from './server-answers.ts';
import { findServer, type PersonSession, type ServerParts } from './server-parts.ts';

const CALLBACK = '/oauth/callback';
const CLIENT = '/oauth/client-metadata';
const API = '/api/v1';

const startedSchema = z
  .object({
    url: z.string().describe('Where the person agrees; to be opened in the same browser.'),
    expiresAt: z.string(),
  })
  .meta({ id: 'ConsentStarted' });

const clientSchema = z
  .object({
    client_id: z.string(),
    client_name: z.string(),
    redirect_uris: z.array(z.string()),
    grant_types: z.array(z.string()),
    response_types: z.array(z.string()),
    token_endpoint_auth_method: z.string(),
    application_type: z.string(),
  })
  .meta({ id: 'OAuthClientMetadata' });

/** What an authorization server sends along; others say more than this, which is not looked at. */
const callbackQuery = z.looseObject({
  state: z.string().max(4_000).optional().describe('As it was given to the authorization server.'),
  code: z.string().max(4_000).optional().describe('What the tokens are given for.'),
  iss: z.string().max(2_000).optional().describe('The authorization server that answers.'),
  error: z.string().max(200).optional().describe('Why it did not agree.'),
  error_description: z.string().max(4_000).optional().describe('Not looked at.'),
});

/** The consent of a person for a server that wants OAuth, given in the browser. */
export function oauthRoutes(parts: ServerParts): readonly Route[] {
  return [startRoute(parts), callbackRoute(parts), disconnectRoute(parts), clientRoute(parts)];
}

function startRoute(parts: ServerParts): Route {
  return route({
    method: 'POST',
    path: '/servers/{server}/oauth/start',
    id: 'startConsent',
    tag: TAG,
    summary:
      'Begins the consent of the person who asks; it must be finished in the same session, within ten minutes.',
    access: WRITE,
    answer: startedSchema,
    refusals: [403, 404, 409, 502],
    async run({ caller, path, at, request }) {
      const found = await consentable(parts, caller.organisation, path['server'] ?? '');
      if ('problem' in found) return found;
      const session = await parts.sessionOf(request);
      if (caller.kind !== 'user' || session?.user.id !== caller.id) return { problem: PERSONS_ONLY };
      return begin(parts, found, { organisation: caller.organisation, session, at });
    },
  });
}

interface Consentable {
  readonly server: ManagedServer;
  readonly connection: UrlConnection & { readonly oauth: NonNullable<UrlConnection['oauth']> };
}

/** A server to which a person can give access. */
async function consentable(
  parts: ServerParts,
  organisation: string,
  id: string,
): Promise<Consentable | { readonly problem: Problem }> {
  const found = await findServer(parts, organisation, id);
  if (found === undefined) return notFound('server');
  if (!found.isManaged) return { problem: DECLARED };
  const connection = connectionOf(parts, found);
  if (connection === undefined) return { problem: UNREADABLE };
  if (connection.kind === 'stdio' || connection.oauth === undefined) return { problem: NO_LOGIN };
  if (connection.oauth.mode === 'client_credentials') return { problem: OWN_LOGIN };
  return { server: found.server, connection: { ...connection, oauth: connection.oauth } };
}

async function begin(
  parts: ServerParts,
  { server, connection }: Consentable,
  { organisation, session, at }: { organisation: string; session: PersonSession; at: number },
): Promise<{ answer: z.input<typeof startedSchema> } | { problem: Problem }> {
  const { AuthorizationFailure, createOutboundFetch, openLogin } = await import('#upstream/oauth');
  const { ticket, state } = newTicket(parts, { organisation, server: server.id, session }, at);
  try {
    const { authorizationUrl, underWay } = await openLogin({
      serverId: server.id,
      serverUrl: connection.url,
      headers: Object.entries(connection.headers).flat(),
      settings: connection.oauth,
      redirectUri: `${parts.origin()}${API}${CALLBACK}`,
      state,
      vault: await parts.vault(),
      fetch: createOutboundFetch(connection.url, { addresses: parts.addresses }),
      clock: parts.clock,
    });
    await keepConsent(parts, ticket, { underWay, connection: loginHash(connection) }, at);
    return { answer: { url: authorizationUrl.href, expiresAt: new Date(ticket.expiresAt).toISOString() } };
  } catch (error) {
    if (!(error instanceof AuthorizationFailure)) throw error;
    return {
      problem: {
        status: 502,
        code: 'oauth.cannot_start',
        detail: `The login cannot begin: ${error.message}.`,
        hint: 'See whether the address of the server and its OAuth settings are right.',
      },
    };
  }
}

function callbackRoute(parts: ServerParts): Route {
  return route({
    method: 'GET',
    path: CALLBACK,
    id: 'finishConsent',
    tag: TAG,
    summary: 'Where authorization servers send the browser back to; leads on to the dashboard.',
    access: { kind: 'public' },
    query: callbackQuery,
    status: 302,
    async run(ask) {
      const ticket = readTicket(parts, ask.query.state ?? '');
      if (ticket === undefined) return leadTo(parts, '', 'connect_failed=unknown');
      const failure = await finish(parts, ask, ticket);
      const outcome = failure === undefined ? 'connected' : `connect_failed=${failure}`;
      return leadTo(parts, `/${ticket.server}`, outcome);
    },
  });
}

type CallbackAsk = Ask<z.output<typeof callbackQuery>, undefined, Caller | undefined>;
/** In one word, for the page that the person comes to. */
type ConsentFailure =
  | 'expired'
  | 'session'
  | 'used'
  | 'rights'
  | 'changed'
  | 'consent'
  | 'refused'
  | 'unreachable';

async function finish(
  parts: ServerParts,
  { at, request, change }: Pick<CallbackAsk, 'at' | 'request' | 'change'>,
  ticket: ConsentTicket,
): Promise<ConsentFailure | undefined> {
  const { organisation, server } = ticket;
  if (at >= ticket.expiresAt) return 'expired';
  // nothing is used up by somebody else's browser
  const session = await parts.sessionOf(request);
  if (session === undefined || !isOfSession(ticket, session)) return 'session';
  const kept = await takeConsent(parts, ticket, at);
  if (kept === undefined) return 'used';
  const member = await parts.control.organisations.member(organisation, session.user.id);
  if (member?.role !== 'admin') return 'rights';
  const found = await consentable(parts, organisation, server);
  if ('problem' in found || loginHash(found.connection) !== kept.connection) return 'changed';

  const { AuthorizationFailure, createOutboundFetch, redeemLogin } = await import('#upstream/oauth');
  const { url, oauth: settings } = found.connection;
  const fetch = createOutboundFetch(url, { addresses: parts.addresses });
  const vault = await parts.vault();
  try {
    const answer = new URL(request.url).searchParams;
    const record = await redeemLogin(kept.underWay, answer, { settings, fetch, clock: parts.clock });
    const by = { kind: 'user', id: session.user.id, label: session.user.name } as const;
    const draft = { action: 'server.connect', target: `server:${server}`, organisation, by };
    await change(draft, () => vault.replace(server, record, at));
    return undefined;
  } catch (error) {
    if (!(error instanceof AuthorizationFailure)) throw error;
    parts.log.warn({ server, err: messageOf(error) }, 'a consent could not be finished');
    return error.kind;
  }
}

/** On to the dashboard; the address with the code in it stays in no history and goes to nobody. */
function leadTo({ origin }: ServerParts, place: string, outcome: string): { readonly response: Response } {
  const location = `${origin()}/app/servers${place}?${outcome}`;
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
  return { response: new Response(null, { status: 302, headers }) };
}

function disconnectRoute(parts: ServerParts): Route {
  return route({
    method: 'DELETE',
    path: '/servers/{server}/oauth',
    id: 'disconnectServer',
    tag: TAG,
    summary: 'Forgets the access to a server, and tells the authorization server where that is possible.',
    access: WRITE,
    refusals: [404, 409],
    async run({ caller: { organisation }, path, change }) {
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      if (!found.isManaged) return { problem: DECLARED };
      const { server } = found;
      const vault = await parts.vault();
      const revoke = await revocationOf(parts, server, vault);
      await change(
        (had: boolean) => (had ? { action: 'server.disconnect', target: `server:${server.id}` } : undefined),
        () => vault.remove(server.id),
      );
      await revoke();
      return { answer: undefined };
    },
  });
}

function clientRoute({ origin }: ServerParts): Route {
  return route({
    method: 'GET',
    path: CLIENT,
    id: 'getOAuthClientMetadata',
    tag: TAG,
    summary:
      'The client metadata document of this gateway, for authorization servers that take one as client id.',
    access: { kind: 'public' },
    answer: clientSchema,
    async run() {
      const base = `${origin()}${API}`;
      return {
        answer: {
          client_id: `${base}${CLIENT}`,
          client_name: 'Toolgate',
          redirect_uris: [`${base}${CALLBACK}`],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
          application_type: 'web',
        },
      };
    },
  });
}

const PERSONS_ONLY: Problem = {
  status: 403,
  code: 'forbidden.person',
  detail: 'Only a person can consent; a key cannot.',
  hint: 'Sign in to the dashboard and connect the server there.',
};
const NO_LOGIN: Problem = {
  status: 409,
  code: 'oauth.not_used',
  detail: 'This server is not reached with OAuth.',
  hint: 'Change its connection: give it "oauth".',
};
const OWN_LOGIN: Problem = {
  status: 409,
  code: 'oauth.not_needed',
  detail: 'The gateway logs in to this server by itself (client_credentials).',
};
