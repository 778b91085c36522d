import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { messageOf, type Clock, type Log } from '#platform';
import { openCatalogueIndex, type CatalogueIndexFile, type ContactStore } from '#store';
import { definitionFiles } from './definition-files.ts';
import { createSite } from './pages/site.ts';
import { openCurrentIndex } from './records/index-records.ts';
import { readStack, startTemplateOf, type StackEntry, type StartTemplate } from './registration.ts';

export interface CatalogueOptions {
  /** Folder of the records. */
  readonly recordsDir: string;
  /** Where an index may lie; the last is the place of one that is made. */
  readonly indexFiles: readonly string[];
  readonly dataDir: string;
  readonly contact: ContactStore;
  /** Public origin for links that leave the site, without a slash at the end. */
  readonly origin: string;
  readonly version: string;
  /** Hosts besides this machine that may be addressed. */
  readonly allowedHosts: readonly string[];
  /** Makes the index of the records into a file, in a process of its own; rejects when it cannot. */
  readonly buildIndex: (recordsDir: string, file: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The catalogue as one process serves it. */
export interface Catalogue {
  /** Answers every request that is not the gateway's. */
  readonly serve: RequestListener;
  /** Resolves when the index is there, or cannot be had. Never rejects. */
  readonly ready: Promise<void>;
  /** How a server is started; undefined for what is not known, and while there is no index. */
  startTemplate(slug: string): Promise<StartTemplate | undefined>;
  /** What is known of the servers in a pasted configuration; nothing while there is no index. */
  readStack(document: string): Promise<readonly StackEntry[]>;
  close(): Promise<void>;
}

/**
 * Opens the catalogue. Pages are served at once; those that need the index say that it is being made until it is. An index of
 * the same records is used as it is.
 */
export function openCatalogue(options: CatalogueOptions): Catalogue {
  let index: CatalogueIndexFile | undefined;
  let isClosed = false;
  const current = (): CatalogueIndexFile | undefined => index;
  const site = createSite({
    index: current,
    definitions: definitionFiles(
      [join(options.recordsDir, 'definitions'), join(options.dataDir, 'catalogue', 'scans')],
      current,
    ),
    contact: options.contact,
    origin: options.origin,
    version: options.version,
    now: () => options.clock.now(),
    allowedHosts: options.allowedHosts,
    onFault: (error) => options.log.error({ err: messageOf(error) }, 'a page failed'),
  });
  const ready = makeReady(options).then(
    (made) => {
      if (isClosed) void made?.close();
      else index = made;
    },
    (error: unknown) => {
      options.log.error({ err: messageOf(error) }, 'the catalogue has no index: its pages cannot be served');
    },
  );
  return {
    serve: getRequestListener(site.fetch, { overrideGlobalObjects: false }),
    ready,
    async startTemplate(slug) {
      await ready;
      return index && startTemplateOf(slug, index);
    },
    async readStack(document) {
      await ready;
      return index ? readStack(document, index) : [];
    },
    async close() {
      isClosed = true;
      await index?.close();
    },
  };
}

/** Several processes may come to make the same index; each puts a whole one in place, and the last one stays. */
async function makeReady({
  recordsDir,
  indexFiles,
  buildIndex,
}: CatalogueOptions): Promise<CatalogueIndexFile | undefined> {
  const there = await openCurrentIndex(recordsDir, indexFiles);
  const file = indexFiles.at(-1);
  if (there !== undefined || file === undefined) return there;
  await buildIndex(recordsDir, file);
  return openCatalogueIndex(file);
}
