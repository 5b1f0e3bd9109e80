import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Built as static files into `dist/`, which the server serves with a fallback to `index.html`. */
export default defineConfig({
  plugins: [react()],
  // `source`: the typed client comes from the server's TypeScript, so the pages do not wait for its build.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    sourcemap: true,
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { port: 4871, proxy: { '/api': { target: 'http://localhost:4870', changeOrigin: false } } },
});
