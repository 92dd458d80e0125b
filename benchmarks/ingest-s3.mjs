/**
 * @file Ingest into a bucket against ingest into a folder, rounds alternated. The bucket is a real server of this machine (radosgw, else
 * moto_server), which takes its share of the same cores.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import { startRealS3, whyNoRealS3 } from '@tintype/adapters/buckets/testing/real-s3';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { openRemoteStore } from '@tintype/adapters/store/open-remote-store';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';
import { linkPictures } from './ingest/pictures.mjs';

const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '400' }, rounds: { type: 'string', default: '3' } },
});
const bar = 0.8;
const reason = whyNoRealS3();
if (reason) {
  console.log(JSON.stringify({ skipped: reason }));
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared');
const from = join(shared, 'data/recyclables');
const source = await linkPictures({ from, to: join(folder, 'pictures'), count: Number(values.pictures) });
const server = await startRealS3();
Object.assign(process.env, server.credentials);
const client = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true });
await client.send(new CreateBucketCommand({ Bucket: 'bench' }));
const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks', size: availableParallelism() });

async function openBucketStore(state, round) {
  const address = { scheme: 's3', bucket: 'bench', prefix: `${round}/` };
  const bucket = await openS3Bucket({ address, settings: { endpoint: server.endpoint } });
  return openRemoteStore({ bucket, cacheFolder: join(state, 'cache') });
}

async function ingest(openStore) {
  const state = mkdtempSync(join(folder, 'state-'));
  const catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
  const store = await openStore(state);
  const report = await ingestPictures(
    { catalog, store, pool, openSource: openPictureSource, clock },
    { sources: [source.folder], dataset: 'd', labels: 'folder', annotator: 'bench', move: false, limits },
  );
  await catalog[Symbol.asyncDispose]();
  return report.seen / (report.durationMs / 1000);
}

const ticksMs = 10;

/** Processor time of the server's processes so far (Linux; elsewhere 0). */
function readServerCpuMs() {
  let ticks = 0;
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${id}/stat`, 'utf8');
      const [, name] = /\((.*)\)/.exec(text);
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const isServer = /^(radosgw|ceph-|moto)/.test(name) && Number(fields[1]) === process.pid;
      if (isServer) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks * ticksMs;
}

const perSecond = { file: [], s3: [] };
const cpuMs = { server: 0, parent: 0 };
try {
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    const file = await ingest((state) => openFileStore({ folder: join(state, 'objects') }));
    const before = { server: readServerCpuMs(), parent: process.cpuUsage() };
    const s3 = await ingest((state) => openBucketStore(state, round));
    const parent = process.cpuUsage(before.parent);
    const taken = { server: readServerCpuMs() - before.server, parent: (parent.user + parent.system) / 1000 };
    // The first round warms caches.
    if (round === 0) continue;
    perSecond.file.push(file);
    perSecond.s3.push(s3);
    for (const who of Object.keys(cpuMs)) cpuMs[who] += taken[who];
  }
} finally {
  await pool[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const round = (number) => Math.round(number * 100) / 100;
const ratio = round(median(perSecond.s3.map((each, index) => each / perSecond.file[index])));
const met = ratio >= bar;
const perPicture = (ms) => round(ms / (source.paths.length * perSecond.s3.length));
console.log(
  JSON.stringify({
    server: server.name,
    pictures: source.paths.length,
    cpuMsPerPicture: { server: perPicture(cpuMs.server), parent: perPicture(cpuMs.parent) },
    picturesPerSecond: { file: perSecond.file.map(Math.round), s3: perSecond.s3.map(Math.round) },
    ratio,
    bar,
    met,
  }),
);
process.exitCode = met ? 0 : 1;
