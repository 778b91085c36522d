import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';

const BASE = '/app/';

/** Modules that pages share. What the entry needs stands apart, so that the entry waits for nothing else. */
const GROUPS = [
  {
    name: 'ahead',
    test: /\/web\/src\/(?:api\/(?:ahead|usage-span|asked-version)|shell\/places)\.ts$/,
    priority: 1,
  },
  { name: 'icons', test: /\/lucide-react\//, minShareCount: 2 },
  {
    name: 'library',
    test: /\/node_modules\/(?:react|react-dom|wouter|@mantine|@floating-ui|@tanstack)\//,
    minShareCount: 4,
  },
  // one file each of what several pages use: dozens of small ones take longer to ask for than to read
  { name: 'engine', test: /\/(?:src\/(?:policy|risk)|web\/src\/builder)\//, minShareCount: 2 },
  { name: 'widgets', test: /\/node_modules\/@mantine\//, minShareCount: 2 },
  { name: 'parts', test: /\/web\/src\/(?:parts|api|shell)\//, minShareCount: 3 },
];

/** Hooks of the component library that learn something only after the first drawing; `src/library` has them as they are here. */
const HOOKS = ['use-id', 'use-reduced-motion'];

/** The dashboard's own build: static files under `/app/`, served by the control plane. */
export default defineConfig({
  root: import.meta.dirname,
  base: BASE,
  plugins: [react(), besideTheEntry(), hooksThatKnow()],
  resolve: { conditions: ['toolgate-source', 'browser', 'module', 'import'] },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // the first that know light-dark(), which is else rewritten into what does not follow our own switch
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Names of files change with their content: they may be kept for ever.
    assetsDir: 'assets',
    sourcemap: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // what many pages need comes in a few pieces: dozens of small ones take longer
      output: { codeSplitting: { groups: GROUPS } },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8750' } },
});

/** The entry is small and asks for the rest; the page names that, too, so that it comes at the same time. */
function besideTheEntry(): Plugin {
  return {
    name: 'beside-the-entry',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const main = Object.values(bundle).find(
          (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith('/src/main.tsx') === true,
        );
        if (main?.type !== 'chunk') throw new Error('the build has no main.tsx');
        return [
          ...[main.fileName, ...main.imports].map((file) => linkTo('modulepreload', file)),
          ...[...(main.viteMetadata?.importedCss ?? [])].map((file) => linkTo('stylesheet', file)),
        ];
      },
    },
  };
}

function linkTo(rel: string, file: string): HtmlTagDescriptor {
  return { tag: 'link', attrs: { rel, crossorigin: true, href: `${BASE}${file}` }, injectTo: 'head' };
}

/** Ours in the place of the library's hooks: a page is drawn once, not twice. */
function hooksThatKnow(): Plugin {
  const missing = new Set(HOOKS);
  return {
    name: 'hooks-that-know',
    apply: 'build',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const hook = HOOKS.find((name) => source.endsWith(`/${name}/${name}.mjs`));
      if (hook === undefined || !importer.includes('/@mantine/hooks/')) return undefined;
      missing.delete(hook);
      return join(import.meta.dirname, 'src/library', `${hook}.ts`);
    },
    buildEnd(error) {
      if (error === undefined && missing.size > 0)
        throw new Error(`@mantine/hooks has no ${[...missing].join(', ')}: see src/library`);
    },
  };
}
