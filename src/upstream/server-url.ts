import { ToolgateError } from '#platform';

/** The address of a server that is reached over HTTP. Throws `upstream.bad_url` when it cannot be used. */
export function parseServerUrl(options: { readonly serverId: string; readonly url: string }): URL {
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
  return url;
}
