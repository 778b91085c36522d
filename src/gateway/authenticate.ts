import { hashGrantToken, isGrantToken, type Clock } from '#platform';
import type { Grant } from '#store';
import { end, pass, type Step } from './answer.ts';
import type { Directory, GovernedServer } from './directory.ts';

export interface Principal {
  readonly grant: Grant;
  readonly server: GovernedServer;
}

/**
 * Step 1 of a call: whose grant is it, and does it belong to the server that the path names? No credential, an
 * unknown, expired or revoked one: 401. A good grant for another server, or for one that does not exist: 403, so that
 * nobody learns which servers there are.
 */
export function authenticate(
  authorization: string | undefined,
  serverId: string | undefined,
  directory: Directory,
  clock: Clock,
): Step<Principal> {
  const grant = directory.anonymous ?? grantOf(authorization, directory, clock);
  if (!grant) {
    const error = authorization === undefined ? '' : ', error="invalid_token"';
    return end({ status: 401, headers: { 'www-authenticate': `Bearer realm="toolgate"${error}` } });
  }
  const server = directory.server(serverId ?? grant.server);
  if (!server || server.id !== grant.server) return end({ status: 403 });
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
