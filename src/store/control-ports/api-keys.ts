/** A key with which a script uses the API. */
export interface ApiKey {
  readonly id: string;
  readonly label: string;
  /** What it may do at most, e.g. `policies:write`. */
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly revokedAt: number | undefined;
  readonly lastUsedAt: number | undefined;
}

export interface ApiKeyStore {
  insert(organisation: string, key: ApiKey, tokenHash: string): Promise<void>;
  list(organisation: string): Promise<readonly ApiKey[]>;
  revoke(organisation: string, id: string, at: number): Promise<boolean>;
  /** The key behind a token, revoked and expired ones too. */
  behind(tokenHash: string): Promise<{ readonly organisation: string; readonly key: ApiKey } | undefined>;
  /** Noted at most once a minute by the caller. */
  touch(id: string, at: number): Promise<void>;
}
