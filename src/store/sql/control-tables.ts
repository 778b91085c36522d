/**
 * The tables of the control plane, in SQL that both dialects read. Columns are described in `schema.ts`. What is part of a step that
 * was released is never edited, only followed by another step.
 *
 * Only members and invitations refer to their organisation by a foreign key: a server may be declared in the configuration, and the
 * organisation of the installation has decisions and an audit log before anybody signed up. Tools are in no unique index: a server
 * chooses their names, and PostgreSQL takes no key of several kilobytes.
 */
export const CONTROL_TABLES: readonly string[] = [
  `CREATE TABLE organisations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
  )`,
  `CREATE TABLE members (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    user_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'policy_manager', 'admin')),
    is_approver BIGINT NOT NULL CHECK (is_approver IN (0, 1)),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, user_id)
  )`,
  'CREATE INDEX members_by_user ON members (user_id)',
  `CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'policy_manager', 'admin')),
    is_approver BIGINT NOT NULL CHECK (is_approver IN (0, 1)),
    invited_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT,
    token_hash TEXT NOT NULL UNIQUE
  )`,
  'CREATE INDEX invitations_by_organisation ON invitations (organisation, id)',
  `CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    token_hash TEXT NOT NULL UNIQUE
  )`,
  'CREATE INDEX api_keys_by_organisation ON api_keys (organisation, id)',
  `CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('stdio', 'streamable-http', 'sse')),
    display TEXT NOT NULL,
    connection_sealed TEXT NOT NULL,
    settings TEXT NOT NULL,
    on_change TEXT NOT NULL CHECK (on_change IN ('alert', 'block')),
    catalogue_slug TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT
  )`,
  'CREATE INDEX servers_by_organisation ON servers (organisation, id)',
  `CREATE TABLE policies (
    organisation TEXT NOT NULL,
    server TEXT NOT NULL,
    name TEXT NOT NULL,
    draft TEXT,
    published BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (organisation, server, name)
  )`,
  `CREATE TABLE policy_versions (
    organisation TEXT NOT NULL,
    server TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (organisation, server, name, version)
  )`,
  `CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    server TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    grant_label TEXT NOT NULL,
    tool TEXT NOT NULL,
    policy TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    live_key TEXT,
    arguments_sealed TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'used', 'expired')),
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    note TEXT NOT NULL,
    used_at BIGINT,
    asked BIGINT NOT NULL,
    UNIQUE (organisation, live_key)
  )`,
  'CREATE INDEX approvals_by_organisation ON approvals (organisation, id)',
  'CREATE INDEX approvals_by_expiry ON approvals (status, expires_at)',
  `CREATE TABLE pins (
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    organisation TEXT NOT NULL,
    hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    accepted_by TEXT NOT NULL
  )`,
  'CREATE INDEX pins_by_server ON pins (server)',
  `CREATE TABLE drift (
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    organisation TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'removed')),
    hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    seen_at BIGINT NOT NULL
  )`,
  'CREATE INDEX drift_by_server ON drift (server)',
  `CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    secret_sealed TEXT NOT NULL,
    events TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('toolgate', 'slack')),
    is_active BIGINT NOT NULL CHECK (is_active IN (0, 1)),
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
  )`,
  'CREATE INDEX webhooks_by_organisation ON webhooks (organisation, id)',
  `CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    webhook TEXT NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    last_status BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    delivered_at BIGINT
  )`,
  'CREATE INDEX deliveries_by_webhook ON deliveries (webhook, id)',
  'CREATE INDEX deliveries_by_due ON deliveries (status, next_attempt_at)',
  `CREATE TABLE audit_chains (
    organisation TEXT PRIMARY KEY,
    length BIGINT NOT NULL
  )`,
  `CREATE TABLE audit_events (
    organisation TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_label TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (organisation, seq)
  )`,
  `CREATE TABLE kept_answers (
    principal TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT,
    body_sealed TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (principal, idempotency_key)
  )`,
  'CREATE INDEX kept_answers_by_age ON kept_answers (created_at)',
  `CREATE TABLE captures (
    record TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    at BIGINT NOT NULL,
    arguments_sealed TEXT NOT NULL
  )`,
  'CREATE INDEX captures_by_server ON captures (server, at)',
  'CREATE INDEX captures_by_age ON captures (at)',
  "INSERT INTO revisions (name, revision) VALUES ('control', 0)",
];
