import type { UpstreamFailure } from './upstream.ts';

/** A server refused a request for what it was shown. */
export interface CredentialRefusal {
  readonly status: 401 | 403;
  /** The server's `WWW-Authenticate`. It is for the credential alone: an agent that followed it would log in elsewhere. */
  readonly challenge: string | undefined;
  /** The headers that were refused. */
  readonly shown: readonly string[];
  /** The request was repeated already, with headers that this credential gave. */
  readonly isRepeated: boolean;
}

/** What to do about it: send the same request once more, or tell the caller. Undefined lets the server's answer stand. */
export type RefusalOutcome =
  | { readonly repeatWith: readonly string[] }
  | { readonly failure: UpstreamFailure }
  | undefined;

/** What the gateway shows a server to prove who it is. */
export interface UpstreamCredential {
  /** Header lines to send now, flat: name, value, name, value …; undefined when there are none yet. */
  headers(): readonly string[] | undefined;
  /** Header lines once there are some. Rejects with `UpstreamUnavailable`. */
  ready(): Promise<readonly string[]>;
  /** Absent where nothing can be done about a refusal. Never rejects. */
  refused?(refusal: CredentialRefusal): Promise<RefusalOutcome>;
  /** Ends timers; requests under way go on. */
  close?(): void;
}

/** Headers that an operator wrote down, the same for ever. */
export function staticCredential(headers: Readonly<Record<string, string>>): UpstreamCredential {
  const lines = headerLines(headers);
  return { headers: () => lines, ready: () => Promise.resolve(lines) };
}

/** Headers by name, as flat lines. */
export function headerLines(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
}
