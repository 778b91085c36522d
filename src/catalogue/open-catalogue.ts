import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { messageOf, type Clock, type Log } from '#platform';
import { openCatalogueIndex, type CatalogueIndexFile, type ContactStore } from '#store';
import { definitionFiles } from './definition-files.ts';
import { createSite } from './pages/site.ts';
import { fingerprintOf } from './records/index-records.ts';

export interface CatalogueOptions {
  /** Folder of the records. */
  readonly recordsDir: string;
  readonly dataDir: string;
  readonly contact: ContactStore;
  /** Public origin for links that leave the site, without a slash at the end. */
  readonly origin: string;
  readonly version: string;
  /** Hosts besides this machine that may be addressed. */
  readonly allowedHosts: readonly string[];
  /** Makes the index of the records into a file, in a process of its own; rejects when it cannot. */
  readonly buildIndex: (recordsDir: string, file: string) => Promise<void>;
  /** Whether this process is the one that makes the index; others wait for it. */
  readonly isBuilder: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** The catalogue as one process serves it. */
export interface Catalogue {
  /** Answers every request that is not the gateway's. */
  readonly serve: RequestListener;
  /** Resolves when the index is there, or cannot be had. Never rejects. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

const WAIT_MS = 500;
const MAX_WAITS = 240;

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
  const ready = makeReady(options, () => isClosed).then(
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
    async close() {
      isClosed = true;
      await index?.close();
    },
  };
}

async function makeReady(
  { recordsDir, dataDir, isBuilder, buildIndex }: CatalogueOptions,
  isClosed: () => boolean,
): Promise<CatalogueIndexFile | undefined> {
  const wanted = await fingerprintOf(recordsDir);
  const file = join(dataDir, 'catalogue', 'index.db');
  const there = openWanted(file, wanted);
  if (there !== undefined) return there;
  const waitsAtMost = isBuilder ? 0 : MAX_WAITS;
  for (let waits = 0; waits < waitsAtMost; waits++) {
    await pause(WAIT_MS, undefined, { ref: false });
    if (isClosed()) return undefined;
    const made = openWanted(file, wanted);
    if (made !== undefined) return made;
  }
  // it is ours to make, or whoever should have made it has ended
  await buildIndex(recordsDir, file);
  return openCatalogueIndex(file);
}

/** The index in a file, if it was made of these records. */
function openWanted(file: string, wanted: string): CatalogueIndexFile | undefined {
  try {
    const index = openCatalogueIndex(file);
    if (index.fingerprint === wanted) return index;
    void index.close();
  } catch {
    // none yet, or one of another version: it is made anew
  }
  return undefined;
}
