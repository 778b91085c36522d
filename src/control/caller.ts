import type { Role } from '#store';
import type { Session } from './people/identity.ts';
import type { Scope } from './route.ts';

/** Who asks: a person with a session, or a script with a key. */
export interface Caller {
  readonly kind: 'user' | 'key';
  /** Id of the user or the key. */
  readonly id: string;
  /** Name of the person or label of the key, for the audit log. */
  readonly label: string;
  /** The organisation that is asked about; a person may have none yet. */
  readonly organisation: string | undefined;
  readonly role: Role | undefined;
  readonly isApprover: boolean;
  /** What a key may do; undefined for a person. */
  readonly scopes: readonly Scope[] | undefined;
  /** A person's session; undefined for a key. */
  readonly session?: Session;
}

/** The form in which the audit log and approvals name who did something: `user:…` or `key:…`. */
export function actorOf({ kind, id }: Pick<Caller, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}
