/** @file Vitest over the whole workspace; packages resolve to their sources, child processes to the build. */
import { defineConfig } from 'vitest/config';

/** Their tests change nothing that others see: one process runs many of these files, and imports once. */
const quiet = ['packages/autograd', 'packages/contracts', 'packages/vision', 'apps/web', 'apps/cli'].map(
  (folder) => `${folder}/src/**/*.test.ts`,
);

export default defineConfig({
  resolve: { conditions: ['tintype-source'] },
  ssr: { resolve: { conditions: ['tintype-source'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a page comes to show, it may come to late on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'whole',
          globalSetup: './tests/drawings-folder.ts',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'examples/*/src/**/*.test.ts',
            'tests/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', ...quiet],
        },
      },
      { extends: true, test: { name: 'quiet', include: quiet, isolate: false } },
    ],
  },
});
