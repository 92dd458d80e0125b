/**
 * @file A bucket that did not change, looked at again: time, downloads, and memory at two sizes. The bucket is a server of this machine
 * that speaks as S3 does, in a process of its own; that a network is slower is not in the figure.
 *
 * `peakMiB` is all memory of the process, with the database's cache (up to 64 MiB) and what the collector has not collected yet. `liveMiB`
 * is what JavaScript holds, collected twice a second in a second look: whatever is held per object shows there.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';

const { values } = parseArgs({
  options: { small: { type: 'string', default: '10000' }, large: { type: 'string', default: '100000' } },
});
const bars = { seconds: 60, downloads: 0, growth: 1.1 };

async function run(...words) {
  const child = fork(join(import.meta.dirname, 'sync/measured-sync.mjs'), words, { execArgv: ['--expose-gc'] });
  const [[result]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return result;
}

async function measure(count) {
  const state = mkdtempSync(join(tmpdir(), 'tintype-sync-'));
  const cloud = await startFakeS3();
  for (let number = 0; number < count; number += 1) {
    cloud.put(`photos/class ${number % 10}/ü+${String(number).padStart(7, '0')}.jpg`, `picture ${number}`);
  }
  try {
    await run(state, cloud.endpoint, 'first');
    cloud.requests.length = 0;
    const result = await run(state, cloud.endpoint, 'timed');
    if (result.unchanged !== count) throw new Error(`${result.unchanged} of ${count} objects were found unchanged`);
    const downloads = cloud.requests.filter((request) => /^GET \/photos\/[^?]/.test(request)).length;
    const { liveMiB } = await run(state, cloud.endpoint, 'live');
    return { objects: count, downloads, ...result, liveMiB };
  } finally {
    await cloud[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  }
}

const small = await measure(Number(values.small));
const large = await measure(Number(values.large));
const growth = Math.round((large.liveMiB / small.liveMiB) * 100) / 100;
const met = large.seconds <= bars.seconds && large.downloads === bars.downloads && growth <= bars.growth;
console.log(JSON.stringify({ small, large, growth, bars, met }));
process.exitCode = met ? 0 : 1;
