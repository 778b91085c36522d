/** What is pasted into the clients that people use, so that their agent reaches a server through the gateway. */

export interface GatewayAccess {
  /** Name of the server in a configuration: the id that it has on the gateway. */
  readonly id: string;
  /** Where agents reach it. */
  readonly url: string;
  /** Token of a grant. */
  readonly token: string;
}

/** Text to paste for one client. */
export interface ClientBlock {
  readonly client: ClientName;
  /** Where it goes, and what else is to be known. */
  readonly place: string;
  readonly text: string;
}

export const CLIENTS = [
  'Claude Desktop',
  'Claude Code',
  'Cursor',
  'VS Code',
  'Windsurf',
  'Codex',
  'Gemini CLI',
  'Other',
] as const;
export type ClientName = (typeof CLIENTS)[number];

/** The address of a server for agents, at the origin under which this page was reached. */
export function endpointOf(origin: string, path: string): string {
  return new URL(path, origin).href;
}

/** The block for every client, with the address and the token in it. */
export function clientBlocks(access: GatewayAccess): readonly ClientBlock[] {
  return CLIENTS.map((client) => ({ client, ...BLOCKS[client](access) }));
}

type Block = (access: GatewayAccess) => Omit<ClientBlock, 'client'>;

const BLOCKS: Readonly<Record<ClientName, Block>> = {
  'Claude Desktop': (access) => ({
    place:
      'Into claude_desktop_config.json (Settings, Developer, Edit config), then start Claude Desktop again. It starts commands only, so that the program mcp-remote stands between; this needs Node.js.',
    text: json({ mcpServers: { [access.id]: throughRemote(access) } }),
  }),
  'Claude Code': ({ id, url, token }) => ({
    place: 'Into a terminal.',
    text: [
      `claude mcp add --scope user --transport http ${id} ${quoted(url)} \\`,
      `  --header ${quoted(`Authorization: Bearer ${token}`)}`,
    ].join('\n'),
  }),
  Cursor: ({ id, url, token }) => ({
    place: 'Into ~/.cursor/mcp.json.',
    text: json({ mcpServers: { [id]: { url, headers: headersOf(token) } } }),
  }),
  'VS Code': ({ id, url, token }) => ({
    place: 'Into mcp.json; the command “MCP: Open User Configuration” opens it.',
    text: json({ servers: { [id]: { type: 'http', url, headers: headersOf(token) } } }),
  }),
  Windsurf: ({ id, url, token }) => ({
    place: 'Into ~/.codeium/windsurf/mcp_config.json.',
    text: json({ mcpServers: { [id]: { serverUrl: url, headers: headersOf(token) } } }),
  }),
  Codex: ({ id, url, token }) => ({
    place: 'Into ~/.codex/config.toml.',
    // TOML takes strings as JSON writes them
    text: [
      `[mcp_servers.${JSON.stringify(id)}]`,
      `url = ${JSON.stringify(url)}`,
      `http_headers = { Authorization = ${JSON.stringify(`Bearer ${token}`)} }`,
    ].join('\n'),
  }),
  'Gemini CLI': ({ id, url, token }) => ({
    place: 'Into ~/.gemini/settings.json.',
    text: json({ mcpServers: { [id]: { httpUrl: url, headers: headersOf(token) } } }),
  }),
  Other: ({ url, token }) => ({
    place: 'Streamable HTTP: the address, and a header that is sent with every request.',
    text: `${url}\nAuthorization: Bearer ${token}`,
  }),
};

function headersOf(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}

/** The token is a variable: a blank inside an argument is lost on some systems, and arguments can be seen by others. */
function throughRemote({ url, token }: GatewayAccess): object {
  const { protocol, hostname } = new URL(url);
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1';
  return {
    command: 'npx',
    args: [
      '-y',
      'mcp-remote',
      url,
      '--transport',
      'http-only',
      ...(protocol === 'http:' && !isLocal ? ['--allow-http'] : []),
      '--header',
      'Authorization:${TOOLGATE_AUTHORIZATION}',
    ],
    env: { TOOLGATE_AUTHORIZATION: `Bearer ${token}` },
  };
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** Letters of an address or a token need no other quotes. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replaceAll(/(["\\$`])/g, String.raw`\$1`)}"`;
}
