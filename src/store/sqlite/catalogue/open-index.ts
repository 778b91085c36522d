import { existsSync } from 'node:fs';
import { ToolgateError } from '#platform';
import type { CatalogueIndex } from '../../catalogue-ports.ts';
import { asStoreError, openDatabase, type Database } from '../engine.ts';
import { nearestServers } from './nearest-servers.ts';
import { relatedTools } from './related-tools.ts';
import { checkSchema } from './schema.ts';
import { search } from './search.ts';
import { listServers } from './server-pages.ts';
import { similarServers } from './similar-servers.ts';
import { readTables, type CatalogueTables } from './tables.ts';

/** An index of a catalogue, opened from its file. */
export interface CatalogueIndexFile extends CatalogueIndex {
  /** What whoever built it said it was built from. */
  readonly fingerprint: string;
}

const CACHE_KIB = 16 * 1024;

/**
 * Opens an index to read. It stays what it is when a newer one takes its place in the folder.
 * Throws `ToolgateError` with one of the codes `catalogue.missing`, `catalogue.foreign`, `catalogue.outdated`,
 * `store.failed`, `store.no_engine`. What its methods find broken rejects with `store.failed`, and with `store.closed`
 * after `close`.
 */
export function openCatalogueIndex(file: string): CatalogueIndexFile {
  const { database, tables } = openToRead(file);
  const { fingerprint, totals, tools, toolPages, servers, history } = tables;
  let isOpen = true;

  async function answer<T>(work: () => T): Promise<T> {
    if (!isOpen) throw new ToolgateError('store.closed', 'The catalogue index is closed.');
    try {
      return work();
    } catch (error) {
      throw asStoreError(error);
    }
  }

  return {
    fingerprint,
    totals: () => answer(() => totals),
    server: (slug) => answer(() => servers.bySlug(slug)?.entry),
    serverNamed: (name) => answer(() => servers.named(name)?.entry),
    listServers: (query) => answer(() => listServers(servers, query)),
    toolsOf: (slug) => answer(() => tools.of(slug)),
    tool: (server, tool) => answer(() => tools.bySlugs(server, tool)?.entry),
    toolsNamed: (name, limit) => answer(() => tools.named(name, limit)),
    listTools: (query) => answer(() => toolPages.ofTiers('tools', [{ all: [], none: [] }], query)),
    search: (query) => answer(() => search(tables, query)),
    similarServers: (slug, limit) => answer(() => similarServers(tables, slug, limit)),
    relatedTools: (server, tool, limit) => answer(() => relatedTools(tables, { server, tool, limit })),
    nearestServers: (slug, limit) => answer(() => nearestServers(tables, slug, limit)),
    changes: (query) => answer(() => history.changes(query)),
    unanswered: (query) => answer(() => history.unanswered(query)),
    unansweredNamed: (name) => answer(() => history.unansweredNamed(name)),
    async close() {
      if (isOpen) database.close();
      isOpen = false;
    },
  };
}

function openToRead(file: string): { readonly database: Database; readonly tables: CatalogueTables } {
  if (!existsSync(file)) {
    throw new ToolgateError('catalogue.missing', `There is no catalogue index at ${file}.`, {
      hint: 'Build it from the records first.',
    });
  }
  let database: Database | undefined;
  try {
    database = openDatabase(file, true);
    checkSchema(database, file);
    // A finished index is never written to: one lock for good, instead of one a statement.
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -${CACHE_KIB}`);
    return { database, tables: readTables(database) };
  } catch (error) {
    database?.close();
    throw asStoreError(error);
  }
}
