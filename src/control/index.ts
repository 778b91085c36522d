/**
 * control/: the API with which an organisation is administered, one folder per noun. README.md says how a route is made.
 *
 * - What is another organisation's does not exist, on every path.
 * - A change and its line in the audit log are one: both are kept, or neither.
 * - Requests are served, the OpenAPI document is made, and the tests of rights and of the contract are run from the same routes.
 * - Nothing leaves that the schema of an answer does not name.
 */
export {
  API_BASE,
  createControlApi,
  OPENAPI_PATH,
  type AuditLine,
  type ControlApi,
  type ControlApiParts,
} from './api.ts';
export { actorOf, type Caller } from './caller.ts';
export { openApiDocument } from './openapi.ts';
export type { Problem } from './problem.ts';
export { SCOPES, type Access, type AuditDraft, type Route, type Scope } from './route.ts';
export type { DeclaredGrant } from './grants/grant-answers.ts';
export { grantRoutes, type GrantParts } from './grants/grant-routes.ts';
export { policyRoutes } from './policies/policy-routes.ts';
export type { DeclaredPolicy } from './policies/policy-answers.ts';
export type { KnownServer, LiveTools, PolicyParts, PublishedAgainst } from './policies/policy-parts.ts';
export {
  createServerOf,
  lastUseOf,
  openConnection,
  readSettings,
  serverRoutes,
  type CatalogueTemplate,
  type Connection,
  type ConsentEvent,
  type DeclaredServer,
  type PersonSession,
  type Probe,
  type ProbedServer,
  type ProbeOutcome,
  type ServerParts,
  type ServerSettings,
  type StackReading,
} from './servers/index.ts';
export { approvalRoutes, type ApprovalRouteParts } from './approvals/approval-routes.ts';
export { createToolDescriptions } from './approvals/describe-tool.ts';
export { auditRoutes, type AuditRouteParts } from './audit/audit-routes.ts';
export { logRoutes, type LogParts } from './logs/log-routes.ts';
export { createCallers } from './people/callers.ts';
export type { Identity, IdentityOptions } from './people/identity.ts';
export { apiKeyRoutes } from './people/api-key-routes.ts';
export { invitationRoutes } from './people/invitation-routes.ts';
export { memberRoutes } from './people/member-routes.ts';
export { openIdentity } from './people/open-identity.ts';
export type { PeopleParts } from './people/people-parts.ts';
export { peopleRoutes } from './people/people-routes.ts';
export { checkSameSite } from './people/same-site.ts';
export { simulationRoutes, type SimulationParts } from './simulations/simulation-routes.ts';
export { webhookRoutes, type WebhookRouteParts } from './webhooks/webhook-routes.ts';
