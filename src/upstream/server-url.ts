import { ToolgateError } from '#platform';
import type { AddressGuard } from './address-guard.ts';
import type { Origin } from './http/connection.ts';
import { headerLines } from './http/request-head.ts';

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

/** Where connections to a server go. */
export function originOf(url: URL): Origin {
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, isSecure };
}

/**
 * The headers that every request to a server carries, its credential among them, as they go over the wire. Throws
 * `upstream.bad_header` when one of them cannot be sent.
 */
export function credentialLinesOf(options: {
  readonly serverId: string;
  readonly headers: Readonly<Record<string, string>>;
}): string {
  const lines = headerLines(
    Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (lines !== undefined) return lines;
  throw new ToolgateError(
    'upstream.bad_header',
    `A header of server "${options.serverId}" cannot be sent: it holds a line break or another forbidden character.`,
    { hint: 'Look for a trailing line feed in the variable or file that the value comes from.' },
  );
}
