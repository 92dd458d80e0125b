/**
 * @file Backup and restore of 100,000 samples: every hash equal on the other side, answers equal bit for bit, flipped bytes found, and
 * nothing left by a restore that fails. The backup lies beside the bytes; they are restored into another folder, and the rows from SQLite into
 * PostgreSQL where there is one. `node benchmarks/backup.mjs [--samples 100000] [--short]`
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { startPostgres } from '@tintype/adapters/testing/start-postgres';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { createBackup } from '@tintype/core/backup/create-backup';
import { getBackup } from '@tintype/core/backup/list-backups';
import { restoreBackup } from '@tintype/core/backup/restore-backup';
import { verifyBackup } from '@tintype/core/backup/verify-backup';
import { objectKeys } from '@tintype/core/ports/object-store';
import { predictPictures } from '@tintype/core/serve/predict-pictures';
import { linkPictures } from './ingest/pictures.mjs';
import { rowOf } from './ingest/row.mjs';
import { histogramModel, publishModel } from './served-workspace.mjs';

const { values } = parseArgs({
  options: { samples: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const samples = Number(values.samples ?? (values.short ? 5000 : 100_000));
const predictions = values.short ? 100 : 1000;
const flips = 200;
const rowsAtOnce = 5000;
const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared');

const root = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
const pictures = await linkPictures({
  from: join(shared, 'data/recyclables'),
  to: join(root, 'pictures'),
  count: predictions,
});
const postgres = await startPostgres();
const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks' });
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function timed(work) {
  const begun = performance.now();
  const value = await work();
  return [Math.round(performance.now() - begun), value];
}

/** Objects are written as files without fsync: what is measured comes after. */
async function fill({ catalog, folder }) {
  const put = (key, bytes) => {
    const path = join(folder, '.tintype/store', key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  for (let first = 0; first < samples; first += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, samples - first) }, (_, n) => {
      const number = first + n;
      const bytes = Buffer.from(`picture ${number} `.repeat(200));
      const contentHash = sha256(bytes);
      put(objectKeys.source(contentHash), bytes);
      put(objectKeys.thumbnail(contentHash), Buffer.from(`thumbnail ${number} `.repeat(60)));
      const className = `c${number % 10}`;
      const path = `${className}/picture-${number}.jpg`;
      return rowOf({ contentHash, path, className, sizeBytes: bytes.length, modifiedAt: number + 0.5 });
    });
    await catalog.samples.recordIngest('pets', rows, { annotator: 'bench', at: 1 });
  }
}

async function predict({ catalog, store }) {
  const version = await catalog.registry.getVersion('bench', 'champion');
  const answers = [];
  for await (const answer of predictPictures(
    { store, pool, openSource: openPictureSource },
    { sources: [pictures.folder], version, limits, pictureMs: 10_000 },
  ))
    answers.push(JSON.stringify(answer));
  return answers;
}

async function hashes(store, prefixes = ['sources/', 'thumbs/', 'models/']) {
  const all = createHash('sha256');
  let objects = 0;
  for (const prefix of prefixes)
    for await (const { key } of store.list(prefix)) {
      all.update(`${key} ${sha256(await store.get(key))}\n`);
      objects += 1;
    }
  return { objects, sha256: all.digest('hex') };
}

async function countAll(store) {
  let objects = 0;
  for await (const _ of store.list('')) objects += 1;
  return objects;
}

/** Rows of a catalog in the neutral form, by their hashes. */
async function rowHashes(archive) {
  return archive.read(async (view) => {
    const all = createHash('sha256');
    for await (const { bytes } of view.parts()) all.update(bytes);
    return all.digest('hex');
  });
}

async function anEmptyWorkspace(name, database) {
  const folder = await initWorkspace(join(root, name));
  if (database) process.env.TINTYPE_DATABASE_URL = database;
  const workspace = await openWorkspace({ folder });
  delete process.env.TINTYPE_DATABASE_URL;
  return workspace;
}

/** Always the same positions. */
const draw = (words, below) => Number.parseInt(sha256(words).slice(0, 12), 16) % below;

/** Flips a byte of each file and gives what takes it back. */
function flip(place, keys) {
  const undo = keys.map((key) => {
    const path = join(place, key);
    const bytes = readFileSync(path);
    const changed = Buffer.from(bytes);
    const position = draw(`byte of ${key}`, bytes.length);
    changed[position] ^= 1 << draw(`bit of ${key}`, 8);
    writeFileSync(path, changed);
    return () => writeFileSync(path, bytes);
  });
  return () => {
    for (const one of undo) one();
  };
}

try {
  const from = await anEmptyWorkspace('from');
  const [filledMs] = await timed(() => fill(from));
  await publishModel(from, histogramModel());
  const { archive, catalog, store, clock } = from;
  const [place, placeFolder] = [store, join(from.folder, '.tintype/store')];
  const before = await predict(from);

  const [createMs, manifest] = await timed(() =>
    createBackup({ catalog, archive, store, place, clock }, { madeBy: 'bench' }),
  );
  const [verifyMs, clean] = await timed(() => verifyBackup({ place, clock }, manifest));

  // Flipped bytes: objects all at once, each in one of its own; rows likewise; then every list and the manifest by itself.
  const { id } = manifest;
  const keys = [];
  for (const prefix of ['sources/', 'thumbs/', 'models/'])
    for await (const { key } of place.list(prefix)) keys.push(key);
  const parts = [...manifest.rows, ...manifest.objects].map(({ name }) => objectKeys.backupPart(id, name));
  const alone = [...parts.slice(0, 20), objectKeys.backupPart(id, 'manifest.json')];
  const chosen = new Set();
  for (let n = 0; chosen.size < flips - alone.length; n += 1) chosen.add(keys[draw(`object ${n}`, keys.length)]);
  let unflip = flip(placeFolder, [...chosen]);
  const damaged = await verifyBackup({ place, clock }, manifest);
  let found = damaged.problems.filter(({ what }) => chosen.has(what)).length;

  const to = await anEmptyWorkspace('to', typeof postgres === 'string' ? undefined : await postgres.createDatabase());
  const failing = await restoreBackup({ archive: to.archive, store: to.store, place, clock }, manifest).catch(
    ({ code }) => code,
  );
  const leftObjects = await countAll(to.store);
  const leftRows = await to.archive.findFilledTable();
  unflip();
  for (const key of alone) {
    unflip = flip(placeFolder, [key]);
    const outcome = await getBackup({ place }, { name: id, placeName: 'place' })
      .then((read) =>
        verifyBackup({ place, clock }, { ...read, objects: read.objects.filter(({ name }) => key.endsWith(name)) }),
      )
      .then(({ problemCount }) => problemCount > 0)
      .catch(({ code }) => code === 'BACKUP_DAMAGED');
    if (outcome) found += 1;
    unflip();
  }

  const [restoreMs, restored] = await timed(() =>
    restoreBackup({ archive: to.archive, store: to.store, place, clock }, manifest),
  );
  const after = await predict(to);
  const equalPredictions = before.filter((answer, n) => answer === after[n]).length;
  const [objectsBefore, objectsAfter] = [await hashes(store), await hashes(to.store)];
  const rowsEqual = (await rowHashes(archive)) === (await rowHashes(to.archive));

  const met =
    rowsEqual &&
    objectsBefore.sha256 === objectsAfter.sha256 &&
    clean.problemCount === 0 &&
    equalPredictions === pictures.paths.length &&
    found === flips &&
    failing === 'BACKUP_DAMAGED' &&
    leftObjects === 0 &&
    leftRows === undefined;
  await from[Symbol.asyncDispose]();
  await to[Symbol.asyncDispose]();
  console.log(
    JSON.stringify({
      samples,
      to: typeof postgres === 'string' ? 'SQLite' : 'PostgreSQL',
      rows: restored.rows,
      objects: objectsAfter.objects,
      rowsEqual,
      objectsEqual: objectsBefore.sha256 === objectsAfter.sha256,
      predictions: pictures.paths.length,
      equalPredictions,
      flips,
      found,
      failedRestore: { failing, leftObjects, leftRows: leftRows ?? null },
      filledMs,
      createMs,
      verifyMs,
      restoreMs,
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      met,
    }),
  );
  process.exitCode = met ? 0 : 1;
} finally {
  await pool[Symbol.asyncDispose]();
  if (typeof postgres !== 'string') await postgres[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
}
