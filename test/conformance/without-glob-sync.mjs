// The conformance suite imports `globSync` from 'fs', which Node 20 does not have; only a command that the tests do
// not use calls it. Loaded with --import on such a Node, this takes that one name out of that one file as it loads.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const SUITE = '/@modelcontextprotocol/conformance/dist/index.js';

if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!url.endsWith(SUITE)) return loaded;
  return { ...loaded, source: String(loaded.source).replace(/\bglobSync as [\w$]+,/, '') };
}
