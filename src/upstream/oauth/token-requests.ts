import {
  createPrivateKeyJwtAuth,
  exchangeAuthorization,
  fetchToken,
  refreshAuthorization,
  selectClientAuthMethod,
  type AddClientAuthentication,
  type AuthorizationServerMetadata,
  type OAuthClientInformationMixed,
  type OAuthTokens,
} from '@modelcontextprotocol/client';
import type { OAuthConfiguration } from '#platform';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { CredentialRecord } from './credential-record.ts';
import { isScope, type Discovered } from './discovery.ts';
import { explained } from './explained.ts';
import type { OutboundFetch } from './outbound-fetch.ts';

type KnownClient = CredentialRecord['client'];
type KnownServer = CredentialRecord['server'];
export type Tokens = NonNullable<CredentialRecord['tokens']>;

/** Tokens for the code of a checked authorization response. */
export function redeemCode(
  discovered: Discovered,
  client: KnownClient,
  settings: OAuthConfiguration,
  response: { readonly code: string; readonly iss: string | undefined; readonly verifier: string },
  now: number,
  fetchFn: OutboundFetch,
): Promise<Tokens> {
  return explained(async () =>
    tokensOf(
      await exchangeAuthorization(discovered.url, {
        ...(discovered.metadata && { metadata: discovered.metadata }),
        ...authenticationOf(client, settings),
        authorizationCode: response.code,
        ...(response.iss !== undefined && { iss: response.iss }),
        codeVerifier: response.verifier,
        redirectUri: client.redirectUri,
        ...(discovered.resource !== undefined && { resource: discovered.resource }),
        fetchFn,
      }),
      now,
    ),
  );
}

/** New tokens for the refresh token of a record; it goes to nobody but the server that gave it. */
export function refreshTokens(
  record: CredentialRecord,
  refreshToken: string,
  settings: OAuthConfiguration,
  now: number,
  fetchFn: OutboundFetch,
): Promise<Tokens> {
  const metadata = metadataOf(record.server);
  return explained(async () =>
    tokensOf(
      await refreshAuthorization(record.server.url, {
        ...(metadata && { metadata }),
        ...authenticationOf(record.client, settings),
        refreshToken,
        ...(record.resource !== undefined && { resource: record.resource }),
        fetchFn,
      }),
      now,
    ),
  );
}

/** Tokens for the gateway itself, without a person (client credentials). */
export function requestMachineTokens(
  discovered: Discovered,
  settings: OAuthConfiguration,
  scope: string | undefined,
  now: number,
  fetchFn: OutboundFetch,
): Promise<Tokens> {
  return explained(async () => {
    const client: KnownClient = { id: settings.clientId ?? '', source: 'configured', redirectUri: '' };
    const { clientInformation, addClientAuthentication } = authenticationOf(client, settings);
    const provider: Parameters<typeof fetchToken>[0] = {
      redirectUrl: undefined,
      clientMetadata: { redirect_uris: [] },
      clientInformation: () => ({ ...clientInformation, issuer: discovered.issuer }),
      tokens: () => undefined,
      saveTokens: () => {},
      redirectToAuthorization: () => {},
      saveCodeVerifier: () => {},
      codeVerifier: () => '',
      prepareTokenRequest: (wanted) =>
        new URLSearchParams({ grant_type: 'client_credentials', ...(wanted && { scope: wanted }) }),
      ...(addClientAuthentication && { addClientAuthentication }),
    };
    const tokens = await fetchToken(provider, discovered.url, {
      ...(discovered.metadata && { metadata: discovered.metadata }),
      ...(discovered.resource !== undefined && { resource: discovered.resource }),
      ...(scope !== undefined && { scope }),
      fetchFn,
    });
    return tokensOf(tokens, now);
  });
}

/** Tells the authorization server that a token is no longer wanted (RFC 7009); false where it offers no way. */
export function revokeTokens(
  record: CredentialRecord,
  settings: OAuthConfiguration,
  fetchFn: OutboundFetch,
): Promise<boolean> {
  return explained(async () => {
    const endpoint = record.server.metadata?.revocation_endpoint;
    const token = record.tokens?.refresh ?? record.tokens?.access;
    if (endpoint === undefined || token === undefined) return false;
    const { clientInformation, addClientAuthentication } = authenticationOf(record.client, settings);
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
    const form = new URLSearchParams({ token });
    const supported = record.server.metadata?.token_endpoint_auth_methods_supported ?? [];
    if (addClientAuthentication) {
      await addClientAuthentication(headers, form, endpoint, metadataOf(record.server));
    } else if (selectClientAuthMethod(clientInformation, supported) === 'client_secret_basic') {
      const pair = `${clientInformation.client_id}:${clientInformation.client_secret ?? ''}`;
      headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
    } else {
      form.set('client_id', clientInformation.client_id);
      if (clientInformation.client_secret !== undefined)
        form.set('client_secret', clientInformation.client_secret);
    }
    const response = await fetchFn(endpoint, { method: 'POST', headers, body: form });
    return response.ok;
  });
}

/** What of a discovered server is kept with its tokens. */
export function serverOf({ url, issuer, metadata }: Discovered): KnownServer {
  if (metadata === undefined) return { url, issuer };
  const { token_endpoint, authorization_endpoint, token_endpoint_auth_methods_supported } = metadata;
  const { revocation_endpoint } = metadata as { revocation_endpoint?: string };
  return {
    url,
    issuer,
    metadata: {
      token_endpoint,
      authorization_endpoint,
      ...(token_endpoint_auth_methods_supported && { token_endpoint_auth_methods_supported }),
      ...(revocation_endpoint !== undefined && { revocation_endpoint }),
    },
  };
}

function metadataOf(server: KnownServer): AuthorizationServerMetadata | undefined {
  return server.metadata && { ...server.metadata, issuer: server.issuer, response_types_supported: ['code'] };
}

function authenticationOf(
  client: KnownClient,
  settings: OAuthConfiguration,
): {
  readonly clientInformation: OAuthClientInformationMixed;
  readonly addClientAuthentication?: AddClientAuthentication;
} {
  const isConfigured = client.source === 'configured';
  const secret = isConfigured ? settings.clientSecret : client.secret;
  const clientInformation: OAuthClientInformationMixed = {
    client_id: client.id,
    ...(secret !== undefined && { client_secret: secret }),
    ...(client.authMethod !== undefined && { token_endpoint_auth_method: client.authMethod }),
  };
  if (!isConfigured || settings.privateKey === undefined) return { clientInformation };
  const addClientAuthentication = createPrivateKeyJwtAuth({
    issuer: client.id,
    subject: client.id,
    privateKey: settings.privateKey,
    alg: settings.signingAlgorithm ?? 'ES256',
  });
  return { clientInformation, addClientAuthentication };
}

/** Tokens that can stand in a header; the time they have left counts from before they were asked for. */
function tokensOf(answer: OAuthTokens, now: number): Tokens {
  const { access_token: access, refresh_token: refresh, expires_in: lifetime, scope } = answer;
  if (answer.token_type.toLowerCase() !== 'bearer' || !/^[\x21-\x7e]{1,16384}$/.test(access)) {
    throw new AuthorizationFailure(
      'refused',
      'the authorization server gave a token of a kind that is not supported',
    );
  }
  return {
    access,
    givenAt: now,
    ...(refresh !== undefined && { refresh }),
    ...(lifetime !== undefined && { expiresAt: now + Math.min(Math.max(lifetime, 0), 31_536_000) * 1000 }),
    ...(scope !== undefined && isScope(scope) && { scope }),
  };
}
