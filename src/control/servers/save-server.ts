import * as z from 'zod';
import type { ManagedServer, OnChange } from '#store';
import { createAddressGuard } from '#upstream';
import type { Problem } from '../problem.ts';
import { sealConnection, type Connection } from './connection.ts';
import { displayOf } from './connection-display.ts';
import { newServerId } from './server-id.ts';
import type { ServerParts } from './server-parts.ts';
import { writeSettings, type ServerSettings } from './server-settings.ts';

export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'may hold no control character')
  .describe('Name for people.');

export interface NewServer {
  readonly name: string;
  readonly connection: Connection;
  readonly settings: ServerSettings;
  readonly onChange: OnChange;
  readonly catalogueSlug?: string | undefined;
}

/** Why a connection may not be used on this gateway, whatever it reaches; undefined when it may. */
export function refusedConnection(
  { allowCommands, addresses }: Pick<ServerParts, 'allowCommands' | 'addresses'>,
  connection: Connection,
): Problem | undefined {
  if (connection.kind === 'stdio') return allowCommands ? undefined : COMMANDS_OFF;
  const refusal = createAddressGuard(addresses).refusalOf(new URL(connection.url));
  if (refusal === undefined) return undefined;
  return {
    status: 422,
    code: 'server.address_not_allowed',
    detail: `The address may not be used: ${refusal}.`,
    hint: 'The operator of the gateway allows ranges in "upstreamAddresses" of the configuration.',
  };
}

/** The row of a new server, with its connection sealed. */
export function newServerRow(
  { keys }: Pick<ServerParts, 'keys'>,
  { name, connection, settings, onChange, catalogueSlug }: NewServer,
  at: number,
): ManagedServer {
  const id = newServerId(name);
  return {
    id,
    name,
    kind: connection.kind,
    display: JSON.stringify(displayOf(connection)),
    connectionSealed: sealConnection(id, connection, keys),
    settings: writeSettings(settings),
    onChange,
    catalogueSlug,
    createdAt: at,
    updatedAt: at,
  };
}

const COMMANDS_OFF: Problem = {
  status: 403,
  code: 'server.commands_off',
  detail: 'Commands may not be registered here: they would run on the machine of the gateway.',
  hint: 'The operator can allow it in the configuration, declare the server there, or you register it by its address.',
};
