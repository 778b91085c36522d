/** An answer kept under a key of the client, so that a repeated request changes nothing twice. */
export interface KeptAnswer {
  readonly requestHash: string;
  /** Undefined while the first request is under way. */
  readonly status: number | undefined;
  /** The body, encrypted (purpose `answer`): it may hold a token that is shown once. */
  readonly bodySealed: string | undefined;
  readonly createdAt: number;
}

export interface IdempotencyStore {
  /** Keeps the place for an answer; the kept one comes back when there is one already. */
  begin(principal: string, key: string, fresh: KeptAnswer): Promise<KeptAnswer | undefined>;
  finish(principal: string, key: string, status: number, bodySealed: string): Promise<void>;
  /** The request failed before anything was done: the key is free again. */
  abandon(principal: string, key: string): Promise<void>;
  prune(before: number): Promise<number>;
}
