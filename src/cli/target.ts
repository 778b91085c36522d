import { ToolgateError } from '#platform';
import type { Target } from './assembly.ts';

export interface TargetFlags {
  readonly upstream?: string;
  readonly transport?: string;
  readonly header?: readonly string[];
  readonly env?: readonly string[];
}

/** The server that `--upstream URL` or `-- COMMAND ARG…` names. Throws `usage.target` when it is neither or both. */
export function targetOf(flags: TargetFlags, words: readonly string[]): Target {
  const [command, ...args] = words;
  if ((flags.upstream === undefined) === (command === undefined)) {
    throw new ToolgateError('usage.target', 'Name one server: --upstream URL, or -- COMMAND ARG…', {
      hint: 'For example: -- npx -y @modelcontextprotocol/server-filesystem /data',
    });
  }
  const transport = transportOf(flags.transport);
  if (command !== undefined && transport !== undefined) {
    throw new ToolgateError('usage.target', '--transport goes with --upstream URL.', {
      hint: 'A command is spoken to over its standard input and output.',
    });
  }
  if (command !== undefined) return { command, args, env: pairsOf(flags.env ?? [], '=', '--env NAME=VALUE') };
  const headers = pairsOf(flags.header ?? [], ':', '--header "Name: value"');
  return { url: flags.upstream ?? '', headers, transport };
}

function transportOf(flag: string | undefined): 'streamable-http' | 'sse' | undefined {
  if (flag === undefined || flag === 'streamable-http' || flag === 'sse') return flag;
  throw new ToolgateError('usage.target', `"${flag}" is no transport.`, {
    hint: 'Use streamable-http (the default), or sse for a server of 2024-11-05.',
  });
}

function pairsOf(entries: readonly string[], separator: string, form: string): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf(separator);
      if (at < 1)
        throw new ToolgateError('usage.target', `"${entry.slice(0, 20)}" does not have the form ${form}.`);
      return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
    }),
  );
}

/** Commander's collector for an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** A port from a flag or the environment. Throws `usage.port`. */
export function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && text.trim() !== '') return port;
  throw new ToolgateError('usage.port', `"${text}" is not a port.`, {
    hint: 'Give a number from 0 to 65535.',
  });
}
