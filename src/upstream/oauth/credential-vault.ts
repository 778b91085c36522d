import type { Clock, KeyRing } from '#platform';
import type { CredentialKey, CredentialStore, StoredCredential } from '#store';
import { parseRecord, type CredentialRecord } from './credential-record.ts';

/** A record with the state of the store that it was read from. */
export interface KeptCredential {
  readonly stored: StoredCredential;
  readonly record: CredentialRecord;
}

/** The credentials of the store, encrypted on the way in and decrypted on the way out. */
export interface CredentialVault {
  /** Throws `key.unknown` or `key.refused` when it cannot be decrypted. */
  find(server: string): Promise<KeptCredential | undefined>;
  /** Makes this the server's only credential. */
  replace(server: string, record: CredentialRecord, at: number): Promise<void>;
  /** Puts a new record in place of the one that was read; undefined when it changed meanwhile or another one renews it. */
  renew(
    kept: KeptCredential,
    holder: string,
    record: CredentialRecord,
    at: number,
  ): Promise<KeptCredential | undefined>;
  claim(kept: KeptCredential, holder: string, now: number, until: number): Promise<boolean>;
  release(kept: KeptCredential, holder: string): Promise<void>;
  remove(server: string): Promise<boolean>;
  revision(): Promise<number>;
}

export function createCredentialVault(store: CredentialStore, keys: KeyRing, clock: Clock): CredentialVault {
  const seal = (key: CredentialKey, record: CredentialRecord): string =>
    keys.seal(JSON.stringify(record), purposeOf(key));

  return {
    async find(server) {
      const stored = await store.find(server);
      if (stored === undefined) return undefined;
      const record = parseRecord(keys.open(stored.sealed, purposeOf(stored)));
      if (keys.isOutdated(stored.sealed)) {
        const sealed = seal(stored, record);
        const version = await store.renew(stored, 'rotation of keys', sealed, clock.now());
        if (version !== undefined) return { record, stored: { ...stored, sealed, version } };
      }
      return { record, stored };
    },
    async replace(server, record, updatedAt) {
      const key = { server, issuer: record.server.issuer, clientId: record.client.id };
      await store.replace({ ...key, sealed: seal(key, record), updatedAt });
    },
    async renew({ stored }, holder, record, updatedAt) {
      const sealed = seal(stored, record);
      const version = await store.renew(stored, holder, sealed, updatedAt);
      return version === undefined
        ? undefined
        : { record, stored: { ...stored, sealed, updatedAt, version } };
    },
    claim: ({ stored }, holder, now, until) => store.claim(stored, holder, now, until),
    release: ({ stored }, holder) => store.release(stored, holder),
    remove: (server) => store.remove(server),
    revision: () => store.revision(),
  };
}

/** What was encrypted for one row opens in no other. */
function purposeOf({ server, issuer, clientId }: CredentialKey): string {
  return JSON.stringify(['credential', server, issuer, clientId]);
}
