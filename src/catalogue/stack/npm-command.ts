/** What a command line starts: a package of npm, something that npm does not have, or a server at an address. */
export type StartedThing =
  | { readonly kind: 'npm'; readonly packageName: string; readonly packageVersion?: string }
  | { readonly kind: 'remote'; readonly url: string }
  | { readonly kind: 'python' | 'container' | 'program' };

const PACKAGE =
  /^(?:npm:)?((?:@[a-z0-9~-][a-z0-9._~-]{0,200}\/)?[a-z0-9][a-z0-9._~-]{0,200})(?:@([^/@\s]{1,100}))?$/i;
const ADDRESS = /^https?:\/\//i;
const MOST_WRAPPERS = 4;

/** Options of npx, npm exec, pnpm dlx, yarn dlx, bunx and deno that stand alone. Behind any other one stands its value. */
const SWITCH =
  /^(?:-[a-zA-Z]|--|--[\w-]+=.*|--(?:no|allow|deny|prefer|ignore|bun|node-modules)(?:-[\w-]+)?|--(?:yes|quiet|silent|verbose|offline|global|unstable))$/s;
const PACKAGE_OPTIONS = new Set(['-p', '--package']);
const VALUE_OPTIONS = new Set(['-c', '-w', '-C']);
/** Options of node that have a value behind them. */
const NODE_WITH_VALUE = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--env-file',
  '-C',
  '--conditions',
]);

/** Finds what a configured command starts. Looks through shells, `env`, `cmd /c`, gateways and bridges around it. */
export function startedBy(command: string, args: readonly string[], depth = 0): StartedThing {
  if (depth > MOST_WRAPPERS) return { kind: 'program' };
  const inner = innerCommand(command, args);
  if (inner !== undefined) {
    const [next = '', ...rest] = inner;
    return startedBy(next, rest, depth + 1);
  }
  const words = launchedWords(command, args);
  if (words === undefined) return withoutLauncher(command, args, depth);
  const named = packageIn(words);
  if (named === undefined) return { kind: 'program' };
  return throughBridge(named.started, named.rest, depth);
}

/** The command that another one only runs: of a shell, `env`, `cmd /c`, or several words in one text. */
function innerCommand(command: string, args: readonly string[]): readonly string[] | undefined {
  const program = programOf(command);
  if (args.length === 0 && /\s/.test(command.trim()) && !/[\\/]/.test(command.split(/\s/)[0] ?? ''))
    return wordsOf(command);
  if (/^(?:sh|bash|zsh|dash)$/.test(program)) {
    const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
    return at < 0 ? undefined : wordsOf(args[at + 1] ?? '');
  }
  if (program === 'cmd' && /^\/[ck]$/i.test(args[0] ?? '')) return nonEmpty(args.slice(1));
  if (program === 'env') return nonEmpty(dropWhile(args, (arg) => arg.startsWith('-') || arg.includes('=')));
  return undefined;
}

function wordsOf(line: string): readonly string[] | undefined {
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g)?.map((word) => word.replaceAll(/^["']|["']$/g, ''));
  return nonEmpty(dropWhile(words ?? [], (word) => word === 'exec' || /^[A-Z_][A-Z0-9_]*=/i.test(word)));
}

/** What stands behind the words that fetch and start a package; undefined for any other command. */
function launchedWords(command: string, args: readonly string[]): readonly string[] | undefined {
  const program = programOf(command);
  if (/^(?:npx|bunx|pnpx|yarnx)$/.test(program)) return args;
  const subcommands: Readonly<Record<string, readonly string[]>> = {
    npm: ['exec', 'x'],
    pnpm: ['dlx', 'exec'],
    yarn: ['dlx', 'exec'],
    bun: ['x'],
    deno: ['run', 'x'],
  };
  const known = new Map(Object.entries(subcommands)).get(program);
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  return known?.includes(args[at] ?? '') ? args.slice(at + 1) : undefined;
}

interface NamedPackage {
  readonly started: Extract<StartedThing, { kind: 'npm' }>;
  readonly rest: readonly string[];
}

/** The first word that is a package; `--package=…` names it too, and then the word is a command of that package. */
function packageIn(words: readonly string[]): NamedPackage | undefined {
  let chosen: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const given = /^--package=(.+)$/.exec(word)?.[1];
    if (given !== undefined) chosen ??= given;
    else if (PACKAGE_OPTIONS.has(word)) chosen ??= words[++i];
    else if (VALUE_OPTIONS.has(word) || (word.startsWith('-') && !SWITCH.test(word))) i++;
    else if (!word.startsWith('-')) {
      const started = packageNamed(chosen ?? word);
      return started && { started, rest: words.slice(i + 1) };
    }
  }
  const started = chosen === undefined ? undefined : packageNamed(chosen);
  return started && { started, rest: [] };
}

function packageNamed(word: string): NamedPackage['started'] | undefined {
  const [, name, version] = PACKAGE.exec(word) ?? [];
  if (name === undefined) return undefined;
  return { kind: 'npm', packageName: name, ...(version !== undefined && { packageVersion: version }) };
}

/** Toolgate around another command stands for that command, and a bridge to an address for the address. */
function throughBridge(
  started: NamedPackage['started'],
  rest: readonly string[],
  depth: number,
): StartedThing {
  if (started.packageName === 'toolgate') return behindGateway(rest, depth) ?? started;
  if (started.packageName !== 'mcp-remote') return started;
  const url = rest.find((word) => ADDRESS.test(word));
  return url === undefined ? started : { kind: 'remote', url };
}

function behindGateway(args: readonly string[], depth: number): StartedThing | undefined {
  const at = args.indexOf('--');
  const [command, ...rest] = at < 0 ? [] : args.slice(at + 1);
  return command === undefined ? undefined : startedBy(command, rest, depth + 1);
}

/** A program of its own: a script inside an installed package, or something else. */
function withoutLauncher(command: string, args: readonly string[], depth: number): StartedThing {
  const program = programOf(command);
  if (program === 'toolgate') return behindGateway(args, depth) ?? { kind: 'program' };
  if (/^(?:docker|podman|nerdctl)$/.test(program)) return { kind: 'container' };
  if (/^(?:uvx?|pipx|python[0-9.]*|py)$/.test(program)) return { kind: 'python' };
  const script = /^(?:node|nodejs|bun|tsx|deno)$/.test(program) ? scriptIn(args) : command;
  const name = script === undefined ? undefined : packageOfPath(script);
  return name === undefined ? { kind: 'program' } : { kind: 'npm', packageName: name };
}

function scriptIn(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (NODE_WITH_VALUE.has(arg)) i++;
    else if (!arg.startsWith('-') && arg !== 'run') return arg;
  }
  return undefined;
}

/** The package in whose folder a file lies; of packages inside one another, the innermost. */
function packageOfPath(path: string): string | undefined {
  const parts = path.replaceAll('\\', '/').split('/');
  const at = parts.lastIndexOf('node_modules');
  const first = parts[at + 1] ?? '';
  if (at < 0 || first.startsWith('.')) return undefined;
  const name = first.startsWith('@') ? `${first}/${parts[at + 2] ?? ''}` : first;
  return packageNamed(name)?.packageName;
}

/** The name of a command without its folder and ending. */
export function programOf(command: string): string {
  const last = command.trim().replaceAll('\\', '/').split('/').at(-1) ?? '';
  return last.toLowerCase().replace(/\.(?:cmd|exe|ps1|bat)$/, '');
}

function dropWhile(words: readonly string[], isDropped: (word: string) => boolean): readonly string[] {
  const first = words.findIndex((word) => !isDropped(word));
  return first < 0 ? [] : words.slice(first);
}

function nonEmpty(words: readonly string[]): readonly string[] | undefined {
  return words.length === 0 ? undefined : words;
}
