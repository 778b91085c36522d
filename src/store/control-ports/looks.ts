/** What a server answered when a gateway last asked it for its tools. */
export interface ServerLook {
  /** When it was asked. */
  readonly at: number;
  /** Why there was no answer, without addresses or credentials; undefined when there was one. */
  readonly failure: string | undefined;
  /** Numbers of its tools by class, when it last gave them. */
  readonly tools: { readonly counts: Readonly<Record<string, number>>; readonly at: number } | undefined;
}

export interface LookStore {
  /** Without `counts`, those that were noted before stay. What is older than the last one is forgotten. */
  note(
    organisation: string,
    server: string,
    look: { at: number; failure?: string; counts?: Readonly<Record<string, number>> },
  ): Promise<void>;
  /** The last look at each of these servers, by id; those that were never asked are left out. */
  ofServers(organisation: string, servers: readonly string[]): Promise<ReadonlyMap<string, ServerLook>>;
}
