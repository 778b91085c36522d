import { defineConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** Each room by the name it is imported by: `policy`, `upstream-oauth`, … */
const rooms = Object.entries(manifest.imports).map(([name, { 'toolgate-source': file }]) => [
  name.slice(1).replace('/', '-'),
  file,
]);

/**
 * What runs on Node: every room with its libraries in a few files. Read one by one, their hundreds of small modules would make half of
 * the time that `serve` needs to start, and a fifth of its memory.
 */
export default defineConfig({
  ssr: {
    resolve: { conditions: ['toolgate-source', 'node', 'import', 'module', 'default'] },
    noExternal: true,
    // they load a binary, or are installed by who wants them and must be the same for both
    external: ['@photostructure/sqlite', 'pg'],
  },
  build: {
    ssr: true,
    outDir: 'dist/node',
    emptyOutDir: true,
    target: 'node20',
    copyPublicDir: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      external: /^@opentelemetry\//,
      input: { main: 'src/main.ts', 'fluentcrm-main': 'src/fluentcrm/main.ts', ...Object.fromEntries(rooms) },
      output: { entryFileNames: '[name].js', chunkFileNames: 'with-[name].js' },
    },
  },
});
