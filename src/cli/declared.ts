/** What a configuration file declares, in the forms that the rooms take. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DeclaredGrant, DeclaredPolicy, DeclaredServer } from '#control';
import { readOrMakeToken, versionOf, type PolicyOrigin } from '#gateway';
import {
  hashGrantToken,
  isGrantToken,
  resolveFrom,
  ToolgateError,
  type Configuration,
  type LoadedConfiguration,
  type ServerConfiguration,
} from '#platform';
import type { StoredGrant } from '#store';
import type { Target } from './assembly.ts';

/** A command runs in the folder of the configuration unless it names another. */
export function targetOf(server: ServerConfiguration, folder: string): Target {
  if ('url' in server) {
    const { url, headers = {}, oauth, transport } = server;
    return { url, headers, transport, ...(oauth && { oauth }) };
  }
  const { command, args = [], env = {}, cwd = '.' } = server;
  return { command, args, env, cwd: resolveFrom(folder, cwd) };
}

/** Where the declared policies come from, by server and name. */
export function policyOriginsOf(
  loaded: LoadedConfiguration,
): Map<string, { server: string; name: string; origin: PolicyOrigin }> {
  const origins = new Map<string, { server: string; name: string; origin: PolicyOrigin }>();
  for (const [server, entry] of Object.entries(loaded.configuration.servers)) {
    for (const [name, policy] of Object.entries(entry.policies ?? {})) {
      const origin =
        typeof policy === 'string'
          ? { file: resolveFrom(loaded.folder, policy) }
          : { text: JSON.stringify(policy, null, 2) };
      origins.set(`${server}/${name}`, { server, name, origin });
    }
  }
  return origins;
}

/** Grants of the configuration keep their id over restarts, so that their counters go on. */
export function declaredGrants(configuration: Configuration, dataDir: string): StoredGrant[] {
  return (configuration.grants ?? []).map((grant) => ({
    ...describedGrant(grant),
    createdAt: 0,
    revokedAt: undefined,
    tokenHash: 'sha256' in grant.token ? grant.token.sha256 : hashGrantToken(tokenOf(grant, dataDir)),
  }));
}

/** The same, as people of their organisation see them: without a token, or a place where one lies. */
export function describedGrants({ configuration, file }: LoadedConfiguration): readonly DeclaredGrant[] {
  return (configuration.grants ?? []).map((grant) => ({ ...describedGrant(grant), file: basename(file) }));
}

type GrantConfiguration = NonNullable<Configuration['grants']>[number];

function describedGrant({ server, label, policy, expires }: GrantConfiguration): Omit<DeclaredGrant, 'file'> {
  const expiresAt = expires === undefined ? undefined : Date.parse(expires);
  return { id: `declared:${server}/${label}`, label, server, policy, expiresAt };
}

function tokenOf(grant: GrantConfiguration, dataDir: string): string {
  if ('file' in grant.token) return readOrMakeToken(resolveFrom(dataDir, grant.token.file));
  const name = 'env' in grant.token ? grant.token.env : '';
  const token = process.env[name];
  if (token !== undefined && isGrantToken(token)) return token;
  throw new ToolgateError(
    'grant.bad_token',
    `The environment variable ${name} holds no grant token for "${grant.label}".`,
    {
      hint: 'Set it to a token of the form tg_…; `toolgate grants mint` makes one.',
    },
  );
}

/** The organisation that the installation itself belongs to, with all that is declared. */
export function installationOf({ organisation = 'default' }: Configuration): string {
  return organisation;
}

/** The declared servers, as people of their organisation see them. */
export function declaredServers({ configuration, folder }: LoadedConfiguration): readonly DeclaredServer[] {
  return Object.entries(configuration.servers).map(([id, server]) => {
    const { title = id, methods, limits } = server;
    return {
      id,
      name: title,
      connection: connectionOf(targetOf(server, folder)),
      settings: { ...(methods && { methods }), ...(limits && { limits }) },
    };
  });
}

function connectionOf(target: Target): DeclaredServer['connection'] {
  if ('url' in target) {
    const { url, headers, oauth, transport = 'streamable-http' } = target;
    return { kind: transport, url, headers, ...(oauth && { oauth }) };
  }
  const { command, args, env, cwd } = target;
  return { kind: 'stdio', command, args, env, ...(cwd !== undefined && { cwd }) };
}

/** The declared policies with their text. One whose file cannot be read now is left out. */
export function declaredPolicies(loaded: LoadedConfiguration): readonly DeclaredPolicy[] {
  return [...policyOriginsOf(loaded).values()].flatMap(({ server, name, origin }) => {
    const document = 'text' in origin ? origin.text : textOf(origin.file);
    return document === undefined ? [] : [{ server, name, document, version: versionOf(document) }];
  });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
