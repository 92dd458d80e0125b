/** @file The fault harness: minutes of killing, run by `npm run test:faults` and never by `npm test`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['tintype-source'] },
  ssr: { resolve: { conditions: ['tintype-source'] } },
  test: {
    include: ['tests/faults/*.faults.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
