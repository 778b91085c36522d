import type { ControlStore } from '../control-ports.ts';
import { createApiKeyStore } from './api-keys.ts';
import { createApprovalStore } from './approvals.ts';
import { createAuditStore } from './audit.ts';
import { createCaptureStore } from './captures.ts';
import { createIdempotencyStore } from './idempotency.ts';
import { createLookStore } from './looks.ts';
import { createOrganisationStore } from './organisations.ts';
import { createPinStore } from './pins.ts';
import { createPolicyStore } from './policies.ts';
import { createServerStore } from './servers.ts';
import type { SqlDatabase } from './sql-database.ts';
import { createWebhookStore } from './webhooks.ts';

/** Everything that the control plane keeps, in one database; see `ControlStore` for what each part promises. */
export function createControlStore(database: SqlDatabase): ControlStore {
  return {
    organisations: createOrganisationStore(database),
    apiKeys: createApiKeyStore(database),
    servers: createServerStore(database),
    policies: createPolicyStore(database),
    approvals: createApprovalStore(database),
    pins: createPinStore(database),
    looks: createLookStore(database),
    webhooks: createWebhookStore(database),
    audit: createAuditStore(database),
    idempotency: createIdempotencyStore(database),
    captures: createCaptureStore(database),
    // joins transactions as all else does
    identity: { db: database.sql(), dialect: database.dialect },
    transaction: database.transaction,
    revision: () => database.revision('control'),
  };
}
