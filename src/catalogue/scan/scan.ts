import type { CatalogueMethod } from '#store';

/** What one reading of a server's tools gave, and how it was made. */
export interface Scan {
  /** When the server answered or was given up, as an ISO date and time. */
  readonly scannedAt: string;
  /** How the server was reached. */
  readonly how: CatalogueMethod;
  /** Version of the package, where one was installed. */
  readonly version?: string;
  readonly outcome: ScanAnswer | ScanFailure;
}

/** The server answered `tools/list`. */
export interface ScanAnswer {
  readonly answered: true;
  readonly era: 'legacy' | 'modern';
  /** Protocol revision that was agreed on. */
  readonly revision: string;
  /** What the server calls itself. */
  readonly serverInfo?: { readonly name: string; readonly version: string };
  /** All pages, in the server's order. */
  readonly tools: readonly ScannedTool[];
}

/** A definition as the server gave it. */
export interface ScannedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
}

/** Why there is no answer; one word for counting, one line for reading. */
export interface ScanFailure {
  readonly answered: false;
  readonly reason: FailureReason;
  readonly detail: string;
}

export type FailureReason =
  | 'not_found'
  | 'install_failed'
  | 'no_command'
  | 'exited'
  | 'no_answer'
  | 'not_mcp'
  | 'no_tools'
  | 'too_large'
  | 'unreachable'
  | 'refused';
