import type { Clock, KeyRing, Log } from '#platform';
import type { ToolDefinition } from '#policy';
import type { ControlStore, ManagedServer } from '#store';
import type { AddressRules, CredentialVault, DriftWatch } from '#upstream';
import type { Connection } from './connection.ts';
import type { ServerSettings } from './server-settings.ts';

/** A server that the configuration file declares: seen here, changed there. */
export interface DeclaredServer {
  readonly id: string;
  readonly name: string;
  readonly connection: Connection;
  readonly settings: ServerSettings;
}

/** What a server answered when it was asked, or why it did not. */
export type ProbeOutcome =
  | {
      readonly ok: true;
      readonly era: 'legacy' | 'modern';
      readonly revision: string;
      readonly tools: readonly ToolDefinition[];
      readonly latencyMs: number;
      /** What the server calls itself. */
      readonly server?: { readonly name: string; readonly version: string };
    }
  | {
      readonly ok: false;
      /** What happened, in a sentence without secrets or addresses. */
      readonly reason: string;
      readonly hint: string;
      readonly latencyMs: number;
    };

/** Which stored server a connection belongs to. */
export interface ProbedServer {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
}

/** Asks a server once, over a connection of its own; with the access that is kept for `server` where that is given. Never rejects. */
export type Probe = (connection: Connection, server?: ProbedServer) => Promise<ProbeOutcome>;

/** How a server of the catalogue is reached, with the names of what a person must give for it. */
export interface CatalogueTemplate {
  readonly name: string;
  readonly connection: Connection;
  readonly needed: { readonly env: readonly string[]; readonly headers: readonly string[] };
}

/** What the catalogue knows of the servers of a client's configuration, by the names that they have in it. */
export interface StackReading {
  readonly servers: readonly {
    readonly name: string;
    readonly status: 'known' | 'unanswered' | 'remote' | 'unknown';
    /** Of one that is known. */
    readonly slug?: string;
    readonly toolCount?: number;
    readonly counts?: RiskCounts;
    readonly mostDangerous?: readonly { readonly name: string; readonly category: keyof RiskCounts }[];
  }[];
}

/** Numbers of tools by class. */
export interface RiskCounts {
  readonly read: number;
  readonly write: number;
  readonly execute: number;
  readonly destructive: number;
  readonly financial: number;
  readonly unknown: number;
}

/** The live list of a server's tools, or why it cannot be had. */
export type LiveTools = readonly ToolDefinition[] | { readonly unavailable: string };

/** Tells people; it goes to the notifier as it is. */
export interface ConsentEvent {
  readonly event: 'server.consent_needed';
  readonly organisation: string;
  readonly text: string;
  readonly url: string;
  readonly facts: { readonly server: string };
}

/** What the routes of servers are given. */
export interface ServerParts {
  readonly control: ControlStore;
  readonly keys: KeyRing;
  readonly vault: () => Promise<CredentialVault>;
  readonly clock: Clock;
  readonly log: Log;
  /** The servers that the configuration file declares for an organisation. */
  readonly declared: (organisation: string) => readonly DeclaredServer[];
  /** Whether people may register commands, which then run on the machine of the gateway. */
  readonly allowCommands: boolean;
  /** Where servers that people register may lie. */
  readonly addresses: AddressRules;
  /** Origin under which people and authorization servers reach this gateway, without a slash at its end. */
  readonly origin: () => string;
  readonly probe: Probe;
  readonly liveTools: (organisation: string, server: string) => Promise<LiveTools>;
  readonly fromCatalogue: (slug: string) => Promise<CatalogueTemplate | undefined>;
  readonly readStack: (document: string) => Promise<StackReading>;
  readonly driftWatch: DriftWatch;
  /** When agents last used each of these servers, as far as it is known; milliseconds since the epoch. */
  readonly lastUse: (
    organisation: string,
    servers: readonly string[],
  ) => Promise<ReadonlyMap<string, number>>;
  /** Keeps what a check of a server found, for those who look at it later. */
  readonly noteCheck: (organisation: string, server: string, outcome: ProbeOutcome) => Promise<void>;
  /** The person behind the session of a request, if there is one. */
  readonly sessionOf: (request: Request) => Promise<PersonSession | undefined>;
}

export interface PersonSession {
  readonly user: { readonly id: string; readonly name: string };
  readonly sessionId: string;
}

/** A server of an organisation, wherever it comes from. */
export type FoundServer =
  | { readonly isManaged: true; readonly server: ManagedServer }
  | { readonly isManaged: false; readonly server: DeclaredServer };

type WhereServersAre = Pick<ServerParts, 'declared'> & { readonly control: Pick<ControlStore, 'servers'> };

/** A server of an organisation by its id; what the configuration file declares goes before. Undefined for another organisation's. */
export async function findServer(
  { control, declared }: WhereServersAre,
  organisation: string,
  id: string,
): Promise<FoundServer | undefined> {
  const fromFile = declared(organisation).find((one) => one.id === id);
  if (fromFile !== undefined) return { isManaged: false, server: fromFile };
  const server = await control.servers.find(organisation, id);
  return server && { isManaged: true, server };
}

/** What other routes ask of a server: whether the organisation has it. */
export function createServerOf(
  parts: WhereServersAre,
): (
  organisation: string,
  id: string,
) => Promise<{ readonly id: string; readonly name: string; readonly managed: boolean } | undefined> {
  return async (organisation, id) => {
    const found = await findServer(parts, organisation, id);
    return found && { id: found.server.id, name: found.server.name, managed: found.isManaged };
  };
}
