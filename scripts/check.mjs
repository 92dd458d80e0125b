/**
 * @file `npm run check`: format, lint, types, generated documentation and tests, one after the other, first failure ends it. `--no-tests` leaves
 * the last out, `--built` what `npm test` has just built.
 */
import { spawnSync } from 'node:child_process';

const withTests = !process.argv.includes('--no-tests');
const withBuild = !process.argv.includes('--built');
const steps = [
  ['format', 'npx', ['biome', 'check', '--linter-enabled=false', '.']],
  ['lint', 'npx', ['oxlint', '--type-aware', '--deny-warnings', '.']],
  ...(withBuild ? [['types and build', 'npm', ['run', '--silent', 'build']]] : []),
  ['types of the page', 'npm', ['run', '--silent', 'types', '--workspace', 'apps/web']],
  ['reference pages', 'node', ['scripts/generate-reference.mjs', '--check']],
  ...(withTests ? [['tests', 'npm', ['test', '--silent']]] : []),
];

for (const [name, command, args] of steps) {
  const startedAt = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) process.exit(1);
}
