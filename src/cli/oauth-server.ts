import { existsSync } from 'node:fs';
import {
  loadConfiguration,
  openKeyRing,
  systemClock,
  ToolgateError,
  type OAuthConfiguration,
} from '#platform';
import { openStore } from '#store';
import { databaseUrl } from './database-url.ts';
import type { CredentialVault, OutboundFetch } from '#upstream';

/** One server of a configuration that the gateway logs in to, with what a command needs for that. */
export interface OAuthServer {
  readonly id: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly settings: OAuthConfiguration;
  readonly vault: CredentialVault;
  readonly fetch: OutboundFetch;
}

/**
 * Opens the data folder and does the work with the server; what an authorization server would not have becomes a
 * `ToolgateError`. Throws `login.no_server` when the configuration has no such server, or one without "oauth".
 */
export async function withOAuthServer<T>(
  id: string,
  config: string | undefined,
  dataDir: string,
  work: (server: OAuthServer) => Promise<T>,
): Promise<T> {
  const file = config ?? (existsSync('toolgate.json') ? 'toolgate.json' : undefined);
  if (file === undefined) {
    throw new ToolgateError('login.no_server', 'There is no configuration here.', {
      hint: 'Name the file that the gateway is served with: --config FILE.',
    });
  }
  const { servers, upstreamAddresses } = loadConfiguration(file, process.env).configuration;
  const entry = servers[id];
  if (entry === undefined || !('url' in entry) || entry.oauth === undefined) {
    throw new ToolgateError('login.no_server', `The configuration has no server "${id}" with "oauth".`, {
      hint: 'Add "oauth": {} to a server with a "url"; see docs/oauth.md.',
    });
  }
  const { AuthorizationFailure, createCredentialVault, createOutboundFetch } =
    await import('#upstream/oauth');
  const store = openStore({ dataDir, databaseUrl: databaseUrl() });
  try {
    return await work({
      id,
      url: entry.url,
      headers: Object.entries(entry.headers ?? {}).flat(),
      settings: entry.oauth,
      vault: createCredentialVault(store.credentials, openKeyRing(dataDir), systemClock),
      fetch: createOutboundFetch(entry.url, { addresses: upstreamAddresses }),
    });
  } catch (error) {
    if (!(error instanceof AuthorizationFailure)) throw error;
    throw new ToolgateError('login.failed', `No access to "${id}": ${error.message}.`, { cause: error });
  } finally {
    await store.close();
  }
}
