import { createScanner, parse, type ParseError } from 'jsonc-parser';
import type * as z from 'zod';
import { stdioSchema, urlConnectionSchema, type Connection } from './connection.ts';
import { nameSchema } from './save-server.ts';

/** One server of a pasted block: how it is reached, or what keeps it from being registered. Never shown: it holds secrets. */
export interface ImportedServer {
  readonly name: string;
  readonly connection?: Connection;
  /** In sentences, without a value of the block. */
  readonly problems: readonly string[];
}

export interface ReadImport {
  readonly servers: readonly ImportedServer[];
  /** What is wrong with the block as a whole. */
  readonly problems: readonly string[];
}

export const LONGEST_DOCUMENT = 256 * 1024;
const MOST_SERVERS = 50;
const DEEPEST = 32;
const LONGEST_NAME = 100;
/** `${NAME}`, `${env:NAME}`, `${input:id}`: the client's machine would fill them in, and this is another one. */
const PLACEHOLDER = /\$\{[^}]{1,200}\}/;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the servers of a client's configuration with everything that is in it: `mcpServers`, `servers` of VS Code, and their
 * like, or the servers alone. Comments and trailing commas are allowed. Never throws.
 */
export function readImport(document: string): ReadImport {
  if (isTooDeep(document)) return { servers: [], problems: ['The block is nested too deeply.'] };
  const errors: ParseError[] = [];
  const whole: unknown = parse(document, errors, { allowTrailingComma: true });
  // in broken JSON a value can take the place of a name, and values are not for showing
  if (errors.length > 0)
    return {
      servers: [],
      problems: [`This is no valid JSON: see line ${lineOf(document, errors[0]?.offset ?? 0)}.`],
    };
  const block = blockIn(whole);
  if (block === undefined)
    return {
      servers: [],
      problems: ['There are no servers here: an object "mcpServers" or "servers" is missing.'],
    };
  const entries = Object.entries(block);
  const servers = entries.slice(0, MOST_SERVERS).map(([name, entry]) => readServer(name, entry));
  return {
    servers,
    problems: entries.length > MOST_SERVERS ? [`Only the first ${MOST_SERVERS} servers are read.`] : [],
  };
}

function blockIn(whole: unknown): Members | undefined {
  if (!isMembers(whole)) return undefined;
  const mcp = own(whole, 'mcp');
  const places = [
    own(whole, 'mcpServers'),
    own(whole, 'servers'),
    own(whole, 'mcp_servers'),
    isMembers(mcp) ? own(mcp, 'servers') : undefined,
    own(whole, 'context_servers'),
  ];
  const found = places.find(isMembers);
  if (found !== undefined) return found;
  const all = Object.values(whole);
  return all.length > 0 &&
    all.every((one) => isMembers(one) && (addressOf(one) ?? own(one, 'command')) !== undefined)
    ? whole
    : undefined;
}

function readServer(written: string, entry: unknown): ImportedServer {
  const name = written.slice(0, LONGEST_NAME);
  if (!nameSchema.safeParse(written).success)
    return {
      name: 'unnamed',
      problems: ['The name of a server has 1 to 100 characters, none of them a control character.'],
    };
  if (!isMembers(entry)) return { name, problems: ['A server must be an object.'] };
  const url = addressOf(entry);
  const read =
    url === undefined
      ? stdioSchema.safeParse(commandOf(entry))
      : urlConnectionSchema.safeParse({
          kind: own(entry, 'type') === 'sse' || own(entry, 'transport') === 'sse' ? 'sse' : 'streamable-http',
          url,
          headers: own(entry, 'headers') ?? {},
        });
  if (!read.success) return { name, problems: problemsOf(read.error) };
  const placeholders = placeholdersIn(read.data);
  return placeholders.length > 0
    ? { name, connection: read.data, problems: placeholders }
    : { name, connection: read.data, problems: [] };
}

/** Zed writes a command as an object, others as a list of words. */
function commandOf(entry: Members): unknown {
  const command = own(entry, 'command');
  const cwd = own(entry, 'cwd');
  const shared = {
    kind: 'stdio',
    env: own(entry, 'env') ?? own(entry, 'environment') ?? {},
    ...(cwd !== undefined && { cwd }),
  };
  if (isMembers(command))
    return { ...shared, command: own(command, 'path'), args: own(command, 'args') ?? [] };
  const args = own(entry, 'args') ?? [];
  if (!Array.isArray(command)) return { ...shared, command, args };
  const [first, ...more] = command as readonly unknown[];
  return {
    ...shared,
    command: first,
    args: Array.isArray(args) ? [...more, ...(args as readonly unknown[])] : args,
  };
}

function addressOf(entry: Members): unknown {
  return own(entry, 'url') ?? own(entry, 'serverUrl') ?? own(entry, 'httpUrl');
}

/** The faults by their places. What the schema says beyond that could repeat what was pasted. */
function problemsOf(error: z.ZodError): readonly string[] {
  return [
    ...new Set(
      error.issues.map(({ path, message, code }) => {
        const place = path.map((part) => String(part).slice(0, LONGEST_NAME)).join('.');
        if (place === 'command' && code === 'invalid_type') return 'A server needs a "command" or a "url".';
        return place === ''
          ? message
          : `${place}: ${code === 'custom' || code === 'invalid_format' ? message : 'is not as it must be'}`;
      }),
    ),
  ].slice(0, 20);
}

function placeholdersIn(connection: Connection): readonly string[] {
  const values: readonly (readonly [string, string])[] =
    connection.kind === 'stdio'
      ? [
          ['command', connection.command],
          ...connection.args.map((arg, index) => [`args.${index}`, arg] as const),
          ...Object.entries(connection.env).map(([name, value]) => [`env.${name}`, value] as const),
        ]
      : [
          ['url', connection.url],
          ...Object.entries(connection.headers).map(([name, value]) => [`headers.${name}`, value] as const),
        ];
  return values
    .filter(([, value]) => PLACEHOLDER.test(value))
    .map(
      ([place]) =>
        `${place}: holds a placeholder, which only your client can fill in; write the value itself.`,
    );
}

/** The parser calls itself for every level, so that levels are counted before. */
function isTooDeep(text: string): boolean {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
