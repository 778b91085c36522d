// Serves the public pages over one index file: the process that `bench/catalogue.mjs` measures.
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { openCatalogueIndex } from '#store';
import { createSite } from '#catalogue';

const index = openCatalogueIndex(process.argv[2] ?? '');
const site = createSite({
  index: () => index,
  definitions: { definitionsOf: () => Promise.resolve(undefined) },
  contact: { insert: () => Promise.resolve(), list: () => Promise.resolve([]) },
  origin: 'http://127.0.0.1',
  version: 'bench',
  now: Date.now,
});
const server = createServer(getRequestListener(site.fetch, { overrideGlobalObjects: false }));
server.listen(0, '127.0.0.1', () => console.log(`ready on http://127.0.0.1:${server.address().port}`));
