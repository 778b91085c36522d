import { QueryObserver, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { ME } from '../api/session.ts';
import type { Opened, Parts } from './places.ts';

/** What reads an answer for a page before the page is there: a `QueryObserver`, or one of a list that comes page by page. */
export interface Reading {
  subscribe(listener: () => void): () => void;
  getCurrentResult(): { readonly isPending: boolean; readonly isError: boolean };
  readonly options: { readonly queryKey?: QueryKey };
}

/** What a page shows first, as a module of a page or of a tab may tell it. What takes the gateway long is not among it. */
export type First = (queries: QueryClient, parts: Parts, search: URLSearchParams) => readonly Reading[];

/** Longer than this nobody looks at nothing: the page is then drawn as far as it can be, and the rest comes to it. */
const PATIENCE_MS = 150;

/**
 * Resolves when the page at an address can be drawn whole, with its code and what it shows first: so it is there sooner than when its
 * frame is drawn, then the page, then what is in it. Or when that takes too long. Gives the way to let go of what was read, for when the
 * page reads it itself.
 */
export async function readFirstPage(
  queries: QueryClient,
  opened: Opened | undefined,
  search: URLSearchParams,
): Promise<() => void> {
  const readings = new Readings(queries);
  await Promise.race([
    readAll(queries, readings, opened, search).catch(() => {}), // code that does not come says so when the page is opened
    new Promise((done) => setTimeout(done, PATIENCE_MS)),
  ]);
  return () => readings.letGo();
}

async function readAll(
  queries: QueryClient,
  readings: Readings,
  opened: Opened | undefined,
  search: URLSearchParams,
): Promise<void> {
  const { place, isInside = true, parts = {} } = opened ?? {};
  const code = Promise.all([place?.load(), place?.tab?.(parts)?.load()]);
  if (!isInside) return void (await code);
  await readings.read(new QueryObserver(queries, ME));
  const isSignedIn = queries.getQueryData(ME.queryKey)?.organisation;
  const modules = await code;
  if (!isSignedIn) return;
  const firsts = modules.flatMap((module) => module?.first?.(queries, parts, search) ?? []);
  await Promise.all(firsts.map((reading) => readings.read(reading)));
}

/** What is read until the page is there. */
class Readings {
  readonly #queries: QueryClient;
  readonly #stops: (() => void)[] = [];
  #isOver = false;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Resolves when there is an answer; never, when it comes too late for the first page. */
  async read(reading: Reading): Promise<void> {
    if (this.#isOver) return;
    await new Promise<void>((done) => {
      const look = (): void => {
        if (!reading.getCurrentResult().isPending) done();
      };
      this.#stops.push(reading.subscribe(look));
      look();
    });
    // a refusal is met again by what may ask, and shown there
    const { queryKey } = reading.options;
    if (reading.getCurrentResult().isError && queryKey)
      this.#queries.removeQueries({ queryKey, exact: true });
  }

  letGo(): void {
    this.#isOver = true;
    for (const stop of this.#stops) stop();
  }
}
