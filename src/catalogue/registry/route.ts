import type * as z from 'zod';
import type { CatalogueIndex } from '#store';
import type { Answer, AnswerName } from './answers.ts';
import type { Problem } from './problem.ts';

/** What a route is asked. */
export interface Ask<Query> {
  readonly index: CatalogueIndex;
  /** Parts of the path, decoded; any text. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Text of the body; empty for GET. */
  readonly body: string;
}

export type Outcome<A> = { readonly answer: A } | { readonly problem: Problem };

/** One path of the API. Requests are served, and the OpenAPI document is made, from these alone. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With parts in braces, as OpenAPI writes them. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query: z.ZodObject;
  readonly answer: AnswerName;
  /** Refusals beside those that every route has. */
  readonly refusals: readonly Problem['status'][];
  readonly run: (ask: Ask<never>) => Promise<Outcome<unknown>>;
}

/** A route whose handler has the types of its query and its answer. */
export function route<Q extends z.ZodObject, N extends AnswerName>(
  definition: Omit<Route, 'query' | 'answer' | 'run'> & {
    readonly query: Q;
    readonly answer: N;
    readonly run: (ask: Ask<z.output<Q>>) => Promise<Outcome<Answer<N>>>;
  },
): Route {
  return definition;
}
