/**
 * @file One sync of a bucket whose objects the catalog knows: `node --expose-gc measured-sync.mjs STATE ENDPOINT timed|live`, where `live` watches
 * what JavaScript holds after a collection. `first` records what an earlier sync would have left instead.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openBucketSource } from '@tintype/adapters/sources/open-bucket-source';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { sampleIdOf } from '@tintype/core/ingest/sample-id';
import { syncSource } from '@tintype/core/ingest/sync-source';
import { rowOf } from '../ingest/row.mjs';

const [, , state, endpoint, what] = process.argv;
const collectEveryMs = 500;
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
const address = { scheme: 's3', bucket: 'photos', prefix: '' };
const bucket = await openS3Bucket({ address, settings: { endpoint } });
const catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
const source = openBucketSource(bucket, limits);

async function recordAll() {
  let rows = [];
  const record = async () => {
    await catalog.samples.recordIngest('d', rows, { annotator: 'bench', at: 1, isFollowing: true });
    rows = [];
  };
  for await (const { path, sizeBytes, modifiedAt, etag } of source.files()) {
    const contentHash = createHash('sha256').update(path).digest('hex');
    const { location } = source;
    const [className] = path.split('/');
    const id = sampleIdOf('d', contentHash);
    rows.push(rowOf({ id, contentHash, path, className, location, sizeBytes, modifiedAt, etag }));
    if (rows.length === 1000) await record();
  }
  await record();
}

async function measure() {
  let peak = 0;
  let live = 0;
  const watch = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const collect = () => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    live = Math.max(live, heapUsed + external);
  };
  const timer = what === 'live' ? setInterval(collect, collectEveryMs) : setInterval(watch, 50);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const report = await syncSource(
    { catalog, source, clock, store: {}, pool: {} },
    { dataset: 'd', labels: 'folder', annotator: 'bench', limits },
  );
  clearInterval(timer);
  if (what === 'live') collect();
  const { user, system } = process.cpuUsage(cpu);
  const round = (number) => Math.round(number * 100) / 100;
  return {
    seconds: round((performance.now() - startedAt) / 1000),
    cpuSeconds: round((user + system) / 1e6),
    unchanged: report.unchanged,
    peakMiB: Math.round(peak / 2 ** 20),
    liveMiB: round(live / 2 ** 20),
  };
}

const result = what === 'first' ? await recordAll() : await measure();
await catalog[Symbol.asyncDispose]();
process.send(result ?? {});
process.disconnect();
