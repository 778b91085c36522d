import type { CatalogueServerFacts } from '#store';

/** How a server is started: as a client's configuration has it. */
export interface StartCommand {
  /** Name of the server in a configuration: letters, digits and hyphens. */
  readonly id: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that its documentation names; their values are the user's. */
  readonly environment: readonly string[];
}

/** Text to paste for one client. */
export interface ClientBlock {
  readonly client: string;
  /** Where it goes: a file, or a terminal. */
  readonly place: string;
  readonly language: 'json' | 'toml' | 'sh';
  readonly text: string;
}

/** Longest id that the gateway takes. */
const LONGEST_ID = 63;
/** Where the policy lies, and where the gateway listens, in the blocks. */
const POLICY_FILE = '/path/to/policy.json';
const GATEWAY = 'http://127.0.0.1:8750';
const GRANT = 'YOUR_GRANT_TOKEN';

/**
 * How to start a server of the catalogue, at the version that was read: what was judged is what runs. Undefined where its record
 * does not say it.
 */
export function startCommandOf(facts: CatalogueServerFacts): StartCommand | undefined {
  const id = serverId(facts.slug);
  const args = (facts.how.args ?? []).filter((arg) => !arg.includes('${'));
  const environment = facts.how.dummyEnvironment ?? [];
  if (facts.how.by === 'bundled') return { id, command: facts.how.bin ?? 'fluentcrm-mcp', args, environment };
  if (facts.package === undefined) return undefined;
  const spec = facts.version === undefined ? facts.package : `${facts.package}@${facts.version}`;
  const ownBin = facts.package.split('/').at(-1);
  const { bin } = facts.how;
  const run = bin === undefined || bin === ownBin ? ['-y', spec] : ['-y', `--package=${spec}`, bin];
  return { id, command: 'npx', args: [...run, ...args], environment };
}

/** A slug as the name of a server in a configuration. */
export function serverId(slug: string): string {
  return slug.slice(0, LONGEST_ID).replace(/-+$/, '');
}

/** What to put before a server's command so that every call passes one policy file. */
export function wrapped({ id, command, args, environment }: StartCommand): StartCommand {
  const variables = environment.flatMap((name) => ['--env', `${name}=${placeholderOf(name)}`]);
  return {
    id,
    command: 'toolgate',
    args: ['wrap', '--policy', POLICY_FILE, ...variables, '--', command, ...args],
    environment: [],
  };
}

/** The command that serves one server under one policy over HTTP. */
export function proxyCommandOf({ command, args, environment }: StartCommand): string {
  const variables = environment.flatMap((name) => ['--env', `${name}=${placeholderOf(name)}`]);
  return shellLine(['toolgate', 'proxy', '--policy', 'policy.json', ...variables, '--', command, ...args]);
}

/** Blocks for clients that start the server themselves. */
export function stdioBlocks(start: StartCommand): readonly ClientBlock[] {
  const { id, command, args, environment } = start;
  const env = Object.fromEntries(environment.map((name) => [name, placeholderOf(name)]));
  const entry = { command, args, ...(environment.length > 0 && { env }) };
  const inServers = json({ mcpServers: { [id]: entry } });
  const variables = environment.flatMap((name) => ['--env', `${name}=${placeholderOf(name)}`]);
  return [
    { client: 'Claude Desktop', place: 'claude_desktop_config.json', language: 'json', text: inServers },
    {
      client: 'Claude Code',
      place: 'terminal',
      language: 'sh',
      text: shellLine(['claude', 'mcp', 'add', id, ...variables, '--', command, ...args]),
    },
    { client: 'Cursor', place: '.cursor/mcp.json', language: 'json', text: inServers },
    {
      client: 'VS Code',
      place: '.vscode/mcp.json',
      language: 'json',
      text: json({ servers: { [id]: { type: 'stdio', ...entry } } }),
    },
    { client: 'Windsurf', place: '~/.codeium/windsurf/mcp_config.json', language: 'json', text: inServers },
    { client: 'Codex', place: '~/.codex/config.toml', language: 'toml', text: codexStdio(start) },
    { client: 'Gemini CLI', place: '~/.gemini/settings.json', language: 'json', text: inServers },
    { client: 'Other', place: 'terminal', language: 'sh', text: shellLine([command, ...args]) },
  ];
}

/** Blocks for clients that reach the server through the gateway, with a grant. */
export function gatewayBlocks(id: string): readonly ClientBlock[] {
  const url = `${GATEWAY}/mcp/${id}/`;
  const headers = { Authorization: `Bearer ${GRANT}` };
  return [
    {
      client: 'Claude Code',
      place: 'terminal',
      language: 'sh',
      text: shellLine([
        'claude',
        'mcp',
        'add',
        '--transport',
        'http',
        id,
        url,
        '--header',
        `Authorization: ${headers.Authorization}`,
      ]),
    },
    {
      client: 'Cursor',
      place: '.cursor/mcp.json',
      language: 'json',
      text: json({ mcpServers: { [id]: { url, headers } } }),
    },
    {
      client: 'VS Code',
      place: '.vscode/mcp.json',
      language: 'json',
      text: json({ servers: { [id]: { type: 'http', url, headers } } }),
    },
    {
      client: 'Windsurf',
      place: '~/.codeium/windsurf/mcp_config.json',
      language: 'json',
      text: json({ mcpServers: { [id]: { serverUrl: url, headers } } }),
    },
    {
      client: 'Codex',
      place: '~/.codex/config.toml',
      language: 'toml',
      text: [
        `[mcp_servers.${id}]`,
        `url = ${JSON.stringify(url)}`,
        '# the variable that holds the grant token',
        'bearer_token_env_var = "TOOLGATE_GRANT"',
      ].join('\n'),
    },
    {
      client: 'Gemini CLI',
      place: '~/.gemini/settings.json',
      language: 'json',
      text: json({ mcpServers: { [id]: { httpUrl: url, headers } } }),
    },
    {
      client: 'Other',
      place: 'address and header',
      language: 'sh',
      text: `${url}\nAuthorization: Bearer ${GRANT}`,
    },
  ];
}

function codexStdio({ id, command, args, environment }: StartCommand): string {
  // TOML takes strings and lists of strings as JSON writes them
  const lines = [
    `[mcp_servers.${id}]`,
    `command = ${JSON.stringify(command)}`,
    `args = ${JSON.stringify(args)}`,
  ];
  if (environment.length === 0) return lines.join('\n');
  const variables = environment.map((name) => `${name} = ${JSON.stringify(placeholderOf(name))}`);
  return [...lines, '', `[mcp_servers.${id}.env]`, ...variables].join('\n');
}

function placeholderOf(name: string): string {
  return `YOUR_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** Words as a line for a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
