import type { SandboxAnswer } from './answer.ts';
import { criticalError, sqlError } from './answer.ts';
import { SITE } from './row.ts';
import type { State } from './state.ts';

export type Params = Readonly<Record<string, unknown>>;

/** One call of a route: the parameters of body and query (the body wins) and the ids of the path. */
export type Call = {
  readonly state: State;
  readonly params: Params;
  readonly ids: readonly number[];
  /** The site's local time, "Y-m-d H:i:s". */
  readonly now: string;
};

export type Route = {
  readonly method: string;
  /** Ids are `(\d+)`: anything else is no route, as with WordPress. */
  readonly pattern: RegExp;
  readonly answer: (call: Call) => SandboxAnswer;
};

/** A route; `path` is e.g. `/campaigns/{id}/pause`. */
export function route(method: string, path: string, answer: (call: Call) => SandboxAnswer): Route {
  return { method, pattern: new RegExp(`^${path.replaceAll('{id}', '(\\d+)')}$`), answer };
}

/** The first id of the path. */
export function firstId(call: Call): number {
  return call.ids[0] ?? 0;
}

/** A parameter as text; missing or other types give undefined. */
export function textParam(params: Params, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** A parameter as a list of ids: `name[]=1&name[]=2` or a JSON array. */
export function idsParam(params: Params, name: string): number[] {
  const value = params[name];
  return Array.isArray(value) ? value.map(Number).filter(Number.isSafeInteger) : [];
}

/** A parameter as a list of texts. */
export function textsParam(params: Params, name: string): string[] {
  const value = params[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export type Paginator =
  | { readonly object: Readonly<Record<string, unknown>> }
  | { readonly fault: SandboxAnswer };

/** The rows of the page asked for, as the paginator object; per_page has no upper limit, 0 and -1 break the real one too. */
export function paginate(rows: readonly object[], params: Params, family: string): Paginator {
  const perPage = Number(textParam(params, 'per_page') ?? 15);
  if (perPage === 0) return { fault: criticalError() };
  if (perPage < 0) return { fault: sqlError(family) };
  const asked = Number(textParam(params, 'page') ?? 1);
  const page = Number.isSafeInteger(asked) && asked >= 1 ? asked : 1;
  const last = Math.max(1, Math.ceil(rows.length / perPage));
  const data = rows.slice((page - 1) * perPage, page * perPage);
  const url = (number: number) => `${SITE}/wp-json/fluent-crm/v2/${family}?page=${number}`;
  return {
    object: {
      total: rows.length,
      per_page: perPage,
      current_page: page,
      last_page: last,
      next_page_url: page < last ? url(page + 1) : null,
      prev_page_url: page > 1 ? url(page - 1) : null,
      from: data.length === 0 ? null : (page - 1) * perPage + 1,
      to: data.length === 0 ? null : (page - 1) * perPage + data.length,
      data,
    },
  };
}

/** Rows whose columns contain the text of a search, without regard to case. */
export function searchRows<T extends Readonly<Record<string, unknown>>>(
  rows: readonly T[],
  text: string | undefined,
  columns: readonly string[],
): T[] {
  if (text === undefined || text === '') return [...rows];
  const wanted = text.toLowerCase();
  return rows.filter((row) =>
    columns.some((column) => {
      const value = row[column];
      return typeof value === 'string' && value.toLowerCase().includes(wanted);
    }),
  );
}

/** Rows with the newest first, as every list of the API gives them. */
export function newestFirst<T extends { readonly id: number }>(rows: readonly T[]): T[] {
  return [...rows].sort((one, other) => other.id - one.id);
}
