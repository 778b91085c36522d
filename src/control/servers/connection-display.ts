import type { Connection, UrlConnection } from './connection.ts';

/** How a server is reached, as people may see it: what could be a secret is not in it. */
export interface ConnectionDisplay {
  readonly kind: Connection['kind'];
  readonly command?: string;
  /** Flags and names of packages; anything else that is given to the program is hidden. */
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Names of the environment variables that are given. */
  readonly env?: readonly string[];
  /** Without its query; parts of its path that look like a key are hidden. */
  readonly url?: string;
  /** Names of the headers that are sent. */
  readonly headers?: readonly string[];
  readonly oauth?: {
    readonly mode: 'authorization_code' | 'client_credentials';
    readonly issuer?: string;
    readonly clientId?: string;
    readonly clientMetadataUrl?: string;
    readonly scope?: string;
    readonly hasSecret: boolean;
  };
}

/** Stands for what is not shown. */
export const HIDDEN = '•••';

const PROGRAM = /^[\w.@+-]{1,100}$/;
const PACKAGE = /^(?:@[a-z0-9][\w.-]{0,100}\/)?[a-z0-9][\w.-]{0,100}(?:@[\w.^~-]{1,40})?$/i;
const LAUNCHERS = /^(?:npx|bunx|pnpx|uvx|pipx)$/;
/** `exec`, `dlx`, `x`, `run`: the package stands behind them. */
const RUNNERS: Readonly<Record<string, RegExp>> = {
  npm: /^(?:exec|x)$/,
  pnpm: /^(?:dlx|exec)$/,
  yarn: /^(?:dlx|exec)$/,
  bun: /^x$/,
  uv: /^(?:tool|run)$/,
};
const INTERPRETERS = /^(?:node|nodejs|bun|deno|tsx|python[0-9.]*)$/;
/** Flags behind which no value of their own stands, or the package itself. */
const BEFORE_PACKAGE = new Set(['-y', '--yes', '-q', '--quiet', '-p', '--package', '--']);

/** What of a connection people may see; made anew whenever the connection changes. */
export function displayOf(connection: Connection): ConnectionDisplay {
  if (connection.kind !== 'stdio') return urlDisplay(connection);
  const { command, args, env, cwd } = connection;
  const program = baseName(command);
  return {
    kind: 'stdio',
    command: PROGRAM.test(program) ? program : HIDDEN,
    args: shownArguments(program.replace(/\.(?:cmd|exe)$/i, ''), args),
    ...(cwd !== undefined && { cwd }),
    env: Object.keys(env).sort(),
  };
}

function urlDisplay({ kind, url, headers, oauth }: UrlConnection): ConnectionDisplay {
  const { mode = 'authorization_code', issuer, clientId, clientMetadataUrl, scope } = oauth ?? {};
  return {
    kind,
    url: shownUrl(url),
    headers: Object.keys(headers).sort(),
    ...(oauth && {
      oauth: {
        mode,
        ...(issuer !== undefined && { issuer }),
        ...(clientId !== undefined && { clientId }),
        ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
        ...(scope !== undefined && { scope }),
        hasSecret: oauth.clientSecret !== undefined || oauth.privateKey !== undefined,
      },
    }),
  };
}

/** Scheme, host and path of an address; some services put the key into the path. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.split('/').map(shownSegment).join('/');
}

function shownSegment(segment: string): string {
  const isKeyLike = segment.length >= 20 && /\d/.test(segment) && /[A-Za-z]/.test(segment);
  return isKeyLike || segment.length > 60 ? HIDDEN : segment;
}

function shownArguments(program: string, args: readonly string[]): readonly string[] {
  let placeOfPackage: number | undefined;
  const runner = Object.hasOwn(RUNNERS, program) ? RUNNERS[program] : undefined;
  const start = runner ? args.findIndex((arg) => runner.test(arg)) + 1 : 0;
  if (LAUNCHERS.test(program) || (runner && start > 0)) placeOfPackage = packageAt(args, start);
  const script = INTERPRETERS.test(program) ? scriptAt(args) : undefined;
  return args.map((arg, index) => {
    if (index === placeOfPackage) return arg;
    if (index === script) return `…/${baseName(arg)}`;
    if (runner?.test(arg) && index === start - 1) return arg;
    const flag = /^(--?[A-Za-z][A-Za-z0-9-]{0,40})=/.exec(arg)?.[1];
    if (flag !== undefined) return `${flag}=${HIDDEN}`;
    return /^(?:-[A-Za-z]|--[a-z][a-z0-9-]{0,40}|--)$/.test(arg) ? arg : HIDDEN;
  });
}

/** The first word that is a package and no value of a flag before it. */
function packageAt(args: readonly string[], start: number): number | undefined {
  for (let index = start; index < args.length; index++) {
    const before = index === start ? undefined : args[index - 1];
    const isValue = before !== undefined && before.startsWith('-') && !BEFORE_PACKAGE.has(before);
    if (args[index]?.startsWith('-') === true || isValue) continue;
    return PACKAGE.test(args[index] ?? '') ? index : undefined;
  }
  return undefined;
}

/** The script of an interpreter, or a program of a package, where it is the first argument and looks like one. */
function scriptAt(args: readonly string[]): number | undefined {
  return /^[^\s=]{1,300}(?:\.(?:[cm]?[jt]s|py)|\/bin\/[\w-]{1,60})$/.test(args[0] ?? '') ? 0 : undefined;
}

function baseName(path: string): string {
  return path.replaceAll('\\', '/').split('/').at(-1) ?? '';
}
