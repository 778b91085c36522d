import { QueryObserver, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { ME } from '../api/session.ts';
import { placeAt, type Parts } from './places.ts';

/** What reads an answer for a page before the page is there: a `QueryObserver`, or one of a list that comes page by page. */
export interface Reading {
  subscribe(listener: () => void): () => void;
  getCurrentResult(): { readonly isPending: boolean; readonly isError: boolean };
  readonly options: { readonly queryKey?: QueryKey };
}

/** What a page shows first, as a module of a page may tell it. What takes the gateway long is not among it. */
export type First = (queries: QueryClient, parts: Parts, search: URLSearchParams) => readonly Reading[];

/** Longer than this nobody looks at nothing: the page is then drawn as far as it can be, and the rest comes to it. */
const PATIENCE_MS = 150;

/**
 * Resolves when the page at the address can be drawn whole, with its code and what it shows first: that is sooner there than when its
 * frame is drawn, then the page, then what is in it. Or when that takes too long. Gives the way to let go of what was read, once the page
 * reads it itself.
 */
export async function readFirstPage(queries: QueryClient): Promise<() => void> {
  const letGo: (() => void)[] = [];
  const read = async (reading: Reading): Promise<void> => {
    await new Promise<void>((done) => {
      const look = (): void => {
        if (!reading.getCurrentResult().isPending) done();
      };
      letGo.push(reading.subscribe(look));
      look();
    });
    // a refusal is met again by what may ask, and shown there
    const { queryKey } = reading.options;
    if (reading.getCurrentResult().isError && queryKey) queries.removeQueries({ queryKey, exact: true });
  };
  await Promise.race([
    readAll(queries, read).catch(() => {}), // code that does not come says so when the page is opened
    new Promise((done) => setTimeout(done, PATIENCE_MS)),
  ]);
  return () => {
    for (const stop of letGo) stop();
  };
}

async function readAll(queries: QueryClient, read: (reading: Reading) => Promise<void>): Promise<void> {
  const { place, isInside, parts = {} } = placeAt(location.pathname) ?? {};
  const code = Promise.all([place?.load(), place?.loadPart?.(parts)]);
  if (isInside === false) return void (await code);
  await read(new QueryObserver(queries, ME));
  if (!queries.getQueryData(ME.queryKey)?.organisation) return;
  const [page] = await code;
  const readings = page?.first?.(queries, parts, new URLSearchParams(location.search)) ?? [];
  await Promise.all(readings.map(read));
}
