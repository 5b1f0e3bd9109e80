import { defineConfig } from 'vitest/config';

const source = { conditions: ['source'] };
/** eventsource-parser ships TypeScript under the condition that we use for our own; Vite compiles what leads to it. */
const server = { deps: { inline: [/node_modules\/(@ai-sdk|ai|eventsource-parser)\//] } };

/** One project a kind of test, so that `scripts/test.mjs` can run the fast ones first. */
export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    // Its own choice leaves one core idle, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/src/**/*.test.tsx'],
          exclude: ['**/*.db.test.ts', '**/*.long.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
          server,
        },
      },
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: 'database',
          include: ['packages/*/src/**/*.db.test.ts'],
          globalSetup: ['packages/server/src/testing/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          server,
        },
      },
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: 'browser',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: source,
        ssr: { resolve: source },
        test: { name: 'long', include: ['packages/*/src/**/*.long.test.ts'], testTimeout: 3_600_000 },
      },
    ],
  },
});
