import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The dashboard's own build: static files under `/app/`, served by the control plane. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/app/',
  plugins: [react()],
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
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8750' } },
});
