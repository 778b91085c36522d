/** The definition of a tool that a person accepted. */
export interface Pin {
  readonly tool: string;
  /** SHA-256 of the canonical definition, in hex. */
  readonly hash: string;
  /** The definition itself, as JSON, for the diff. */
  readonly definition: string;
  readonly acceptedAt: number;
  readonly acceptedBy: string;
}

/** A tool whose definition is not the accepted one. */
export interface Drift {
  readonly tool: string;
  readonly kind: 'added' | 'changed' | 'removed';
  /** Hash of what the server says now; empty when it is gone. */
  readonly hash: string;
  /** The definition that the server gives now; empty when it is gone. */
  readonly definition: string;
  readonly seenAt: number;
}

/** How many tools of a server were accepted, and how many are not as they were. */
export interface PinCounts {
  readonly pins: number;
  readonly drift: number;
}

export interface PinStore {
  pins(server: string): Promise<readonly Pin[]>;
  /** Their hashes alone, by tool: definitions are long, and are read for nothing but a diff. */
  accepted(server: string): Promise<ReadonlyMap<string, string>>;
  /** Makes these the pins of a server, all at once, and forgets its drift. */
  replace(organisation: string, server: string, pins: readonly Pin[]): Promise<void>;
  /** Accepts one tool as it is now (or that it is gone: `undefined`), if it is still as the person saw it; else false. */
  accept(
    organisation: string,
    server: string,
    tool: string,
    seenHash: string,
    pin: Pin | undefined,
  ): Promise<boolean>;
  drift(server: string): Promise<readonly Drift[]>;
  /** How much there is of both, of servers that have any: for lists, which show no more. */
  counts(servers: readonly string[]): Promise<ReadonlyMap<string, PinCounts>>;
  /** Makes this the drift of a server; resolves to what is new in it, so that one of several processes tells of it. */
  setDrift(organisation: string, server: string, drift: readonly Drift[]): Promise<readonly Drift[]>;
}
