import { ToolgateError } from '#platform';
import type { AddressGuard } from './address-guard.ts';

/**
 * The address of a server that is reached over HTTP. Throws `upstream.bad_url` when it cannot be used, and
 * `upstream.address_not_allowed` when the guard refuses it as it is written.
 */
export function parseServerUrl(options: {
  readonly serverId: string;
  readonly url: string;
  readonly addresses?: AddressGuard | undefined;
}): URL {
  const hint = 'Give the full address of the MCP endpoint, e.g. https://mcp.example.com/mcp.';
  let url: URL;
  try {
    url = new URL(options.url);
  } catch {
    throw new ToolgateError('upstream.bad_url', `The address of server "${options.serverId}" is not a URL.`, {
      hint,
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ToolgateError(
      'upstream.bad_url',
      `The address of server "${options.serverId}" is neither http nor https.`,
      { hint },
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ToolgateError(
      'upstream.bad_url',
      `The address of server "${options.serverId}" holds a credential.`,
      {
        hint: 'Put the credential into "headers": addresses end up in logs.',
      },
    );
  }
  const refusal = options.addresses?.refusalOf(url);
  if (refusal !== undefined) {
    throw new ToolgateError(
      'upstream.address_not_allowed',
      `The address of server "${options.serverId}" may not be used: ${refusal}.`,
      { hint: 'Allow its range in "upstreamAddresses", e.g. {"allow": ["10.0.0.0/8"]}.' },
    );
  }
  return url;
}
