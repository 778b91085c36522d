import type * as z from 'zod';
import type { Role } from '#store';
import type { Caller } from './caller.ts';
import type { Problem } from './problem.ts';

/** What a key may do at most; a person has what the role gives. */
export const SCOPES = [
  'servers:read',
  'servers:write',
  'policies:read',
  'policies:write',
  'grants:read',
  'grants:write',
  'approvals:read',
  'approvals:decide',
  'logs:read',
  'members:read',
  'members:write',
  'webhooks:read',
  'webhooks:write',
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * Who may use a route. `member`: in the organisation, with at least this role (and the right to decide held calls where `approver` is
 * set), or with a key of that scope. `person`: signed in, in whatever organisation; no key. `public`: everybody.
 */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'person' }
  | { readonly kind: 'member'; readonly role: Role; readonly scope: Scope; readonly approver?: true };

/** One line for the audit log; who and when are added. */
export interface AuditDraft {
  /** `policy.publish` */
  readonly action: string;
  /** `policy:fluentcrm/main` */
  readonly target: string;
  /** Further facts; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Whose log it belongs to, where that is not the caller's organisation (one that was just made). */
  readonly organisation?: string;
  /** Who did it, where the caller does not say (somebody who just signed up). */
  readonly by?: Pick<Caller, 'kind' | 'id' | 'label'>;
}

/** What a route is asked. `C` is the caller that its access makes certain. */
export interface Ask<Query, Body, C> {
  /** Parts of the path, decoded; any text. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly caller: C;
  readonly at: number;
  /** The request itself, for what needs its headers (sign-in) or its end (streams). */
  readonly request: Request;
  /**
   * Does `work` and appends its line to the organisation's audit log, both or neither, in one transaction of the store. Everything that
   * changes something goes through here. `work` must not wait for a network.
   */
  change<T>(draft: AuditDraft | ((result: T) => AuditDraft | undefined), work: () => Promise<T>): Promise<T>;
}

/** An answer, a refusal, or a response made by hand (downloads, event streams). */
export type Outcome<A> =
  | { readonly answer: A; readonly headers?: Readonly<Record<string, string>> }
  | { readonly problem: Problem }
  | { readonly response: Response };

/** One path of the API. Requests are served, the OpenAPI document is made, and the tests of rights are run from these alone. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with parts in braces, as OpenAPI writes them. */
  readonly path: string;
  /** `listServers` */
  readonly id: string;
  /** Noun that it belongs to, e.g. `Servers`. */
  readonly tag: string;
  readonly summary: string;
  readonly access: Access;
  /** Parameters that it does not name are refused; a loose object passes them on. */
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Nothing for 204 and for responses made by hand. */
  readonly answer?: z.ZodType;
  /** Media type of a response made by hand, e.g. `text/csv`; several, where the query chooses. */
  readonly media?: string | readonly string[];
  readonly status?: 200 | 201 | 202 | 204 | 302;
  /** Refusals beside those that every route has. */
  readonly refusals?: readonly Problem['status'][];
  readonly run: (ask: Ask<never, never, never>) => Promise<Outcome<unknown>>;
}

type CallerOf<A extends Access> = A extends { kind: 'member' }
  ? Caller & { readonly organisation: string }
  : A extends { kind: 'person' }
    ? Caller
    : Caller | undefined;
type OutputOf<S> = S extends z.ZodType ? z.output<S> : undefined;
type InputOf<S> = S extends z.ZodType ? z.input<S> : undefined;

/** A route whose handler has the types of its query, body, caller and answer. */
export function route<
  const A extends Access,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
>(
  definition: Omit<Route, 'access' | 'query' | 'body' | 'answer' | 'run'> & {
    readonly access: A;
    readonly query?: Q;
    readonly body?: B;
    readonly answer?: R;
    readonly run: (ask: Ask<OutputOf<Q>, OutputOf<B>, CallerOf<A>>) => Promise<Outcome<InputOf<R>>>;
  },
): Route {
  return definition;
}
