/**
 * @file Kills: `node benchmarks/faults.mjs crash-points sqlite file` at every crash point, with one database (sqlite, postgres) and one store
 * (file, s3); `node benchmarks/faults.mjs random-kills [--short]` at 300 random moments. Nothing may be lost, doubled or half visible.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const isShort = process.argv.includes('--short');
const [form = 'crash-points', database = 'sqlite', store = 'file'] = process.argv
  .slice(2)
  .filter((word) => word !== '--short');
const report = join(tmpdir(), `tintype-faults-${process.pid}.json`);
const kills = isShort ? 30 : 300;

const chosen = form === 'crash-points' ? ['-t', `${database} and ${store}`] : [];
const options = ['--config', 'vitest.faults.config.ts', form, ...chosen, '--reporter', 'json', '--outputFile', report];
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...options], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, TINTYPE_KILLS: String(kills) },
});
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(report);

const failed = testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter((one) => one.status === 'failed').map(({ title }) => title),
);
const figures = form === 'crash-points' ? { database, store, points: numPassedTests + numFailedTests } : { kills };
console.log(JSON.stringify({ ...figures, failed, met: status === 0 && numPassedTests > 0 }));
if (status !== 0) process.exitCode = 1;
