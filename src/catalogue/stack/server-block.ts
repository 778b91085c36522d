import type { Node } from 'jsonc-parser';
import { membersOf, readBlockText, textsOf, type BlockProblem, type BlockText } from './block-text.ts';
import { startedBy } from './npm-command.ts';

export type { BlockProblem } from './block-text.ts';

/** One server of a client's configuration. Values of its environment and headers are not read. */
export interface ConfiguredServer {
  readonly name: string;
  readonly kind: 'npm' | 'remote' | 'python' | 'container' | 'program';
  readonly command?: string;
  /** May hold secrets, as may `url`: show neither. */
  readonly args: readonly string[];
  readonly url?: string;
  readonly packageName?: string;
  /** What stands behind the package's `@`: a version, a range or a tag. */
  readonly packageVersion?: string;
  /** Names of the variables that it is given. */
  readonly envNames: readonly string[];
}

/** The servers of a block that could be read, and what was wrong with the rest. */
export interface ReadServerBlock {
  readonly servers: readonly ConfiguredServer[];
  readonly problems: readonly BlockProblem[];
}

/** Servers read out of one block. */
export const MOST_SERVERS = 50;
const MOST_PROBLEMS = 20;
const LONGEST_NAME = 200;
const MOST_WORDS = 500;

/** Where clients keep their servers, the most usual first. */
const PLACES: readonly (readonly string[])[] = [
  ['mcpServers'],
  ['servers'],
  ['mcp_servers'],
  ['mcp', 'servers'],
  ['context_servers'],
  ['mcp'],
];

/**
 * Reads the servers of a client's configuration: `mcpServers` as most clients have it, `servers` of VS Code, `mcp_servers` of
 * Codex as JSON, or the servers alone. Comments and trailing commas are allowed. Never throws; what cannot be read becomes a
 * problem with its place, and of JSON that is broken anywhere no server is read.
 */
export function readServerBlock(pasted: string): ReadServerBlock {
  const text = readBlockText(pasted);
  // in broken JSON a value can take the place of a name, and values are not for showing
  if (text.problems.length > 0) return { servers: [], problems: text.problems };
  const block = findBlock(text.root);
  if (block === undefined) {
    const message = 'There are no servers here: an object "mcpServers" or "servers" is missing.';
    return { servers: [], problems: [text.problemAt(text.root?.offset ?? 0, message)] };
  }
  const servers = new Map<string, ConfiguredServer>();
  const problems: BlockProblem[] = [];
  for (const { name, at, node } of entriesOf(block)) {
    if (servers.size >= MOST_SERVERS || problems.length >= MOST_PROBLEMS) {
      problems.push(text.problemAt(at, 'Nothing from here on is read: there is too much.'));
      break;
    }
    const server = readServer(name.slice(0, LONGEST_NAME), node, text);
    if ('message' in server) {
      problems.push(server);
      continue;
    }
    if (servers.has(server.name))
      problems.push(text.problemAt(at, 'A server of this name stood here before; this one counts.'));
    servers.set(server.name, server);
  }
  return { servers: [...servers.values()], problems };
}

function findBlock(root: Node | undefined): Node | undefined {
  for (const place of PLACES) {
    const found = place.reduce<Node | undefined>((node, key) => membersOf(node).get(key)?.value, root);
    const isList = found?.type === 'array' && place.length === 1;
    if (found?.type === 'object' || isList) return found;
  }
  // the servers alone: every member looks like one
  const own = [...membersOf(root).values()];
  return own.length > 0 && own.every(({ value }) => isServerLike(value)) ? root : undefined;
}

function isServerLike(node: Node): boolean {
  const members = membersOf(node);
  return ['command', 'url', 'serverUrl', 'httpUrl'].some((key) => members.has(key));
}

interface BlockEntry {
  readonly name: string;
  readonly at: number;
  readonly node: Node;
}

/** Every member, also those whose key stands there twice; or the elements of a list, which say their names themselves. */
function entriesOf(block: Node): readonly BlockEntry[] {
  return (block.children ?? []).flatMap((child, index) => {
    if (block.type === 'array') {
      const name = membersOf(child).get('name')?.value.value;
      return [
        { name: typeof name === 'string' ? name : `server ${index + 1}`, at: child.offset, node: child },
      ];
    }
    const [key, value] = child.children ?? [];
    return key === undefined || value === undefined
      ? []
      : [{ name: String(key.value), at: key.offset, node: value }];
  });
}

function readServer(name: string, node: Node, text: BlockText): ConfiguredServer | BlockProblem {
  if (node.type !== 'object') return text.problemAt(node.offset, 'A server must be an object.');
  const members = membersOf(node);
  const envNames = [...membersOf(members.get('env')?.value ?? members.get('environment')?.value).keys()]
    .slice(0, MOST_WORDS)
    .map((variable) => variable.slice(0, LONGEST_NAME));
  const url = ['url', 'serverUrl', 'httpUrl']
    .map((key) => members.get(key)?.value.value)
    .find((value): value is string => typeof value === 'string');
  if (url !== undefined) return { name, kind: 'remote', args: [], url, envNames };

  const own = members.get('command')?.value;
  if (own === undefined)
    return text.problemAt(node.offset, 'A server needs a "command" or a "url"; this one has neither.');
  // Zed: "command": { "path", "args" }
  const inner = membersOf(own);
  const words = textsOf(inner.get('path')?.value ?? own);
  const given = inner.get('args') ?? members.get('args');
  const args = given === undefined ? [] : textsOf(given.value);
  const [command, ...more] = words ?? [];
  if (command === undefined || command.trim() === '')
    return text.problemAt(own.offset, '"command" must be a text, or a list of texts.');
  if (args === undefined)
    return text.problemAt(given?.value.offset ?? own.offset, '"args" must be a list of texts.');
  const all = [...more, ...args].slice(0, MOST_WORDS);
  return { name, command, args: all, envNames, ...startedBy(command, all) };
}
