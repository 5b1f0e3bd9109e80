import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Built as static files into `dist/`, which the server serves with a fallback to `index.html`. */
export default defineConfig({
  plugins: [react()],
  // `source`: the typed client comes from the server's TypeScript, so the pages do not wait for its build.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  // All workers are module workers; what several parts of one share may then stand in a chunk of its own.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    sourcemap: true,
    // One style sheet: a page opened when the server has just gone must not come up undressed.
    cssCodeSplit: false,
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Zod tries `new Function` when its first schema is made, which the policy would report: tell it not to, in
        // the chunk that holds Zod, before anything else in it runs.
        banner: ({ moduleIds }) =>
          moduleIds.some((id) => id.includes('/node_modules/zod/'))
            ? '(globalThis.__zod_globalConfig ??= {}).jitless = true;'
            : '',
      },
    },
  },
  server: { port: 4871, proxy: { '/api': { target: 'http://localhost:4870', changeOrigin: false } } },
});
