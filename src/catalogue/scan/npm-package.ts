import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScanFailure } from './scan.ts';

/** A package that was installed to be scanned. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Folder that holds it and all it needs. */
  readonly folder: string;
  /** Command name → file. */
  readonly bins: ReadonlyMap<string, string>;
  readonly repository?: string;
  readonly documentation: Documentation;
}

/** What the package's own documentation says of starting it. */
export interface Documentation {
  /** Variables of start blocks for clients. */
  readonly environment: readonly string[];
  /** Other names that look like variables. */
  readonly mentioned: readonly string[];
  /** Argument lists of documented start commands. */
  readonly arguments: readonly (readonly string[])[];
}

export type Installer = 'npm' | 'pnpm';

const INSTALL_MS = 180_000;
const MAX_README = 200_000;

/**
 * Installs a package into an empty folder, without running any of its scripts. Resolves to what was installed, or to why it
 * could not be.
 */
export async function installPackage(
  spec: string,
  folder: string,
  installer: Installer = 'npm',
): Promise<InstalledPackage | ScanFailure> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const { code, output } = await run(installer, installArgs(spec, installer), folder);
  if (code !== 0)
    return {
      answered: false,
      reason: /E404|404 Not Found|ETARGET|No matching version/.test(output) ? 'not_found' : 'install_failed',
      detail: faultLine(output),
    };
  const name = await installedName(folder);
  const home = await realpath(join(folder, 'node_modules', ...name.split('/')));
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as Manifest;
  const repository = repositoryOf(manifest);
  return {
    name,
    version: String(manifest.version),
    folder,
    bins: await binsOf(manifest, name, home),
    ...(repository !== undefined && { repository }),
    documentation: documentationOf(await readmeOf(home)),
  };
}

function installArgs(spec: string, installer: Installer): readonly string[] {
  return installer === 'npm'
    ? [
        'install',
        '--ignore-scripts',
        '--omit=dev',
        '--no-audit',
        '--no-fund',
        '--no-package-lock',
        '--prefer-offline',
        '--loglevel=error',
        '--',
        spec,
      ]
    : [
        'add',
        '--ignore-scripts',
        '--prod',
        '--prefer-offline',
        '--no-lockfile',
        '--config.node-linker=hoisted',
        '--config.auto-install-peers=true',
        '--reporter=append-only',
        '--',
        spec,
      ].filter((arg) => arg !== '--');
}

interface Manifest {
  readonly version?: unknown;
  readonly bin?: unknown;
  readonly repository?: unknown;
}

/** What the installer wrote down as wanted: right for a name, an address and a folder alike. */
async function installedName(folder: string): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const [name] = Object.keys(dependencies ?? {});
  if (name === undefined) throw new Error('the installer installed nothing');
  return name;
}

async function binsOf(manifest: Manifest, name: string, home: string): Promise<ReadonlyMap<string, string>> {
  const { bin } = manifest;
  const entries: readonly (readonly [string, unknown])[] =
    typeof bin === 'string'
      ? [[name.split('/').at(-1) ?? name, bin]]
      : typeof bin === 'object' && bin !== null
        ? Object.entries(bin)
        : [];
  const bins = new Map<string, string>();
  for (const [command, file] of entries) {
    if (typeof file !== 'string') continue;
    const path = join(home, file);
    if (path.startsWith(home) && (await stat(path).catch(() => undefined))?.isFile()) bins.set(command, path);
  }
  return bins;
}

/** `owner/name`, where the package says where its source lies. */
function repositoryOf({ repository }: Manifest): string | undefined {
  const { url } =
    typeof repository === 'object' && repository !== null
      ? (repository as { url?: unknown })
      : { url: repository };
  const text = typeof url === 'string' ? url : '';
  return (
    /github(?:\.com[/:]|:)([\w.-]+\/[\w.-]+?)(?:\.git)?(?:[/#?].*)?$/.exec(text)?.[1] ??
    (/^[\w.-]+\/[\w.-]+$/.test(text) ? text : undefined)
  );
}

async function readmeOf(home: string): Promise<string> {
  const file = (await readdir(home)).find((name) => /^readme(?:\.md|\.markdown)?$/i.test(name));
  return file === undefined ? '' : (await readFile(join(home, file), 'utf8')).slice(0, MAX_README);
}

/** Finds variables and arguments in the start blocks of a README: JSON for clients, and command lines. */
export function documentationOf(readme: string): Documentation {
  const environment = new Set<string>();
  const mentioned = new Set<string>();
  const lists = new Map<string, readonly string[]>();
  for (const [, body = ''] of readme.matchAll(/"env(?:ironment)?"\s*:\s*\{([^{}]{0,4000})\}/g))
    for (const [, name = ''] of body.matchAll(/"([A-Za-z_][A-Za-z0-9_]{1,80})"\s*:/g)) environment.add(name);
  for (const [, name = ''] of readme.matchAll(/^\s*(?:export\s+)?([A-Z][A-Z0-9_]{3,60})=/gm))
    mentioned.add(name);
  for (const [, name = ''] of readme.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]{2,60})`/g)) mentioned.add(name);
  for (const [, body = ''] of readme.matchAll(/"args"\s*:\s*\[([^[\]]{0,2000})\]/g)) {
    const all = [...body.matchAll(/"((?:[^"\\]|\\.){0,300})"/g)].map(([, text = '']) => text);
    const own = argumentsBehindPackage(all);
    if (own !== undefined && own.length > 0) lists.set(JSON.stringify(own), own);
  }
  return {
    environment: [...environment].slice(0, 40),
    mentioned: [...mentioned].slice(0, 40),
    arguments: [...lists.values()].slice(0, 4),
  };
}

/** Of `["-y", "package", "--stdio"]` what comes after the package or the script. */
function argumentsBehindPackage(all: readonly string[]): readonly string[] | undefined {
  const at = all.findIndex((arg) => !/^(?:-y|--yes|-p|--package(?:=.*)?|exec|run|dlx|--from|x)$/.test(arg));
  return at < 0 ? undefined : all.slice(at + 1).filter((arg) => arg !== '--');
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), INSTALL_MS);
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      clearTimeout(limit);
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({
        code: code ?? 1,
        output: code === null ? `${output}\nno end within ${INSTALL_MS / 1_000} s` : output,
      });
    });
  });
}

function faultLine(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line =
    lines.find((text) => /ERR|error/i.test(text) && !/log of this run/i.test(text)) ??
    lines.at(-1) ??
    'no word of the installer';
  // no addresses and paths of this machine in a record
  return line
    .replaceAll(/https?:\/\/\S+/g, '(address)')
    .replaceAll(/(?:\/[\w.@-]+){2,}/g, '(path)')
    .slice(0, 200);
}
