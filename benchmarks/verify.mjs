/**
 * @file Peak memory of verify at two sizes: memory must not grow with the data set. Each workspace has pictures, thumbnails, a snapshot of all of them,
 * features and kept predictions; every byte is read. `node benchmarks/verify.mjs [--small 10000] [--large 100000] [--short]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { small: { type: 'string' }, large: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const sizes = [
  Number(values.small ?? (values.short ? 5000 : 10_000)),
  Number(values.large ?? (values.short ? 20_000 : 100_000)),
];
const bar = 1.3;

async function run(...words) {
  const child = fork(join(import.meta.dirname, 'verify/measured-verify.mjs'), words);
  const [[result]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return result;
}

async function measure(count) {
  const state = mkdtempSync(join(tmpdir(), 'tintype-verify-'));
  try {
    await run(state, String(count), 'fill');
    const result = await run(state, String(count));
    if (result.pictures !== count || result.damage > 0)
      throw new Error(`${result.pictures} of ${count} pictures were looked at, ${result.damage} damaged`);
    return { samples: count, ...result };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

const [small, large] = [await measure(sizes[0]), await measure(sizes[1])];
const growth = Math.round((large.peakMiB / small.peakMiB) * 100) / 100;
const met = growth <= bar;
console.log(JSON.stringify({ small, large, growth, bar, met }));
process.exitCode = met ? 0 : 1;
