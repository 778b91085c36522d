/**
 * control/servers/: the servers of an organisation: how they are reached, whether they answer, what of their definitions people
 * accepted, and the consent that some of them want.
 *
 * - A connection is sealed whole; what people see of it is a display that cannot hold a secret.
 * - Whoever changes where a server lies does not get what somebody else entered for it.
 */
export { openConnection, type Connection } from './connection.ts';
export { lastUseOf } from './last-use.ts';
export { findServer, createServerOf } from './server-parts.ts';
export type {
  CatalogueTemplate,
  ConsentEvent,
  DeclaredServer,
  PersonSession,
  Probe,
  ProbedServer,
  ProbeOutcome,
  ServerParts,
  StackReading,
} from './server-parts.ts';
export { serverRoutes } from './server-routes.ts';
export { readSettings, type ServerSettings } from './server-settings.ts';
