/** Arguments of a call, kept because the server's owner wants to simulate policies over them. */
export interface Capture {
  /** Id of the decision record. */
  readonly record: string;
  readonly server: string;
  readonly at: number;
  /** Encrypted (purpose `capture:<record>`). */
  readonly argumentsSealed: string;
}

export interface CaptureStore {
  insert(capture: Capture): Promise<void>;
  ofRecords(records: readonly string[]): Promise<readonly Capture[]>;
  prune(server: string, before: number): Promise<number>;
  /** Those of any server that is older than `before`. */
  pruneAll(before: number): Promise<number>;
  removeServer(server: string): Promise<number>;
}
