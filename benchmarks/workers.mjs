/**
 * @file Batch scoring through PostgreSQL with a model that costs nothing: pictures a second and processor time a picture, PostgreSQL's included, with 1,
 * 2 and 4 workers; rows of the output; and how soon a killed worker's shard is another's.
 * `node benchmarks/workers.mjs [--pictures 60000] [--short]`
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createOutputOpener } from '@tintype/adapters/buckets/open-output';
import { openPostgresCatalog } from '@tintype/adapters/catalog/open-postgres-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openPostgresQueue } from '@tintype/adapters/queue/open-postgres-queue';
import { startPostgres } from '@tintype/adapters/testing/start-postgres';
import { addBatch } from '@tintype/core/serve/batch/add-batch';
import { aVersion, recordPictures } from './workers/rows.mjs';

const { values } = parseArgs({
  options: { pictures: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const pictures = Number(values.pictures ?? (values.short ? 8000 : 60_000));
const bars = { perSecond: 3000, processorMs: 0.4, doubled: 0 };
const leaseMs = 2000;
/** Between two looks of a worker at the queue. */
const lookMs = 100;
const entry = join(import.meta.dirname, 'workers/worker-main.mjs');

const server = await startPostgres({ isDurable: true });
if (typeof server === 'string') throw new Error(`There is no PostgreSQL: ${server}.`);
const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
const url = await server.createDatabase();
const catalog = await openPostgresCatalog({ url, clock });
const queue = await openPostgresQueue({ url, clock });

try {
  await recordPictures(catalog, pictures);
  await catalog.registry.publish(aVersion, { alias: 'champion', by: 'bench' });
  const runs = [];
  for (const workers of [1, 2, 4]) runs.push(await measure(workers));
  const takeover = await killOne();
  const met =
    runs.every((run) => run.perSecond >= bars.perSecond && run.processorMs <= bars.processorMs && run.wrong === 0) &&
    takeover.isWhole &&
    takeover.takenOverMs <= leaseMs + lookMs;
  console.log(JSON.stringify({ pictures, runs, takeover, bars: { ...bars, takenOverMs: leaseMs + lookMs }, met }));
} finally {
  await queue[Symbol.asyncDispose]();
  await catalog[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

function ask(out) {
  const needs = { catalog, queue, openOutput: createOutputOpener({ s3: {} }) };
  return addBatch(needs, { sources: [], out });
}

async function measure(workers) {
  const out = join(folder, `${workers}.jsonl`);
  const started = await Promise.all(Array.from({ length: workers }, () => startWorker()));
  const processorBefore = postgresProcessorMs();
  const begun = performance.now();
  const job = await waitForEnd(await ask(out));
  const seconds = (performance.now() - begun) / 1000;
  const postgresMs = postgresProcessorMs() - processorBefore;
  const ownMs = (await Promise.all(started.map((worker) => worker.stop()))).reduce((sum, ms) => sum + ms, 0);
  if (job.status !== 'succeeded') throw new Error(JSON.stringify(job.error));
  return {
    workers,
    perSecond: Math.round(pictures / seconds),
    processorMs: round((ownMs + postgresMs) / pictures),
    ofPostgresMs: round(postgresMs / pictures),
    wrong: await countWrong(out),
  };
}

/** One of two workers stands still in the middle of a shard and is killed; the other must have the shard when the lease has run out. */
async function killOne() {
  const out = join(folder, 'killed.jsonl');
  const stalled = await startWorker({ isStalling: true });
  const job = await ask(out);
  const lost = await waitFor(async () => (await queue.listParts(job.id, { status: 'running', limit: 1 }))[0]);
  const other = await startWorker();
  stalled.child.kill('SIGKILL');
  const killed = performance.now();
  await waitFor(async () => (await partOf(job, lost.id)).attempts > 1);
  const takenOverMs = Math.round(performance.now() - killed);
  const ended = await waitForEnd(job);
  await other.stop();
  return { takenOverMs, isWhole: ended.status === 'succeeded' && (await countWrong(out)) === 0 };
}

async function partOf(job, id) {
  const parts = await queue.listParts(job.id, { limit: 100_000 });
  // Parts are forgotten when all is done.
  return parts.find((part) => part.id === id) ?? { attempts: 2 };
}

async function startWorker({ isStalling = false } = {}) {
  const child = spawn(process.execPath, [entry, url, String(leaseMs), String(lookMs), isStalling ? 'stall' : ''], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const told = () => new Promise((resolve) => child.once('message', resolve));
  await told();
  return {
    child,
    async stop() {
      const processorMs = told();
      child.send('stop');
      return processorMs;
    },
  };
}

function waitForEnd({ id }) {
  return waitFor(async () => {
    const job = await queue.get(id);
    return ['succeeded', 'failed', 'cancelled'].includes(job.status) ? job : undefined;
  });
}

async function waitFor(look) {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(20);
  }
}

/** Pictures without a row, and rows beyond the first of a picture. */
async function countWrong(out) {
  const seen = new Set();
  let doubled = 0;
  for await (const line of createInterface({ input: createReadStream(out) })) {
    const { sample_id: id } = JSON.parse(line);
    if (seen.has(id)) doubled += 1;
    seen.add(id);
  }
  return doubled + pictures - seen.size;
}

/** Of the server, which is a child of this process, and of all its processes, ended ones included. */
function postgresProcessorMs() {
  const ticks = { mine: 0 };
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const [user, system, endedUser, endedSystem] = rest.slice(9, 13).map(Number);
        return [{ pid, parent, name: text, own: user + system, ended: endedUser + endedSystem }];
      } catch {
        return [];
      }
    });
  const main = all.find(({ parent, name }) => parent === String(process.pid) && name.includes('(postgres)'));
  ticks.mine = main.own + main.ended;
  for (const { parent, own } of all) if (parent === main.pid) ticks.mine += own;
  return ticks.mine * 10;
}

function round(number) {
  return Math.round(number * 1000) / 1000;
}
