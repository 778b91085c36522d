import type {
  ApprovalStatus,
  Delivery,
  Drift,
  ManagedServer,
  OnChange,
  Role,
  Webhook,
} from '../control-ports.ts';

/**
 * The tables of both stores as their rows come out of the database: one meaning for every column, whatever the dialect. Times are
 * milliseconds since the epoch, `is_…` is 0 or 1, what is a list or an object is JSON text.
 */

export interface GrantRow {
  readonly id: string;
  readonly label: string;
  readonly server: string;
  readonly policy: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly token_hash: string;
  readonly organisation: string;
  readonly addresses: string | null;
  readonly last_used_at: number | null;
  readonly previous_token_hash: string | null;
  readonly previous_until: number | null;
}

export interface CredentialRow {
  readonly server: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly sealed: string;
  readonly updated_at: number;
  readonly version: number;
  readonly renewed_by: string | null;
  readonly renewed_until: number | null;
}

export interface ContactMessageRow {
  readonly id: string;
  readonly at: number;
  readonly name: string;
  readonly email: string;
  readonly text: string;
}

/** `grants`, `credentials`, `control`: a number each that rises with every change. */
export interface RevisionRow {
  readonly name: string;
  readonly revision: number;
}

/** What the control plane reads of a person; the table is the sign-in library's. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface OrganisationRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: number;
}

export interface MemberRow {
  readonly organisation: string;
  readonly user_id: string;
  readonly role: Role;
  readonly is_approver: number;
  readonly created_at: number;
}

export interface InvitationRow {
  readonly id: string;
  readonly organisation: string;
  readonly email: string;
  readonly role: Role;
  readonly is_approver: number;
  readonly invited_by: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly accepted_at: number | null;
  readonly revoked_at: number | null;
  readonly token_hash: string;
}

export interface ApiKeyRow {
  readonly id: string;
  readonly organisation: string;
  readonly label: string;
  readonly scopes: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
  readonly token_hash: string;
}

export interface ServerRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly kind: ManagedServer['kind'];
  readonly display: string;
  readonly connection_sealed: string;
  readonly settings: string;
  readonly on_change: OnChange;
  readonly catalogue_slug: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly removed_at: number | null;
}

export interface PolicyRow {
  readonly organisation: string;
  readonly server: string;
  readonly name: string;
  readonly draft: string | null;
  /** The revision of `control` that the draft was kept at; 0 for one that is older than the column. */
  readonly draft_revision: number | null;
  readonly published: number | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly updated_by: string;
}

export interface PolicyVersionRow {
  readonly organisation: string;
  readonly server: string;
  readonly name: string;
  readonly version: number;
  readonly document: string;
  readonly note: string;
  readonly created_at: number;
  readonly created_by: string;
}

export interface ApprovalRow {
  readonly id: string;
  readonly organisation: string;
  readonly server: string;
  readonly grant_id: string;
  readonly grant_label: string;
  readonly tool: string;
  readonly policy: string;
  readonly policy_version: string;
  readonly rule: string;
  readonly reason: string;
  readonly fingerprint: string;
  /** The fingerprint while this is the one approval that an asker gets; null before and after. */
  readonly live_key: string | null;
  readonly arguments_sealed: string;
  readonly status: ApprovalStatus;
  readonly requested_at: number;
  readonly expires_at: number;
  readonly decided_at: number | null;
  readonly decided_by: string | null;
  readonly note: string;
  readonly used_at: number | null;
  readonly asked: number;
}

export interface PinRow {
  readonly server: string;
  readonly tool: string;
  readonly organisation: string;
  readonly hash: string;
  readonly definition: string;
  readonly accepted_at: number;
  readonly accepted_by: string;
}

export interface ServerLookRow {
  readonly server: string;
  readonly organisation: string;
  readonly asked_at: number;
  readonly failure: string | null;
  /** Numbers of tools by class, as JSON, and when they were counted. */
  readonly counts: string | null;
  readonly counted_at: number | null;
}

export interface DriftRow {
  readonly server: string;
  readonly tool: string;
  readonly organisation: string;
  readonly kind: Drift['kind'];
  readonly hash: string;
  readonly definition: string;
  readonly seen_at: number;
}

export interface WebhookRow {
  readonly id: string;
  readonly organisation: string;
  readonly label: string;
  readonly url: string;
  readonly secret_sealed: string;
  readonly events: string;
  readonly format: Webhook['format'];
  readonly is_active: number;
  readonly created_at: number;
  readonly created_by: string;
}

export interface DeliveryRow {
  readonly id: string;
  readonly organisation: string;
  readonly webhook: string;
  readonly event: string;
  readonly payload: string;
  readonly status: Delivery['status'];
  readonly attempts: number;
  readonly next_attempt_at: number;
  /** Until when the process that took it has it alone; 0 when nobody does. */
  readonly leased_until: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: number;
  readonly delivered_at: number | null;
}

/** One row an organisation: who appends to its audit log holds it. */
export interface AuditChainRow {
  readonly organisation: string;
  readonly length: number;
}

export interface AuditEventRow {
  readonly organisation: string;
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly actor_label: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
  readonly previous_hash: string;
  readonly hash: string;
}

export interface KeptAnswerRow {
  readonly principal: string;
  readonly idempotency_key: string;
  readonly request_hash: string;
  readonly status: number | null;
  readonly body_sealed: string | null;
  readonly created_at: number;
}

export interface CaptureRow {
  readonly record: string;
  readonly server: string;
  readonly at: number;
  readonly arguments_sealed: string;
}

export interface Schema {
  readonly grants: GrantRow;
  readonly credentials: CredentialRow;
  readonly contact_messages: ContactMessageRow;
  readonly revisions: RevisionRow;
  readonly users: UserRow;
  readonly organisations: OrganisationRow;
  readonly members: MemberRow;
  readonly invitations: InvitationRow;
  readonly api_keys: ApiKeyRow;
  readonly servers: ServerRow;
  readonly policies: PolicyRow;
  readonly policy_versions: PolicyVersionRow;
  readonly approvals: ApprovalRow;
  readonly pins: PinRow;
  readonly drift: DriftRow;
  readonly server_looks: ServerLookRow;
  readonly webhooks: WebhookRow;
  readonly deliveries: DeliveryRow;
  readonly audit_chains: AuditChainRow;
  readonly audit_events: AuditEventRow;
  readonly kept_answers: KeptAnswerRow;
  readonly captures: CaptureRow;
}
