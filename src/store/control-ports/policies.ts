/** A policy of a server: a name, versions that never change, and perhaps a draft. */
export interface ManagedPolicy {
  readonly server: string;
  readonly name: string;
  /** Text of the draft, where there is one. */
  readonly draft: string | undefined;
  /** Of the draft: another one with every time it is kept, and none comes twice. Undefined where there is no draft. */
  readonly draftRevision: number | undefined;
  /** Version in force; undefined while nothing is published. */
  readonly published: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface PolicyVersion {
  readonly server: string;
  readonly name: string;
  /** 1, 2, 3, … */
  readonly version: number;
  /** Text of the document, exactly as it was published. */
  readonly document: string;
  readonly note: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface PolicyStore {
  list(organisation: string, server: string): Promise<readonly ManagedPolicy[]>;
  find(organisation: string, server: string, name: string): Promise<ManagedPolicy | undefined>;
  /**
   * Keeps a draft; makes the policy when it is new. `after` is the revision of the draft that the person began with (null: there was
   * none; undefined: whatever is there is replaced); throws `policy.draft_conflict` when another one is there.
   */
  saveDraft(
    organisation: string,
    draft: { server: string; name: string; document: string; at: number; by: string; after?: number | null },
  ): Promise<ManagedPolicy & { readonly draftRevision: number }>;
  /** `after` as for `saveDraft`. */
  dropDraft(
    organisation: string,
    draft: { server: string; name: string; at: number; by: string; after?: number | null },
  ): Promise<boolean>;
  /**
   * Adds a version, puts it in force and drops the draft, in one step. `after` is the version that the person saw in force
   * (undefined: none); throws `policy.conflict` when another one is. `draft` is the draft that goes, as `after` of `saveDraft`;
   * `kept` leaves what there is.
   */
  publish(
    organisation: string,
    version: Omit<PolicyVersion, 'version'>,
    after: number | undefined,
    draft?: number | null | 'kept',
  ): Promise<PolicyVersion>;
  versions(organisation: string, server: string, name: string): Promise<readonly PolicyVersion[]>;
  version(
    organisation: string,
    server: string,
    name: string,
    version: number,
  ): Promise<PolicyVersion | undefined>;
  /** Removes policy and draft; versions stay for the records that name them. Throws `policy.in_use` while a live grant carries it. */
  remove(organisation: string, server: string, name: string, now: number): Promise<boolean>;
  /** What is in force in all organisations, for the gateway. */
  published(): Promise<readonly (PolicyVersion & { readonly organisation: string })[]>;
}
