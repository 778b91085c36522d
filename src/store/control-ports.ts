/**
 * What the control plane asks of a store. Everything belongs to an organisation, and every method that reads or changes something
 * takes it first: what is another organisation's does not exist. All ids are made by the caller (`newId`). Times are milliseconds
 * since the epoch. `undefined` comes back for what is not there; conflicts are `ToolgateError`s with the codes named here.
 */
import type { OrganisationStore } from './control-ports/organisations.ts';
import type { ApiKeyStore } from './control-ports/api-keys.ts';
import type { ServerStore } from './control-ports/servers.ts';
import type { PolicyStore } from './control-ports/policies.ts';
import type { ApprovalStore } from './control-ports/approvals.ts';
import type { PinStore } from './control-ports/pins.ts';
import type { LookStore } from './control-ports/looks.ts';
import type { WebhookStore } from './control-ports/webhooks.ts';
import type { AuditStore } from './control-ports/audit.ts';
import type { IdempotencyStore } from './control-ports/idempotency.ts';
import type { CaptureStore } from './control-ports/captures.ts';

export type {
  Role,
  Organisation,
  Member,
  MemberEntry,
  Invitation,
  OrganisationStore,
} from './control-ports/organisations.ts';
export type { ApiKey, ApiKeyStore } from './control-ports/api-keys.ts';
export type { OnChange, ManagedServer, ServerEdit, ServerStore } from './control-ports/servers.ts';
export type { ManagedPolicy, PolicyVersion, PolicyStore } from './control-ports/policies.ts';
export type { ApprovalStatus, Approval, ApprovalFilter, ApprovalStore } from './control-ports/approvals.ts';
export type { Pin, PinCounts, Drift, PinStore } from './control-ports/pins.ts';
export type { ServerLook, LookStore } from './control-ports/looks.ts';
export type { Webhook, Delivery, WebhookStore } from './control-ports/webhooks.ts';
export type { AuditEvent, AuditStore } from './control-ports/audit.ts';
export type { KeptAnswer, IdempotencyStore } from './control-ports/idempotency.ts';
export type { Capture, CaptureStore } from './control-ports/captures.ts';

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
