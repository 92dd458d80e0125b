/**
 * @file Pictures per second of ingest, everything durable; in the same run sharp alone making the same outputs, and with
 * `--python PYTHON` a Pillow pipeline. Rounds alternate, so that ratios hold on a machine with other work.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { linkPictures } from './ingest/pictures.mjs';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '1200' },
    rounds: { type: 'string', default: '5' },
    source: { type: 'string' },
    python: { type: 'string' },
    only: { type: 'string' },
  },
});
const inFlight = 2;
const processes = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared');
const source = await linkPictures({
  from: values.source ?? join(shared, 'data/recyclables'),
  to: join(folder, 'pictures'),
  count: Number(values.pictures),
});

async function ours() {
  const state = mkdtempSync(join(folder, 'ours-'));
  const catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
  const store = await openFileStore({ folder: join(state, 'objects') });
  const started = performance.now();
  const cpu = process.cpuUsage();
  const childCpuMs = readChildCpuMs();
  const report = await ingestPictures(
    { catalog, store, pool, openSource: openPictureSource, clock },
    { sources: [source.folder], dataset: 'd', labels: 'folder', annotator: 'bench', move: false, limits },
  );
  const seconds = (performance.now() - started) / 1000;
  await catalog[Symbol.asyncDispose]();
  const { user, system } = process.cpuUsage(cpu);
  if (report.rejected > 0) throw new Error(`${report.rejected} pictures were rejected`);
  const parentCpuMs = (user + system) / 1000;
  return { seconds, cpuMs: parentCpuMs + readChildCpuMs() - childCpuMs, parentCpuMs };
}

/** Of the pool's children, where the system tells: 10 ms ticks of user and system time. */
function readChildCpuMs() {
  try {
    const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
    const ticksOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
    return pids.flatMap(ticksOf).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  } catch {
    return Number.NaN;
  }
}

async function sharpAlone(outputs) {
  const state = mkdtempSync(join(folder, 'sharp-'));
  const children = Array.from({ length: processes }, () => fork(join(import.meta.dirname, 'ingest/sharp-alone.mjs')));
  await Promise.all(children.map((child) => once(child, 'message')));
  const started = performance.now();
  const replies = await Promise.all(
    children.map((child, index) => {
      const paths = source.paths.filter((_, at) => at % processes === index);
      child.send({ paths, folder: join(state, String(index)), inFlight, outputs });
      return once(child, 'message');
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const child of children) child.kill();
  return { seconds, cpuMs: replies.reduce((sum, [cpuMs]) => sum + cpuMs, 0) };
}

function pillow(...flags) {
  const script = join(import.meta.dirname, 'peers/ingest_pillow.py');
  const input = source.paths.join('\n');
  return JSON.parse(
    execFileSync(values.python, [script, '--processes', `${processes}`, '--folder', folder, ...flags], {
      input,
      encoding: 'utf8',
    }),
  );
}

const contenders = {
  ours,
  sharpAlone: () => sharpAlone('outputs'),
  sharpThumbnailOnly: () => sharpAlone('thumbnail'),
  ...(values.python ? { pillow: () => pillow(), pillowWithFsync: () => pillow('--fsync') } : {}),
};
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const round = (number) => Math.round(number * 1000) / 1000;

const tasks = '@tintype/core/model/picture-tasks';
const pool = await openTaskPool({ tasks, size: processes, inFlightPerChild: inFlight });
const seconds = {};
const cpuMsPerPicture = {};
try {
  for (let turn = 0; turn <= Number(values.rounds); turn += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      if (values.only && !values.only.split(',').includes(name)) continue;
      const result = await run();
      // The first round warms caches.
      if (turn === 0) continue;
      (seconds[name] ??= []).push(result.seconds);
      (cpuMsPerPicture[name] ??= []).push(round(result.cpuMs / source.paths.length));
      if (result.parentCpuMs) (cpuMsPerPicture.oursParent ??= []).push(round(result.parentCpuMs / source.paths.length));
    }
  }
} finally {
  await pool[Symbol.asyncDispose]();
  // Not between rounds: deleting thousands of files keeps the disk busy for the next round.
  rmSync(folder, { recursive: true, force: true });
}

const perSecond = Object.fromEntries(
  Object.entries(seconds).map(([name, each]) => [name, each.map((s) => Math.round(source.paths.length / s))]),
);
/** Of rounds that ran one after the other, so that a busy machine slows both. */
const ratio = (name) => {
  if (!seconds[name] || !seconds.ours) return undefined;
  const ratios = seconds[name].map((s, index) => round(s / seconds.ours[index]));
  return { median: median(ratios), rounds: ratios };
};
const ratios = {
  sharpAlone: ratio('sharpAlone'),
  sharpThumbnailOnly: ratio('sharpThumbnailOnly'),
  pillow: ratio('pillow'),
  pillowWithFsync: ratio('pillowWithFsync'),
};
const bars = { sharpAlone: 0.7, pillow: 1 };
const isMet = Object.entries(bars).every(([name, bar]) => (ratios[name]?.median ?? bar) >= bar);
console.log(
  JSON.stringify({
    pictures: source.paths.length,
    source: source.name,
    processes,
    inFlight,
    picturesPerSecond: perSecond,
    oursOverPeer: ratios,
    bars,
    isMet,
    cpuMsPerPicture: Object.fromEntries(Object.entries(cpuMsPerPicture).map(([name, each]) => [name, median(each)])),
    durability:
      'ours: file and folder fsync, catalog synchronous=FULL; sharp alone and pillow: none; pillowWithFsync: as ours',
  }),
);
process.exitCode = isMet ? 0 : 1;
