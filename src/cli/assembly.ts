import type { Directory, Gateway, GatewayDeps, PolicySource } from '#gateway';
import type { LimitConfiguration, Log, MetricsPage, OAuthConfiguration } from '#platform';
import type { Records } from '#records';
import type { Grant, Store } from '#store';
import type { AddressRules, ConsentWay, CredentialVault, Upstream } from '#upstream';

/** The server a command works on: an address, or a command to start. */
export type Target =
  | {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly oauth?: OAuthConfiguration;
      /** `sse` is HTTP with SSE of 2024-11-05; Streamable HTTP is spoken where nothing is said. */
      readonly transport?: 'streamable-http' | 'sse' | undefined;
    }
  | {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string;
    };

/** One installation, put together over one data folder. */
export interface Assembly {
  readonly store: Store;
  readonly records: Records;
  readonly directory: Directory;
  readonly policies: PolicySource;
  readonly gateway: Gateway;
  readonly log: Log;
  readonly observers: Observers;
  /** The gateway's own credentials; opens the keys at the first use. Throws `key.invalid` or `key.exposed`. */
  vault(): Promise<CredentialVault>;
}

/** What watches one installation from outside. */
export interface Observers {
  readonly metrics: MetricsPage;
  /** Resolves when traces can be made, or will not be. Never rejects. */
  readonly started: Promise<void>;
  /** Sends the last traces. Never rejects. */
  stop(): Promise<void>;
}

export interface UpstreamParts {
  readonly vault?: () => Promise<CredentialVault>;
  readonly addresses?: AddressRules | undefined;
  /** How a person gives the gateway access, for errors and notices; by the command line unless given. */
  readonly consent?: ConsentWay | undefined;
}

export interface AssembleOptions {
  /** A database in the place of the data folder's own. */
  readonly databaseUrl?: string | undefined;
  /** The grant of every caller, where no credential is asked for. */
  readonly anonymous?: Grant | undefined;
  /** Asks people about held calls and keeps arguments; nobody is asked, and nothing kept, unless given. */
  readonly attend?: (store: Store) => Pick<GatewayDeps, 'approvals' | 'approvalUrl' | 'capture'>;
}

/** What the composition root lends to the commands, so that they know no concrete class. */
export interface Compose {
  readonly log: Log;
  assemble(dataDir: string, options?: AssembleOptions): Assembly;
  /** A target with OAuth needs the vault; `addresses` says where a server with a URL may lie, anywhere when it is absent. */
  createUpstream(
    serverId: string,
    target: Target,
    limits: LimitConfiguration,
    parts?: UpstreamParts,
  ): Promise<Upstream>;
}
