import type { CatalogueIndex } from '#store';

/** What the registry is made from. */
export interface RegistryParts {
  /** Undefined while it is being built. */
  readonly index: () => CatalogueIndex | undefined;
  /** Public origin; its host may call the MCP endpoint. */
  readonly origin: string;
  readonly version: string;
  /** Hosts besides this machine and the origin's that may call the MCP endpoint. */
  readonly allowedHosts?: readonly string[];
  /** Hears of faults of ours. */
  readonly onFault?: (error: unknown) => void;
}

/** Longest body that is read. */
export const MOST_BODY_BYTES = 1024 * 1024;
