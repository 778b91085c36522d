import {
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
  resourceUrlFromServerUrl,
  type AuthorizationServerMetadata,
  type OAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/client';
import type { OAuthConfiguration } from '#platform';
import { AuthorizationFailure } from './authorization-failure.ts';
import { explained } from './explained.ts';
import type { OutboundFetch } from './outbound-fetch.ts';

/** What a challenge says. */
export interface Challenge {
  readonly resourceMetadataUrl?: URL;
  readonly scope?: string;
  readonly error?: string;
}

/** Reads a `WWW-Authenticate`; one that says nothing usable gives an empty challenge. */
export function readChallenge(header: string | undefined): Challenge {
  if (header === undefined || header.length > 8192) return {};
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(
    new Response(null, { headers: { 'www-authenticate': header } }),
  );
  return {
    ...(resourceMetadataUrl && { resourceMetadataUrl }),
    ...(scope !== undefined && isScope(scope) && { scope }),
    ...(error !== undefined && { error }),
  };
}

/** The authorization server of an MCP server, with what was published about both. */
export interface Discovered {
  readonly url: string;
  readonly issuer: string;
  readonly metadata: AuthorizationServerMetadata | undefined;
  readonly resource: string | undefined;
  readonly scopesSupported: readonly string[] | undefined;
}

/**
 * Finds the authorization server (RFC 9728, RFC 8414, OpenID Connect Discovery; up to 2025-03-26 the server's own origin).
 * The resource must be the server, the issuer the one whose metadata it is, and the configured one where one is.
 */
export function discover(
  serverUrl: string,
  challenge: Challenge,
  settings: OAuthConfiguration,
  fetchFn: OutboundFetch,
): Promise<Discovered> {
  return explained(async () => {
    const resource = await discoverResource(serverUrl, challenge, fetchFn);
    const offered = resource?.authorization_servers?.length
      ? resource.authorization_servers
      : [String(new URL('/', serverUrl))];
    const url =
      settings.issuer === undefined ? offered[0] : offered.find((one) => isSame(one, settings.issuer));
    if (url === undefined) {
      throw new AuthorizationFailure(
        'refused',
        'the server names another authorization server than the configured one',
      );
    }
    const metadata = await discoverAuthorizationServerMetadata(url, { fetchFn });
    if (metadata && settings.mode !== 'client_credentials') assertPkce(metadata);
    return {
      url,
      issuer: metadata?.issuer ?? url,
      metadata,
      resource: resource?.resource,
      scopesSupported: resource?.scopes_supported,
    };
  });
}

async function discoverResource(
  serverUrl: string,
  { resourceMetadataUrl }: Challenge,
  fetchFn: OutboundFetch,
): Promise<OAuthProtectedResourceMetadata | undefined> {
  let status = 0;
  const watched: OutboundFetch = async (url, init) => {
    const response = await fetchFn(url, init);
    ({ status } = response);
    return response;
  };
  let found: OAuthProtectedResourceMetadata;
  try {
    found = await discoverOAuthProtectedResourceMetadata(
      serverUrl,
      resourceMetadataUrl ? { resourceMetadataUrl } : {},
      watched,
    );
  } catch (error) {
    // only a server that clearly publishes nothing may be taken for its own authorization server
    const hasNone = resourceMetadataUrl === undefined && status >= 400 && status < 500;
    if (hasNone) return undefined;
    throw error;
  }
  const requestedResource = resourceUrlFromServerUrl(serverUrl);
  if (!checkResourceAllowed({ requestedResource, configuredResource: found.resource })) {
    throw new AuthorizationFailure('refused', 'the server publishes the metadata of another resource');
  }
  return found;
}

function assertPkce({ code_challenge_methods_supported: methods }: AuthorizationServerMetadata): void {
  if (methods?.includes('S256')) return;
  throw new AuthorizationFailure('refused', 'the authorization server does not offer PKCE with S256');
}

/** What to ask for: what the operator wrote, else what the server asked for, else all it publishes, and what it wanted since. */
export function scopeOf(
  discovered: Discovered,
  challenge: Challenge,
  settings: OAuthConfiguration,
): string | undefined {
  const scope = settings.scope ?? challenge.scope ?? (discovered.scopesSupported?.join(' ') || undefined);
  const canStay =
    settings.mode !== 'client_credentials' &&
    discovered.metadata?.scopes_supported?.includes('offline_access') === true;
  if (scope === undefined || !canStay || scope.split(' ').includes('offline_access')) return scope;
  return `${scope} offline_access`;
}

/** Whether a text can be a list of scopes (RFC 6749, appendix A.4), of a size that makes sense. */
export function isScope(text: string): boolean {
  return /^[\x20-\x7e]{1,2048}$/.test(text);
}

function isSame(a: string, b: string | undefined): boolean {
  return a === b || (b !== undefined && (`${a}/` === b || a === `${b}/`));
}
