import { parseArgs } from 'node:util';
import type { Language } from './tool-text.ts';

export type CrmAccess =
  | { readonly kind: 'sandbox' }
  | { readonly kind: 'api'; readonly baseUrl: string; readonly username: string; readonly password: string };

export type Configuration = {
  readonly crm: CrmAccess;
  readonly language: Language;
  readonly transport: { readonly kind: 'stdio' } | { readonly kind: 'http'; readonly port: number };
};

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly configuration: Configuration }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const VARIABLES = ['FLUENTCRM_API_URL', 'FLUENTCRM_API_USERNAME', 'FLUENTCRM_API_PASSWORD'] as const;
const API_PATH = '/wp-json/fluent-crm/v2';

export const HELP = `Usage: fluentcrm-mcp [--http PORT] [--sandbox | --sandbox-if-unset]

An MCP server for FluentCRM (WordPress). It speaks stdio unless --http is given.

  --http PORT          Streamable HTTP at http://127.0.0.1:PORT/mcp, this machine only
  --sandbox            work on a built-in look-alike with made-up data; no CRM is touched
  --sandbox-if-unset   the same, but only when none of the three variables below is set
  --version            print the version
  --help               print this text

Environment
  FLUENTCRM_API_URL       the site (https://example.com) or its API (…${API_PATH})
  FLUENTCRM_API_USERNAME  a WordPress user who may use FluentCRM
  FLUENTCRM_API_PASSWORD  an application password of that user
  FLUENTCRM_LANG          language of the tool descriptions: en (default) or pl
`;

/**
 * Reads the command line (without node and script) and the environment. Wrong use is a value that lists every problem;
 * no value of a variable is ever repeated in it.
 */
export function readCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Command {
  const flags = readFlags(args);
  if (typeof flags === 'string') return { kind: 'wrong', problems: [flags] };
  if (flags.help === true) return { kind: 'help' };
  if (flags.version === true) return { kind: 'version' };

  const problems: string[] = [];
  const port = flags.http === undefined ? undefined : readPort(flags.http, problems);
  const language = readLanguage(env['FLUENTCRM_LANG'], problems);
  const noneSet = VARIABLES.every((name) => !isSet(env[name]));
  const sandbox = flags.sandbox === true || (flags['sandbox-if-unset'] === true && noneSet);
  const crm: CrmAccess | undefined = sandbox ? { kind: 'sandbox' } : readAccess(env, problems);
  if (problems.length > 0 || crm === undefined) return { kind: 'wrong', problems };
  return {
    kind: 'serve',
    configuration: {
      crm,
      language,
      transport: port === undefined ? { kind: 'stdio' } : { kind: 'http', port },
    },
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        http: { type: 'string' },
        sandbox: { type: 'boolean' },
        'sandbox-if-unset': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `${message.split('. ')[0] ?? message}. Try --help.`;
  }
}

function readPort(text: string, problems: string[]): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) problems.push('--http needs a port number from 0 to 65535.');
  return port;
}

function readLanguage(value: string | undefined, problems: string[]): Language {
  if (!isSet(value)) return 'en';
  const language = value?.trim().toLowerCase();
  if (language === 'en' || language === 'pl') return language;
  problems.push('FLUENTCRM_LANG must be en or pl.');
  return 'en';
}

function readAccess(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): CrmAccess | undefined {
  const unset = VARIABLES.filter((name) => !isSet(env[name]));
  if (unset.length > 0) {
    problems.push(`Set ${unset.join(', ')}, or use --sandbox to try the tools on made-up data.`);
  }
  const unexpanded = VARIABLES.filter((name) => env[name]?.startsWith('$FLUENTCRM_') === true);
  if (unexpanded.length > 0) {
    problems.push(`${unexpanded.join(', ')} holds the name of a variable, not its value: check the quotes.`);
  }
  const url = env['FLUENTCRM_API_URL'];
  const baseUrl =
    isSet(url) && !unexpanded.includes('FLUENTCRM_API_URL') ? readBaseUrl(url ?? '', problems) : undefined;
  const username = env['FLUENTCRM_API_USERNAME'] ?? '';
  const password = env['FLUENTCRM_API_PASSWORD'] ?? '';
  if (username.includes(':')) problems.push('FLUENTCRM_API_USERNAME must not contain a colon.');
  if (baseUrl === undefined || problems.length > 0) return undefined;
  return { kind: 'api', baseUrl, username, password };
}

/** The base of the API without a trailing slash, from the address of the site or of its API. */
function readBaseUrl(text: string, problems: string[]): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) {
    problems.push('FLUENTCRM_API_URL is no web address. Use e.g. https://example.com.');
    return undefined;
  }
  const url = new URL(trimmed);
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    problems.push(
      'FLUENTCRM_API_URL must start with https:// (http:// only for this machine): the password goes with every request.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    problems.push('FLUENTCRM_API_URL must not contain a user name or password. Use the other two variables.');
  }
  if (url.search !== '' || url.hash !== '') problems.push('FLUENTCRM_API_URL must not contain ? or #.');
  const path = url.pathname.replace(/\/+$/, '').replace(/\/wp-json(?:\/fluent-crm(?:\/v2)?)?$/, '');
  return `${url.origin}${path}${API_PATH}`;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}
