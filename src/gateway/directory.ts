import type { CompiledPolicy } from '#policy';
import type { MethodSwitches } from '#platform';
import type { Grant } from '#store';
import type { Upstream } from '#upstream';

/** A server with what the gateway needs to govern it. */
export interface GovernedServer {
  readonly id: string;
  readonly organisation: string;
  readonly upstream: Upstream;
  /** Families of methods besides tools that are switched off. */
  readonly methods: MethodSwitches;
}

/** Only credentials of grants are kept, so this many are never of a stranger's making. */
const MAX_CREDENTIALS = 100_000;

/**
 * What the gateway knows at this moment: servers, policies and grants, by the keys the pipeline asks with. All look-ups
 * are in memory; edits replace entries, and the next request sees them.
 */
export class Directory {
  readonly #servers = new Map<string, GovernedServer>();
  #policies = new Map<string, CompiledPolicy>();
  #grants = new Map<string, Grant>();
  #grantsById = new Map<string, Grant>();
  /** Grants by the credential that they were found by: hashing it is the dearest part of authentication. */
  #grantsByCredential = new Map<string, Grant>();
  readonly #listeners: (() => void)[] = [];
  /** In place of a credential: every caller has this grant (`proxy --grant none`, `wrap`). */
  readonly anonymous: Grant | undefined;

  constructor(anonymous?: Grant) {
    this.anonymous = anonymous;
  }

  server(id: string): GovernedServer | undefined {
    return this.#servers.get(id);
  }

  servers(): readonly GovernedServer[] {
    return [...this.#servers.values()];
  }

  addServer(server: GovernedServer): void {
    this.#servers.set(server.id, server);
  }

  /** The policy in force for a grant; undefined denies every call. */
  policyOf(grant: Grant): CompiledPolicy | undefined {
    return grant.policy === undefined ? undefined : this.#policies.get(policyKey(grant.server, grant.policy));
  }

  hasPolicy(server: string, name: string): boolean {
    return this.#policies.has(policyKey(server, name));
  }

  setPolicy(server: string, name: string, policy: CompiledPolicy): void {
    this.#policies.set(policyKey(server, name), policy);
    this.#changed();
  }

  /** The grant whose token has this SHA-256, if it is neither revoked nor expired at `now`. */
  liveGrant(tokenHash: string, now: number): Grant | undefined {
    const grant = this.#grants.get(tokenHash);
    return grant && isLive(grant, now) ? grant : undefined;
  }

  /**
   * The live grant behind a credential, which `hashOf` makes the hash of a token of when it was not seen before; undefined
   * for what is no token.
   */
  grantBehind(
    credential: string,
    now: number,
    hashOf: (credential: string) => string | undefined,
  ): Grant | undefined {
    const known = this.#grantsByCredential.get(credential);
    if (known) return isLive(known, now) ? known : undefined;
    const hash = hashOf(credential);
    const grant = hash === undefined ? undefined : this.liveGrant(hash, now);
    if (grant && this.#grantsByCredential.size < MAX_CREDENTIALS)
      this.#grantsByCredential.set(credential, grant);
    return grant;
  }

  /** Whether a grant that was taken before is still one: what it has opened ends with it. */
  isStillLive({ id }: Grant, now: number): boolean {
    const grant = this.anonymous?.id === id ? this.anonymous : this.#grantsById.get(id);
    return grant !== undefined && isLive(grant, now);
  }

  /** Replaces all grants, by the SHA-256 of their tokens. */
  setGrants(grants: ReadonlyMap<string, Grant>): void {
    this.#grants = new Map(grants);
    this.#grantsByCredential = new Map();
    this.#grantsById = new Map(Array.from(grants.values(), (grant) => [grant.id, grant]));
    this.#changed();
  }

  /** Called after every edit that may change what some grant can see. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isLive({ revokedAt, expiresAt }: Grant, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt > now);
}

function policyKey(server: string, name: string): string {
  return `${server}/${name}`;
}
