/** @file A worker with a model that costs nothing: node worker-main.mjs DATABASE LEASE_MS LOOK_MS [stall]. Tells when it is ready, and its processor time when it is told to stop. */
import { openPostgresCatalog } from '@tintype/adapters/catalog/open-postgres-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openPostgresQueue } from '@tintype/adapters/queue/open-postgres-queue';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import { createBatchRunners } from '@tintype/server/batch-runners';
import { workOnJobs } from '@tintype/server/work-on-jobs';

const [, , url, leaseMs, pollMs, stalls] = process.argv;
const catalog = await openPostgresCatalog({ url, clock });
const queue = await openPostgresQueue({ url, clock });
const bytes = new Uint8Array(9000);
const answer = { probabilities: Float32Array.of(0.75, 0.25) };
const pool = {
  size: 2,
  prepare: async () => [{ gates: [], classes: ['a', 'b'] }],
  forget: () => {},
  run: () => (stalls ? new Promise(() => {}) : Promise.resolve(answer)),
};
const config = { limits: { ...defaultPictureLimits, pictureMs: 30_000 }, serve: { gates: [] }, gates: {}, s3: {} };
const store = { get: async () => bytes, localFolder: async () => '/' };
const runners = createBatchRunners({
  workspace: { folder: '/', catalog, queue, store, clock, config, hub: {} },
  pool,
  openSource: () => Promise.reject(new Error('there is no source')),
});

const stop = new AbortController();
const logger = { warn: console.error, error: console.error };
const work = workOnJobs({
  queue,
  clock,
  runners,
  signal: stop.signal,
  leaseMs: Number(leaseMs),
  logger,
  pollMs: Number(pollMs),
});
// Ends with whoever measures.
process.on('disconnect', () => process.exit());
process.send('ready');
const begun = process.cpuUsage();
process.on('message', () => void end());

async function end() {
  stop.abort();
  await work;
  const { user, system } = process.cpuUsage(begun);
  process.send((user + system) / 1000);
  await queue[Symbol.asyncDispose]();
  await catalog[Symbol.asyncDispose]();
  process.disconnect();
}
