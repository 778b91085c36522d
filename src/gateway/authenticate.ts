import type { BlockList } from 'node:net';
import { hashGrantToken, isGrantToken, type Clock } from '#platform';
import type { Grant } from '#store';
import { end, pass, type Step } from './answer.ts';
import { clientAddress, isWithin, rangesOf, type Peer, type TrustedProxies } from './client-address.ts';
import type { Directory, GovernedServer } from './directory.ts';

export interface Principal {
  readonly grant: Grant;
  readonly server: GovernedServer;
}

/**
 * Step 1 of a call: whose grant is it, and does it belong to the server that the path names? No credential, an
 * unknown, expired or revoked one, or one that is bound to other addresses than the client's: 401. A good grant for another
 * server, or for one that does not exist: 403, so that nobody learns which servers there are.
 */
export function authenticate(
  authorization: string | undefined,
  serverId: string | undefined,
  directory: Directory,
  clock: Clock,
  peer: Peer,
  proxies?: TrustedProxies,
): Step<Principal> {
  const grant = directory.anonymous ?? grantOf(authorization, directory, clock);
  if (!grant || (grant.addresses !== undefined && !isFromThere(grant, peer, proxies))) {
    const error = authorization === undefined ? '' : ', error="invalid_token"';
    return end({ status: 401, headers: { 'www-authenticate': `Bearer realm="toolgate"${error}` } });
  }
  const server = directory.server(serverId ?? grant.server);
  if (!server || server.id !== grant.server || isForeign(grant, server)) return end({ status: 403 });
  return pass({ grant, server });
}

function grantOf(authorization: string | undefined, directory: Directory, clock: Clock): Grant | undefined {
  return authorization === undefined
    ? undefined
    : directory.grantBehind(authorization, clock.now(), tokenHashOf);
}

function tokenHashOf(authorization: string): string | undefined {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return token !== undefined && isGrantToken(token) ? hashGrantToken(token) : undefined;
}

/** What the store calls the organisation of the installation; its grants leave it unsaid. */
const OWN_ORGANISATION = 'default';

/**
 * Ids of servers are never given twice, but what is another organisation's must not open even then. The configuration may call its own
 * organisation as it likes, so only a registered server can be foreign to a grant that says none.
 */
function isForeign({ organisation }: Grant, server: GovernedServer): boolean {
  if (organisation !== undefined) return organisation !== server.organisation;
  return server.isRegistered === true && server.organisation !== OWN_ORGANISATION;
}

const rangesOfGrants = new WeakMap<Grant, BlockList>();

function isFromThere(grant: Grant, peer: Peer, proxies: TrustedProxies | undefined): boolean {
  let ranges = rangesOfGrants.get(grant);
  if (!ranges) rangesOfGrants.set(grant, (ranges = rangesOf(grant.addresses ?? [])));
  const address = clientAddress(peer, proxies);
  return address !== undefined && isWithin(address, ranges);
}
