/**
 * What the control plane asks of a store. Everything belongs to an organisation, and every method that reads or changes something
 * takes it first: what is another organisation's does not exist. All ids are made by the caller (`newId`). Times are milliseconds
 * since the epoch. `undefined` comes back for what is not there; conflicts are `ToolgateError`s with the codes named here.
 */

/** What a person may do in an organisation, from least to most. */
export type Role = 'viewer' | 'policy_manager' | 'admin';

export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** A person's place in an organisation. */
export interface Member {
  readonly user: string;
  readonly role: Role;
  /** May decide held calls; a right beside the role. */
  readonly isApprover: boolean;
  readonly createdAt: number;
}

/** A member with what is known of the person. */
export type MemberEntry = Member & { readonly name: string; readonly email: string };

export interface Invitation {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly role: Role;
  readonly isApprover: boolean;
  readonly invitedBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly acceptedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

export interface OrganisationStore {
  /** Makes an organisation with its first admin. Throws `organisation.exists` for an id that is taken. */
  create(organisation: Organisation, founder: Member): Promise<void>;
  find(organisation: string): Promise<Organisation | undefined>;
  rename(organisation: string, name: string): Promise<void>;
  /** Ids of all that own something here, in order: also of one that held calls before anybody founded it. */
  owners(): Promise<readonly string[]>;
  count(): Promise<number>;
  /** The organisations of a person, oldest first. */
  ofUser(user: string): Promise<readonly { readonly organisation: Organisation; readonly member: Member }[]>;
  member(organisation: string, user: string): Promise<MemberEntry | undefined>;
  members(organisation: string): Promise<readonly MemberEntry[]>;
  /** Throws `member.exists`. */
  addMember(organisation: string, member: Member): Promise<void>;
  /** Throws `member.last_admin` when nobody would be left to administer. Resolves to whether there is such a member. */
  changeMember(
    organisation: string,
    user: string,
    change: { role?: Role; isApprover?: boolean },
  ): Promise<boolean>;
  /** Throws `member.last_admin`. Resolves to whether there was one. */
  removeMember(organisation: string, user: string): Promise<boolean>;
  /** `tokenHash` is the SHA-256 of the token in the invitation's link. */
  invite(organisation: string, invitation: Invitation, tokenHash: string): Promise<void>;
  invitations(organisation: string): Promise<readonly Invitation[]>;
  revokeInvitation(organisation: string, id: string, at: number): Promise<boolean>;
  /** The open invitation (not accepted, revoked or expired at `now`) behind a token. */
  invitationBehind(
    tokenHash: string,
    now: number,
  ): Promise<{ readonly organisation: Organisation; readonly invitation: Invitation } | undefined>;
  /** Takes an open invitation and makes the member, both or neither; false when it is open no longer. Throws `member.exists`. */
  acceptInvitation(id: string, member: Member, now: number): Promise<boolean>;
}

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

/** What a server does when its definitions are no longer those that were accepted. */
export type OnChange = 'alert' | 'block';

/** A server that an organisation registered. Ids are unique in the whole installation: they are part of the URL. */
export interface ManagedServer {
  readonly id: string;
  readonly name: string;
  readonly kind: 'stdio' | 'streamable-http' | 'sse';
  /** How it is reached, as people may see it: no header value, variable, query or secret argument. JSON. */
  readonly display: string;
  /** How it is reached, whole, encrypted by whoever stores it (purpose `server:<id>`). */
  readonly connectionSealed: string;
  /** Everything else: methods, limits, approvals, capture. JSON. */
  readonly settings: string;
  readonly onChange: OnChange;
  /** Slug in the catalogue, where it was registered from there. */
  readonly catalogueSlug: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type ServerEdit = Partial<
  Pick<ManagedServer, 'name' | 'kind' | 'display' | 'connectionSealed' | 'settings' | 'onChange'>
>;

export interface ServerStore {
  /** Throws `server.exists` for an id that is taken, by a removed server too. */
  insert(organisation: string, server: ManagedServer): Promise<void>;
  list(organisation: string): Promise<readonly ManagedServer[]>;
  find(organisation: string, id: string): Promise<ManagedServer | undefined>;
  update(organisation: string, id: string, edit: ServerEdit, at: number): Promise<ManagedServer | undefined>;
  /** Removes it, revokes its grants, and keeps the row, so that its id is never given again. */
  remove(organisation: string, id: string, at: number): Promise<boolean>;
  /** The ids of all servers that the organisation ever registered: decisions about removed ones are still its own. */
  everRegistered(organisation: string): Promise<readonly string[]>;
  /** Those of all organisations, for the gateway. */
  all(): Promise<readonly (ManagedServer & { readonly organisation: string })[]>;
  /** For the rotation of keys: changes nothing but the sealed text, if it is still `from`. */
  reseal(id: string, from: string, to: string): Promise<boolean>;
}

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

export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'used' | 'expired';

/** A call that waits for a person, or waited. */
export interface Approval {
  readonly id: string;
  readonly server: string;
  readonly grantId: string;
  readonly grantLabel: string;
  readonly tool: string;
  readonly policy: string;
  readonly policyVersion: string;
  readonly rule: string;
  readonly reason: string;
  /** SHA-256 over server, tool, canonical arguments, grant and policy version, in hex. */
  readonly fingerprint: string;
  /** The arguments, encrypted (purpose `approval:<id>`). */
  readonly argumentsSealed: string;
  readonly status: ApprovalStatus;
  readonly requestedAt: number;
  /** When a pending or approved one is worth nothing any more. */
  readonly expiresAt: number;
  readonly decidedAt: number | undefined;
  /** Id of the person or key that decided. */
  readonly decidedBy: string | undefined;
  readonly note: string;
  readonly usedAt: number | undefined;
  /** How often the agent asked. */
  readonly asked: number;
}

export interface ApprovalFilter {
  readonly status?: ApprovalStatus;
  readonly server?: string;
  readonly grantId?: string;
  /** Only those requested before this one (id), for paging: newest first. */
  readonly before?: string;
  readonly limit: number;
}

export interface ApprovalStore {
  /**
   * The one live approval (pending, approved or denied, not expired at `now`) of this organisation and fingerprint, whose `asked` is
   * raised; else `fresh` is kept and comes back. Concurrent askers get the same one.
   */
  ask(
    organisation: string,
    fresh: Approval,
    now: number,
  ): Promise<{ readonly approval: Approval; readonly isNew: boolean }>;
  find(organisation: string, id: string): Promise<Approval | undefined>;
  list(organisation: string, filter: ApprovalFilter, now: number): Promise<readonly Approval[]>;
  /** pending → approved or denied, if it is pending and not expired. A compare-and-set: of two, one gets `true`. */
  decide(
    organisation: string,
    id: string,
    decision: { status: 'approved' | 'denied'; by: string; note: string; at: number; expiresAt: number },
  ): Promise<boolean>;
  /** approved → used, if it has not expired: the right to make the call once. Durable when it resolves. */
  use(organisation: string, id: string, at: number): Promise<boolean>;
  /** used → approved: the call certainly did not run. Only for who used it, at that moment. */
  giveBack(organisation: string, id: string, usedAt: number): Promise<boolean>;
  /** pending and approved ones whose time is over become `expired`; resolves to those that did. */
  expire(now: number): Promise<readonly (Approval & { readonly organisation: string })[]>;
  reseal(id: string, from: string, to: string): Promise<boolean>;
  /** Forgets decided ones older than `before`. */
  prune(before: number): Promise<number>;
}

/** The definition of a tool that a person accepted. */
export interface Pin {
  readonly tool: string;
  /** SHA-256 of the canonical definition, in hex. */
  readonly hash: string;
  /** The definition itself, as JSON, for the diff. */
  readonly definition: string;
  readonly acceptedAt: number;
  readonly acceptedBy: string;
}

/** A tool whose definition is not the accepted one. */
export interface Drift {
  readonly tool: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** Hash of what the server says now; empty when it is gone. */
  readonly hash: string;
  /** The definition that the server gives now; empty when it is gone. */
  readonly definition: string;
  readonly seenAt: number;
}

export interface PinStore {
  pins(server: string): Promise<readonly Pin[]>;
  /** Makes these the pins of a server, all at once, and forgets its drift. */
  replace(organisation: string, server: string, pins: readonly Pin[]): Promise<void>;
  /** Accepts one tool as it is now (or that it is gone: `undefined`), if it is still as the person saw it; else false. */
  accept(
    organisation: string,
    server: string,
    tool: string,
    seenHash: string,
    pin: Pin | undefined,
  ): Promise<boolean>;
  drift(server: string): Promise<readonly Drift[]>;
  /** Makes this the drift of a server; resolves to what is new in it, so that one of several processes tells of it. */
  setDrift(organisation: string, server: string, drift: readonly Drift[]): Promise<readonly Drift[]>;
}

/** What a server answered when a gateway last asked it for its tools. */
export interface ServerLook {
  /** When it was asked. */
  readonly at: number;
  /** Why there was no answer, without addresses or credentials; undefined when there was one. */
  readonly failure: string | undefined;
  /** Numbers of its tools by class, when it last gave them. */
  readonly tools: { readonly counts: Readonly<Record<string, number>>; readonly at: number } | undefined;
}

export interface LookStore {
  /** Without `counts`, those that were noted before stay. What is older than the last one is forgotten. */
  note(
    organisation: string,
    server: string,
    look: { at: number; failure?: string; counts?: Readonly<Record<string, number>> },
  ): Promise<void>;
  /** The last look at each of these servers, by id; those that were never asked are left out. */
  ofServers(organisation: string, servers: readonly string[]): Promise<ReadonlyMap<string, ServerLook>>;
}

export interface Webhook {
  readonly id: string;
  readonly label: string;
  readonly url: string;
  /** The signing secret, encrypted (purpose `webhook:<id>`). */
  readonly secretSealed: string;
  /** Names of events, or `*`. */
  readonly events: readonly string[];
  readonly format: 'toolgate' | 'slack';
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface Delivery {
  readonly id: string;
  readonly webhook: string;
  readonly event: string;
  /** The body that is sent, JSON. */
  readonly payload: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly lastStatus: number | undefined;
  readonly lastError: string | undefined;
  readonly createdAt: number;
  readonly deliveredAt: number | undefined;
}

export interface WebhookStore {
  insert(organisation: string, webhook: Webhook): Promise<void>;
  list(organisation: string): Promise<readonly Webhook[]>;
  find(organisation: string, id: string): Promise<Webhook | undefined>;
  update(
    organisation: string,
    id: string,
    edit: Partial<Pick<Webhook, 'label' | 'url' | 'secretSealed' | 'events' | 'format' | 'isActive'>>,
  ): Promise<Webhook | undefined>;
  /** Its deliveries go with it. */
  remove(organisation: string, id: string): Promise<boolean>;
  enqueue(organisation: string, deliveries: readonly Delivery[]): Promise<void>;
  deliveries(
    organisation: string,
    webhook: string,
    query: { before?: string; limit: number },
  ): Promise<readonly Delivery[]>;
  /** Puts a delivery that failed back on its way. */
  redeliver(organisation: string, id: string, at: number): Promise<boolean>;
  /** Takes due deliveries for `leaseMs`; no two processes take the same. With the webhook each goes to. */
  claimDue(
    now: number,
    leaseMs: number,
    limit: number,
  ): Promise<
    readonly { readonly organisation: string; readonly webhook: Webhook; readonly delivery: Delivery }[]
  >;
  settle(
    id: string,
    outcome: Pick<
      Delivery,
      'status' | 'attempts' | 'nextAttemptAt' | 'lastStatus' | 'lastError' | 'deliveredAt'
    >,
  ): Promise<void>;
  reseal(id: string, from: string, to: string): Promise<boolean>;
  /** Forgets delivered and failed ones older than `before`. */
  prune(before: number): Promise<number>;
}

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

export interface AuditStore {
  /** Appends: `seal` is given what precedes and makes the whole event. Serialised in each organisation. */
  append(organisation: string, seal: (previous: AuditEvent | undefined) => AuditEvent): Promise<AuditEvent>;
  /** Newest first, before a `seq`; or oldest first, after one. */
  list(
    organisation: string,
    query: { before?: number; after?: number; limit: number; action?: string; actor?: string },
  ): Promise<readonly AuditEvent[]>;
  organisations(): Promise<readonly string[]>;
}

/** An answer kept under a key of the client, so that a repeated request changes nothing twice. */
export interface KeptAnswer {
  readonly requestHash: string;
  /** Undefined while the first request is under way. */
  readonly status: number | undefined;
  /** The body, encrypted (purpose `answer`): it may hold a token that is shown once. */
  readonly bodySealed: string | undefined;
  readonly createdAt: number;
}

export interface IdempotencyStore {
  /** Keeps the place for an answer; the kept one comes back when there is one already. */
  begin(principal: string, key: string, fresh: KeptAnswer): Promise<KeptAnswer | undefined>;
  finish(principal: string, key: string, status: number, bodySealed: string): Promise<void>;
  /** The request failed before anything was done: the key is free again. */
  abandon(principal: string, key: string): Promise<void>;
  prune(before: number): Promise<number>;
}

/** Arguments of a call, kept because the server's owner wants to simulate policies over them. */
export interface Capture {
  /** Id of the decision record. */
  readonly record: string;
  readonly server: string;
  readonly at: number;
  /** Encrypted (purpose `capture:<record>`). */
  readonly argumentsSealed: string;
}

export interface CaptureStore {
  insert(capture: Capture): Promise<void>;
  ofRecords(records: readonly string[]): Promise<readonly Capture[]>;
  prune(server: string, before: number): Promise<number>;
  /** Those of any server that is older than `before`. */
  pruneAll(before: number): Promise<number>;
  removeServer(server: string): Promise<number>;
}

/** What the library for sign-in keeps; only that library reads or writes it. */
export interface IdentityDatabase {
  /** A `Kysely` instance. */
  readonly db: unknown;
  readonly dialect: 'sqlite' | 'postgres';
}

/** What the control plane keeps. */
export interface ControlStore {
  readonly organisations: OrganisationStore;
  readonly apiKeys: ApiKeyStore;
  readonly servers: ServerStore;
  readonly policies: PolicyStore;
  readonly approvals: ApprovalStore;
  readonly pins: PinStore;
  readonly looks: LookStore;
  readonly webhooks: WebhookStore;
  readonly audit: AuditStore;
  readonly idempotency: IdempotencyStore;
  readonly captures: CaptureStore;
  readonly identity: IdentityDatabase;
  /**
   * Everything that `work` asks of this store, grants and credentials too, happens wholly or not at all. A transaction inside another
   * joins it. Others wait meanwhile: `work` must not wait for anything but the store.
   */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Rises with every change of servers, policies or pins, from any process. */
  revision(): Promise<number>;
}
