import { api, type Sent } from './client.ts';

/** One page of a list; `next` leads to the one after it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** All pages of a list, one after the other. Throws `ApiProblem` as soon as one does not come. */
export async function readPages<P extends Page<unknown>>(
  path: string,
  query: NonNullable<Sent['query']>,
  signal: AbortSignal,
): Promise<readonly P[]> {
  const pages: P[] = [];
  let cursor: string | undefined;
  do {
    const page: P = await api<P>(path, { query: { ...query, cursor }, signal });
    pages.push(page);
    cursor = page.next;
  } while (cursor !== undefined);
  return pages;
}

/** What stands on all pages of a list. */
export async function readAll<T>(
  path: string,
  query: NonNullable<Sent['query']>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const pages = await readPages<Page<T>>(path, query, signal);
  return pages.flatMap(({ items }) => items);
}
