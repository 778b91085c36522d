/** Tokens that can be shown to the server now. */
export interface HeldTokens {
  readonly access: string;
  readonly givenAt: number;
  /** Undefined when the authorization server did not say. */
  readonly expiresAt: number | undefined;
}

/** What is known without asking anybody. */
export interface KeptTokens {
  readonly tokens: HeldTokens | undefined;
  /** Whether new ones can be had without a person. */
  readonly canRenew: boolean;
}

/** Where the tokens of one server come from. All methods reject with `AuthorizationFailure`, or with a fault of the store. */
export interface TokenSource {
  load(): Promise<KeptTokens>;
  /** New tokens in place of those that are kept, stored before they are given out. */
  renew(): Promise<HeldTokens>;
  /** Tokens with more rights; undefined when a person must agree first. Rejects when asking again would change nothing. */
  widen(scope: string | undefined): Promise<HeldTokens | undefined>;
  /** Another number when another process may have changed what is kept; absent where nothing is kept. */
  revision?(): Promise<number>;
}
