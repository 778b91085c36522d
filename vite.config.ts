import { defineConfig, type Plugin } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** Each room by the name it is imported by: `policy`, `upstream-oauth`, … */
const rooms = Object.entries(manifest.imports).map(([name, { 'toolgate-source': file }]) => [
  name.slice(1).replace('/', '-'),
  file,
]);

/**
 * Writes every character that is not ASCII as an escape. One of them (an ellipsis in a comment is enough) makes V8 keep a whole file with two
 * bytes for each character, and nearly every file of ours has one: some 4 MB of memory.
 */
function asciiOnly(): Plugin {
  return {
    name: 'ascii-only',
    enforce: 'post',
    generateBundle(_, files) {
      for (const file of Object.values(files))
        if (file.type === 'chunk') file.code = inAscii(file.code, file.fileName);
    },
  };
}

function inAscii(code: string, fileName: string): string {
  // neither can be written with escapes: the backslash would belong to another character, or stay one
  const odd = /\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f]/.exec(code);
  if (odd) throw new Error(`${fileName} cannot be written in ASCII near: ${odd[0]}`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * What runs on Node: every room with its libraries in a few files. Read one by one, their hundreds of small modules would make half of
 * the time that `serve` needs to start, and a fifth of its memory.
 */
export default defineConfig({
  plugins: [asciiOnly()],
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
