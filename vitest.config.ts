/** @file One Vitest project over the whole workspace; packages resolve to their sources, child processes to the build. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['tintype-source'] },
  ssr: { resolve: { conditions: ['tintype-source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.tsx',
      'examples/*/src/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    globalSetup: './tests/drawings-folder.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
