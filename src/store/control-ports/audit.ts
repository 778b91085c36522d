/** One line of the admin audit log. */
export interface AuditEvent {
  /** 1, 2, 3, … in each organisation, without a gap. */
  readonly seq: number;
  readonly at: number;
  /** Who: `user:…`, `key:…`, `system`. */
  readonly actor: string;
  /** Name or label of the actor at that time. */
  readonly actorLabel: string;
  /** What: `policy.publish`. */
  readonly action: string;
  /** On what: `policy:fluentcrm/main`. */
  readonly target: string;
  /** Further facts, JSON; never a secret. */
  readonly detail: string;
  /** Hash of the event before; 64 zeros for the first. */
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditQuery {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
  readonly action?: string;
  readonly actor?: string;
  readonly target?: string;
  /** Only what was done from then on, in milliseconds since the epoch. */
  readonly since?: number;
  /** Only what was done before then. */
  readonly until?: number;
}

export interface AuditStore {
  /** Appends: `seal` is given what precedes and makes the whole event. Serialised in each organisation. */
  append(organisation: string, seal: (previous: AuditEvent | undefined) => AuditEvent): Promise<AuditEvent>;
  /** Newest first, before a `seq`; or oldest first, after one. */
  list(organisation: string, query: AuditQuery): Promise<readonly AuditEvent[]>;
  organisations(): Promise<readonly string[]>;
}
