import type { Configuration } from './config.ts';
import { ToolgateError } from './errors.ts';

/** A configuration with the variables of the environment in it. Throws `config.variable_unset`. */
export function expandConfiguration(config: Configuration, environment: NodeJS.ProcessEnv): Configuration {
  const expand = (text: string): string => expandVariables(text, environment);
  const expandRecord = (record: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(record)
        .map(([name, value]) => [name, expand(value)] as const)
        .filter(([, value]) => value !== ''),
    );
  const servers = Object.fromEntries(
    Object.entries(config.servers).map(([id, entry]) => [
      id,
      'command' in entry
        ? {
            ...entry,
            command: expand(entry.command),
            args: (entry.args ?? []).map(expand),
            env: expandRecord(entry.env ?? {}),
          }
        : {
            ...entry,
            url: expand(entry.url),
            headers: expandRecord(entry.headers ?? {}),
            ...(entry.oauth && { oauth: expandRecord(entry.oauth) }),
          },
    ]),
  );
  const { accounts, mail, forward } = config;
  return {
    ...config,
    ...(accounts && { accounts: expandTexts(accounts, expand) }),
    ...(mail && { mail: expandTexts(mail, expand) }),
    ...(forward && { forward: expandTexts(forward, expand) }),
    servers,
  };
}

/** Replaces `${NAME}` and `${NAME:-default}`. Throws `config.variable_unset` for an unset name without default. */
export function expandVariables(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replaceAll(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (_, name: string, fallback: string | undefined) => {
      const value = environment[name];
      if (value !== undefined && value !== '') return value;
      if (fallback !== undefined) return fallback;
      throw new ToolgateError('config.variable_unset', `The environment variable ${name} is not set.`, {
        hint: `Set it, or give a default in the configuration: \${${name}:-value}.`,
      });
    },
  );
}

/** A part of the configuration with every text in it expanded. */
function expandTexts<T>(part: T, expand: (text: string) => string): T {
  if (typeof part === 'string') return expand(part) as T;
  if (Array.isArray(part)) return part.map((entry: unknown) => expandTexts(entry, expand)) as T;
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, expandTexts(value as unknown, expand)]),
  ) as T;
}
