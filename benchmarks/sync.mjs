/**
 * @file A bucket that did not change, looked at again: time, downloads, and memory at three sizes. The bucket is a server of this machine
 * that speaks as S3 does, in a process of its own; that a network is slower is not in the figure.
 *
 * The database's cache and the collector's slack fill up between the first two sizes; whether anything is held per object shows between the
 * last two.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '100000' },
    larger: { type: 'string', default: '300000' },
  },
});
const bars = { seconds: 60, downloads: 0, growth: 1.1 };

async function run(...words) {
  const child = fork(join(import.meta.dirname, 'sync/measured-sync.mjs'), words);
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
    const result = await run(state, cloud.endpoint);
    if (result.unchanged !== count) throw new Error(`${result.unchanged} of ${count} objects were found unchanged`);
    const downloads = cloud.requests.filter((request) => /^GET \/photos\/[^?]/.test(request)).length;
    return { objects: count, downloads, ...result };
  } finally {
    await cloud[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  }
}

const small = await measure(Number(values.small));
const large = await measure(Number(values.large));
const larger = await measure(Number(values.larger));
const growth = Math.round((larger.peakMiB / large.peakMiB) * 100) / 100;
const met = large.seconds <= bars.seconds && large.downloads === bars.downloads && growth <= bars.growth;
console.log(JSON.stringify({ small, large, larger, growth, bars, met }));
process.exitCode = met ? 0 : 1;
