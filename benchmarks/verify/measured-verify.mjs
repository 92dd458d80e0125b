/** @file One verify of a workspace, watched for memory: node measured-verify.mjs STATE COUNT; with a third word, the workspace is filled instead. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { renderEntries, snapshotIdOf } from '@tintype/core/catalog/snapshot';
import { sampleIdOf } from '@tintype/core/ingest/sample-id';
import { objectKeys } from '@tintype/core/ports/object-store';
import { verifyCacheBytes as cacheBytes, verifyWorkspace } from '@tintype/core/verify/verify-workspace';
import { rowOf } from '../ingest/row.mjs';

const [, , state, count, isFirst] = process.argv;
const rowsAtOnce = 5000;
const shardBytes = 8 * 2 ** 20;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const jpeg = (text) => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from(text), Buffer.from([0xff, 0xd9])]);

/** Without fsync: what is measured comes after. */
function put(key, bytes) {
  const path = join(state, '.tintype/store', key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

async function fill({ catalog }) {
  const entries = [];
  for (let first = 0; first < Number(count); first += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, Number(count) - first) }, (_, n) => {
      const number = first + n;
      const bytes = Buffer.from(`picture ${number} `.repeat(100));
      const contentHash = sha256(bytes);
      put(objectKeys.source(contentHash), bytes);
      put(objectKeys.thumbnail(contentHash), jpeg(`thumbnail ${number} `.repeat(30)));
      const [path, className] = [`c${number % 10}/picture-${number}.jpg`, `c${number % 10}`];
      const id = sampleIdOf('pets', contentHash);
      const split = number % 5 === 0 ? 'test' : number % 5 === 1 ? 'validation' : 'train';
      entries.push({ sampleId: id, contentHash, className, group: id, split });
      return rowOf({ id, contentHash, path, className, sizeBytes: bytes.length, modifiedAt: number + 0.5 });
    });
    await catalog.samples.recordIngest('pets', rows, { annotator: 'bench', at: 1 });
    await catalog.predictions.record(rows.filter((_, n) => n % 10 === 0).map(({ sample }) => keptOf(sample)));
  }
  await freeze(catalog, entries);
  // As of 1,000 features a picture, in shards of one size.
  for (let bytes = 0; bytes < Number(count) * 1000; bytes += shardBytes) {
    const shard = Buffer.alloc(shardBytes, `shard ${bytes}`);
    put(`embeddings/bench/${sha256(shard).slice(0, 32)}.f32`, shard);
  }
  // What a row does not speak of, as many as a thousandth of the samples.
  for (let n = 0; n < Number(count) / 1000; n += 1)
    put(objectKeys.source(sha256(`orphan ${n}`)), Buffer.from('orphan'));
}

function keptOf({ contentHash, sizeBytes }) {
  const bytes = Buffer.from(`kept ${contentHash} `.repeat(10));
  const hash = sha256(bytes);
  put(objectKeys.prediction(hash), bytes);
  return {
    id: `pred_${contentHash.slice(0, 20)}`,
    at: 1,
    because: 'random',
    contentHash: hash,
    sizeBytes: bytes.length,
    hasPicture: true,
    model: 'bench',
    version: 1,
    requestId: `req_${sizeBytes}`,
    prediction: 'c1',
    confidence: 0.75,
    reason: null,
    probabilities: { c1: 0.75, c2: 0.25 },
  };
}

async function freeze(catalog, entries) {
  entries.sort((a, b) => (a.sampleId < b.sampleId ? -1 : 1));
  const lines = renderEntries(entries);
  const id = snapshotIdOf(lines);
  put(objectKeys.snapshot(id), lines);
  const classes = Array.from({ length: 10 }, (_, n) => `c${n}`);
  const counts = { train: 0, validation: 0, test: 0 };
  const classCounts = Object.fromEntries(classes.map((name) => [name, 0]));
  for (const { split, className } of entries) {
    counts[split] += 1;
    classCounts[className] += 1;
  }
  const shares = { train: 0.6, validation: 0.2, test: 0.2 };
  const snapshot = { id, dataset: 'pets', seed: 1, shares, classes, counts, classCounts, groups: entries.length };
  await catalog.snapshots.create({ ...snapshot, createdAt: 1 }, entries);
}

async function measure({ catalog, store, runFolders, clock, config }) {
  const idleMiB = Math.round(process.memoryUsage.rss() / 2 ** 20);
  const openPool = () => Promise.reject(new Error('there is no thumbnail to make'));
  const report = await verifyWorkspace(
    { catalog, store, runFolders, clock, limits: config.limits, openPool },
    { repairs: false, isQuick: false },
  );
  const { pictures, objects, damage, leftovers, sizeBytes, durationMs } = report;
  // Of the whole life of the process, as the kernel counts it.
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return {
    pictures,
    objects,
    damage,
    leftovers,
    sizeBytes,
    seconds: Math.round(durationMs / 100) / 10,
    idleMiB,
    peakMiB,
  };
}

const workspace = await openWorkspace(isFirst ? { folder: await initWorkspace(state) } : { folder: state, cacheBytes });
const result = isFirst ? await fill(workspace) : await measure(workspace);
await workspace[Symbol.asyncDispose]();
process.send(result ?? {});
process.disconnect();
