/**
 * store/: what must outlive a process. The ports say what the rooms above may ask; `openStore` gives them over one data
 * folder: counters and decisions in a ledger (an append-only log that all processes share), the rest by SQLite or PostgreSQL.
 *
 * - A write that resolved survives `kill -9`. A write that rejected was not made.
 * - Any number of processes may share a data folder: reservations are exact across them.
 * - No process stops the event loop of another: the ledger has no locks, and where SQLite has one, waiting goes on between
 *   turns and fails with `store.busy` after five seconds.
 */
export type {
  CallEnding,
  FinishedCall,
  CallResult,
  ChargedRecord,
  CountedRecords,
  DecisionSetting,
  CounterEntry,
  CounterStore,
  CredentialKey,
  CredentialStore,
  DecisionRecord,
  Grant,
  GrantEdit,
  GrantStore,
  RecordedOutcome,
  RecordFilter,
  RecordStore,
  ReserveOutcome,
  Store,
  StoredCredential,
  StoredGrant,
  StoredRecord,
} from './ports.ts';
export type {
  CatalogueCategory,
  CatalogueChange,
  CatalogueEvidence,
  CatalogueIndex,
  CatalogueLevel,
  CatalogueMethod,
  CatalogueParameter,
  CatalogueQuery,
  CatalogueServer,
  CatalogueServerFacts,
  CatalogueSource,
  CatalogueTool,
  CatalogueTotals,
  CategoryCounts,
  ContactMessage,
  ContactStore,
  Page,
  SearchAnswer,
  ServerEntry,
  ToolEntry,
  UnansweredServer,
} from './catalogue-ports.ts';
export type {
  ApiKey,
  ApiKeyStore,
  Approval,
  ApprovalFilter,
  ApprovalStatus,
  ApprovalStore,
  AuditEvent,
  AuditStore,
  Capture,
  CaptureStore,
  ControlStore,
  Delivery,
  Drift,
  IdempotencyStore,
  IdentityDatabase,
  Invitation,
  KeptAnswer,
  LookStore,
  ManagedPolicy,
  ManagedServer,
  Member,
  MemberEntry,
  OnChange,
  Organisation,
  OrganisationStore,
  Pin,
  PinCounts,
  PinStore,
  PolicyStore,
  PolicyVersion,
  Role,
  ServerEdit,
  ServerLook,
  ServerStore,
  Webhook,
  WebhookStore,
} from './control-ports.ts';
export { backUp, type BackUpOptions } from './backup/back-up.ts';
export { checkData, type DataCheck } from './backup/check-data.ts';
export type { Manifest as BackupManifest } from './backup/manifest.ts';
export { checkBackup, restore, type Restored, type RestoreOptions } from './backup/restore.ts';
export { openStore, type StoreOptions } from './open-store.ts';
export { buildCatalogueIndex, type BuildOptions } from './sqlite/catalogue/build.ts';
export { openCatalogueIndex, type CatalogueIndexFile } from './sqlite/catalogue/open-index.ts';
