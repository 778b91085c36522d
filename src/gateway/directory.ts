import type { CompiledPolicy } from '#policy';
import type { MethodSwitches } from '#platform';
import type { Grant } from '#store';
import type { Upstream } from '#upstream';
import type { Pins } from './pinned-definition.ts';
import type { UpstreamUse } from './upstream-use.ts';

/** How calls that a policy holds are treated at one server. */
export interface ApprovalSettings {
  /** How long a person has to answer, and a yes is worth something; milliseconds. */
  readonly lifeMs: number;
  /** How long a held call waits for the answer before it is told to come again; milliseconds, 0 for not at all. */
  readonly holdOpenMs: number;
  /** Whether clients that can are asked to open the page of the approval. */
  readonly elicitation: boolean;
}

export const DEFAULT_APPROVALS: ApprovalSettings = { lifeMs: 15 * 60_000, holdOpenMs: 0, elicitation: true };

/** A server with what the gateway needs to govern it. */
export interface GovernedServer {
  readonly id: string;
  readonly organisation: string;
  readonly upstream: Upstream;
  /** Families of methods besides tools that are switched off. */
  readonly methods: MethodSwitches;
  /** `DEFAULT_APPROVALS` unless given. */
  readonly approvals?: ApprovalSettings | undefined;
  /** The definitions that a person accepted; none unless given. */
  readonly pins?: Pins | undefined;
  /** The arguments of calls are kept too, for simulations. */
  readonly captures?: boolean | undefined;
  /** Somebody registered it; the configuration does not declare it. */
  readonly isRegistered?: boolean | undefined;
  /** Counts what is under way with the upstream, where it may be replaced while the gateway runs. */
  readonly use?: UpstreamUse | undefined;
}

/** Only credentials of grants are kept, so this many are never of a stranger's making. */
const MAX_CREDENTIALS = 100_000;

/**
 * What the gateway knows at this moment: servers, policies and grants, by the keys the pipeline asks with. All look-ups
 * are in memory; edits replace entries, and the next request sees them.
 */
export class Directory {
  readonly #servers = new Map<string, GovernedServer>();
  /** By server, then by name: both are there with every call, and a joined key would have to be made. */
  readonly #policies = new Map<string, Map<string, CompiledPolicy>>();
  #grants = new Map<string, Grant>();
  /** By which token a grant was found: a stream lives as long as the token that opened it. */
  readonly #tokenHashes = new WeakMap<Grant, string>();
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
    const isNew = !this.#servers.has(server.id);
    this.#servers.set(server.id, server);
    if (!isNew) this.#changed();
  }

  /** Its streams end, and its grants open nothing any more. Closing the upstream is the caller's. */
  removeServer(id: string): void {
    if (this.#servers.delete(id)) this.#changed();
  }

  /** The policy in force for a grant; undefined denies every call. */
  policyOf(grant: Grant): CompiledPolicy | undefined {
    return grant.policy === undefined ? undefined : this.#policies.get(grant.server)?.get(grant.policy);
  }

  hasPolicy(server: string, name: string): boolean {
    return this.#policies.get(server)?.has(name) === true;
  }

  setPolicy(server: string, name: string, policy: CompiledPolicy): void {
    const policies = this.#policies.get(server) ?? new Map<string, CompiledPolicy>();
    this.#policies.set(server, policies.set(name, policy));
    this.#changed();
  }

  /** Grants that name it deny every call from now on. */
  removePolicy(server: string, name: string): void {
    if (this.#policies.get(server)?.delete(name)) this.#changed();
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

  /**
   * A grant that was taken before, as it is now: by the same token, with edits since. Undefined when that token is taken no
   * longer: what it has opened ends with it.
   */
  current(grant: Grant, now: number): Grant | undefined {
    if (this.anonymous?.id === grant.id) return isLive(this.anonymous, now) ? this.anonymous : undefined;
    const hash = this.#tokenHashes.get(grant);
    return hash === undefined ? undefined : this.liveGrant(hash, now);
  }

  /** Replaces all grants, by the SHA-256 of their tokens. */
  setGrants(grants: ReadonlyMap<string, Grant>): void {
    this.#grants = new Map(grants);
    this.#grantsByCredential = new Map();
    for (const [hash, grant] of grants) this.#tokenHashes.set(grant, hash);
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
