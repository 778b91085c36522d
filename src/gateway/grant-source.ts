import type { Grant, GrantStore, StoredGrant } from '#store';
import type { Log } from '#platform';
import type { Directory } from './directory.ts';

/**
 * Keeps the grants of the directory equal to what was declared in the configuration and minted into the store, from
 * whatever process: a revocation counts from the next look, a few times a second.
 */
export class GrantSource {
  readonly #directory: Directory;
  readonly #store: GrantStore;
  readonly #log: Log;
  #declared: readonly StoredGrant[] = [];
  #revision: number | undefined;
  #looking: Promise<void> | undefined;

  constructor(directory: Directory, store: GrantStore, log: Log) {
    this.#directory = directory;
    this.#store = store;
    this.#log = log;
  }

  /** Replaces the grants that the configuration declares. */
  async declare(grants: readonly StoredGrant[]): Promise<void> {
    this.#declared = grants;
    // a look that is under way would note its revision afterwards
    await this.#looking?.catch(() => {});
    this.#revision = undefined;
    await this.refresh();
  }

  /** Reads the store's grants again when something changed there. One look at a time: an older one cannot undo a newer one. */
  refresh(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Everything that was changed before this call is in force when it resolves: a look under way may have begun earlier. */
  async catchUp(): Promise<void> {
    await this.#looking?.catch(() => {});
    await this.refresh();
  }

  async #look(): Promise<void> {
    const revision = await this.#store.revision();
    if (revision === this.#revision) return;
    const stored = await this.#store.list();
    this.#revision = revision;
    const grants = new Map<string, Grant>();
    const all = [...this.#declared, ...stored];
    for (const { tokenHash, previous, ...grant } of all) {
      grants.set(tokenHash, grant);
      // the token before is the same grant for a shorter time
      if (previous) grants.set(previous.tokenHash, { ...grant, expiresAt: sooner(grant, previous.until) });
    }
    this.#directory.setGrants(grants);
    for (const grant of all) this.#warnIfUseless(grant);
  }

  /** A grant may be minted for a server or policy that is not configured here: told, because it denies every call. */
  #warnIfUseless({ id, label, server, policy, revokedAt }: Grant): void {
    if (revokedAt !== undefined) return;
    if (!this.#directory.server(server)) {
      this.#log.warn({ grant: id, label, server }, 'a grant is for a server that is not configured');
    } else if (policy !== undefined && !this.#directory.hasPolicy(server, policy)) {
      this.#log.warn(
        { grant: id, label, server, policy },
        'a grant names a policy that its server does not have',
      );
    }
  }
}

function sooner({ expiresAt }: Grant, until: number): number {
  return expiresAt === undefined ? until : Math.min(expiresAt, until);
}
