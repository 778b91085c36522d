import {
  registerClient,
  startAuthorization,
  validateAuthorizationResponseIssuer,
} from '@modelcontextprotocol/client';
import type { OAuthConfiguration } from '#platform';
import { AuthorizationFailure } from './authorization-failure.ts';
import type { CredentialRecord } from './credential-record.ts';
import type { Discovered } from './discovery.ts';
import { explained } from './explained.ts';
import { isLoopback, type OutboundFetch } from './outbound-fetch.ts';

type KnownClient = CredentialRecord['client'];

/** The client to log in as: configured, else by metadata document, else known from before, else registered now. */
export function identifyClient(
  discovered: Discovered,
  settings: OAuthConfiguration,
  redirectUri: string,
  known: CredentialRecord | undefined,
  fetchFn: OutboundFetch,
): Promise<KnownClient> {
  return explained(async () => {
    if (settings.clientId !== undefined) return { id: settings.clientId, source: 'configured', redirectUri };
    const { metadata } = discovered;
    const allowsUrl = metadata?.client_id_metadata_document_supported === true;
    if (allowsUrl && settings.clientMetadataUrl !== undefined) {
      return { id: settings.clientMetadataUrl, source: 'metadata_url', redirectUri };
    }
    if (
      known?.client.source === 'registered' &&
      known.server.issuer === discovered.issuer &&
      known.client.redirectUri === redirectUri
    ) {
      return known.client;
    }
    if (metadata && metadata.registration_endpoint === undefined) {
      throw new AuthorizationFailure(
        'refused',
        'the authorization server registers no clients by itself: configure a "clientId" that it knows',
      );
    }
    // without "scope": it would bound what may be asked for later
    const registered = await registerClient(discovered.url, {
      ...(metadata && { metadata }),
      clientMetadata: {
        client_name: 'Toolgate',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        application_type: isLoopback(new URL(redirectUri)) ? 'native' : 'web',
        token_endpoint_auth_method: authMethodFor(metadata?.token_endpoint_auth_methods_supported),
      },
      fetchFn,
    });
    return {
      id: registered.client_id,
      source: 'registered',
      redirectUri,
      ...(registered.client_secret !== undefined && { secret: registered.client_secret }),
      ...(registered.token_endpoint_auth_method !== undefined && {
        authMethod: registered.token_endpoint_auth_method,
      }),
    };
  });
}

function authMethodFor(supported: readonly string[] | undefined): string {
  const known = ['client_secret_basic', 'client_secret_post', 'none'];
  return known.find((method) => supported?.includes(method)) ?? 'client_secret_basic';
}

/** Where to send the person's browser, and the verifier that only who started this knows (PKCE). */
export function startLogin(
  discovered: Discovered,
  client: KnownClient,
  request: { readonly scope: string | undefined; readonly state: string },
): ReturnType<typeof startAuthorization> {
  return explained(async () => {
    const started = await startAuthorization(discovered.url, {
      ...(discovered.metadata && { metadata: discovered.metadata }),
      clientInformation: { client_id: client.id },
      redirectUrl: client.redirectUri,
      state: request.state,
      ...(request.scope !== undefined && { scope: request.scope }),
      ...(discovered.resource !== undefined && { resource: discovered.resource }),
    });
    const { protocol } = started.authorizationUrl;
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(started.authorizationUrl))) {
      throw new AuthorizationFailure('refused', 'the login page of the authorization server is not https');
    }
    return started;
  });
}

/** Rejects an authorization response of another issuer (RFC 9207), before anything else of it is looked at. */
export function checkResponseIssuer(discovered: Discovered, iss: string | undefined): Promise<void> {
  return explained(() =>
    validateAuthorizationResponseIssuer({
      iss,
      expectedIssuer: discovered.metadata?.issuer,
      issParameterSupported: discovered.metadata?.authorization_response_iss_parameter_supported === true,
    }),
  );
}
