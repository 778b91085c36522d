import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { GovernedServer } from '#gateway';
import type { Grant } from '#store';
import type { Assembly, Compose, Target } from './assembly.ts';

const REFRESH_MS = 250;

/** One server behind one policy file: what `proxy` and `wrap` have in common. */
export interface OneServer {
  readonly assembly: Assembly;
  readonly server: GovernedServer;
  readonly grant: Grant;
  close(): Promise<void>;
}

/**
 * Puts the gateway together for one server; the policy file is read again when it changes. `isAnonymous` gives every
 * caller the grant. Throws `policy.invalid` with all faults of the policy.
 */
export async function openOneServer(
  compose: Compose,
  options: { readonly policy: string; readonly target: Target; readonly dataDir: string },
  label: string,
  isAnonymous: boolean,
): Promise<OneServer> {
  const serverId = serverIdOf(options.target);
  const policyName = basename(options.policy).replace(/\.json$/i, '');
  const grant: Grant = {
    id: label,
    label,
    server: serverId,
    policy: policyName,
    createdAt: 0,
    expiresAt: undefined,
    revokedAt: undefined,
  };
  const assembly = compose.assemble(options.dataDir, isAnonymous ? { anonymous: grant } : {});
  assembly.policies.loadAll(
    new Map([[policyName, { server: serverId, name: policyName, origin: { file: options.policy } }]]),
  );
  const upstream = await compose.createUpstream(serverId, options.target, {});
  const server: GovernedServer = { id: serverId, organisation: 'default', upstream, methods: {} };
  assembly.directory.addServer(server);
  const timer = setInterval(() => assembly.policies.refresh(), REFRESH_MS).unref();
  return {
    assembly,
    server,
    grant,
    async close() {
      clearInterval(timer);
      await upstream.close();
      await assembly.store.close();
      await assembly.observers.stop();
    },
  };
}

/** A name that stays the same for the same target, so that counters and records of several proxies keep apart. */
export function serverIdOf(target: Target): string {
  const text = 'url' in target ? target.url : JSON.stringify([target.command, target.args]);
  const name = 'url' in target ? hostOf(target.url) : basename(target.args.at(-1) ?? target.command);
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${slug || 'server'}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : 'server';
}
