import { execFile } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Catalogue } from '#catalogue';
import { messageOf, resolveFrom, systemClock, type LoadedConfiguration, type Log } from '#platform';
import type { Store } from '#store';
import { SHIPPED_INDEX, SHIPPED_RECORDS } from './catalogue.ts';

const TOOLGATE = fileURLToPath(new URL('../../bin/toolgate', import.meta.url));
const INDEXING_MS = 30 * 60_000;
/** How long the first page waits for the index. */
const FIRST_PAGE_MS = 3_000;

export interface SiteOptions {
  readonly loaded: LoadedConfiguration;
  readonly dataDir: string;
  readonly store: Store;
  readonly version: string;
  readonly log: Log;
}

/** The public pages of a gateway. */
export interface Site {
  readonly serve: RequestListener;
  /** `base` is the address of the gateway, the origin of links where the configuration names none. */
  open(base: string): void;
  /** The catalogue behind the pages; undefined when it cannot be opened. */
  catalogue(): Promise<Catalogue | undefined>;
  close(): Promise<void>;
}

/**
 * The public pages, as the configuration wants them; undefined where it wants none. They are loaded when somebody asks for one:
 * a gateway whose pages nobody looks at carries nothing of them.
 */
export function createSite({ loaded, dataDir, store, version, log }: SiteOptions): Site | undefined {
  const { configuration, folder } = loaded;
  const { catalogue = true, publicUrl } = configuration;
  if (catalogue === false) return undefined;
  let origin = '';
  let opening: Promise<Catalogue | undefined> | undefined;
  const load = async (): Promise<Catalogue> => {
    const { openCatalogue } = await import('#catalogue');
    const site = openCatalogue({
      recordsDir: catalogue === true ? SHIPPED_RECORDS : resolveFrom(folder, catalogue.records),
      indexFiles: [SHIPPED_INDEX, join(dataDir, 'catalogue', 'index.db')],
      dataDir,
      contact: store.contactMessages,
      origin,
      version,
      allowedHosts: configuration.allowedHosts ?? [],
      buildIndex: indexInChild,
      clock: systemClock,
      log,
    });
    // an index that was made before is open in a moment; while one is being made, the pages say so
    await Promise.race([site.ready, sleep(FIRST_PAGE_MS, undefined, { ref: false })]);
    return site;
  };
  const opened = (): Promise<Catalogue | undefined> =>
    (opening ??= load().catch((error: unknown) => {
      log.error({ err: messageOf(error) }, 'the public pages cannot be served');
      return undefined;
    }));
  return {
    serve: (request, response) => {
      void opened().then((site) => {
        if (site) site.serve(request, response);
        else response.writeHead(503, { 'content-type': 'text/plain' }).end('The pages cannot be served.\n');
      });
    },
    open(base) {
      origin = publicUrl === undefined ? base : new URL(publicUrl).origin;
    },
    catalogue: opened,
    async close() {
      await (await opening)?.close();
    },
  };
}

/** In a process of its own, so that calls do not wait while thousands of records are read. */
async function indexInChild(recordsDir: string, file: string): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [TOOLGATE, 'catalogue', 'index', '--records', recordsDir, '--out', file],
    { timeout: INDEXING_MS },
  );
}
