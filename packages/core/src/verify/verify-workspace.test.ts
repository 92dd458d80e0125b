/** @file Every kind of damage that is told, made by hand: found, mended or put aside, found no more, and no label lost. */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { openRemoteStore } from '@tintype/adapters/store/open-remote-store';
import { breakSqlitePage, breakSqliteRows } from '@tintype/adapters/testing/break-sqlite';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import type { LoggedPrediction } from '@tintype/contracts/prediction-log';
import { type FindingKind, findingKinds, type VerifyReport } from '@tintype/contracts/verify';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { signatureSide } from '../catalog/similarity.ts';
import { createSnapshot } from '../catalog/snapshot.ts';
import { hashBytes } from '../ingest/ingest-file.ts';
import { sampleIdOf } from '../ingest/sample-id.ts';
import { renderBundle, storeBundle } from '../model/bundle.ts';
import { writeSafetensors } from '../model/formats/write-safetensors.ts';
import { histogramBackbone } from '../model/histogram-backbone.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { aVersion } from '../ports/catalog-builders.contract.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';
import { mender } from './check.types.ts';
import { verifyWorkspace } from './verify-workspace.ts';

const now = 1_800_000_000_000;
const hour = 3_600_000;
const clock = { now: () => now, newId: (prefix: string) => `${prefix}_${Math.random().toString(36).slice(2)}` };

/** No two pictures are alike. */
const signature = async (contentHash: string): Promise<Uint8Array> => {
  const bytes = createHash('sha256').update(contentHash).digest();
  return Uint8Array.from({ length: signatureSide ** 2 * 3 }, (_, i) => bytes[(i * 7) % 32] as number);
};

/** Objects in a bucket, and what is wanted as files in `cache`. */
async function aRemoteStore(cacheFolder: string): Promise<ObjectStore> {
  const cloud = await startFakeS3();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'key');
  onTestFinished(() => void vi.unstubAllEnvs());
  const address = { scheme: 's3', bucket: 'photos', prefix: '' } as const;
  return openRemoteStore({
    bucket: await openS3Bucket({ address, settings: { endpoint: cloud.endpoint } }),
    cacheFolder,
  });
}

const pool = inProcessPool<PictureTasks>(tasks);

/** Twelve pictures of two classes, a snapshot and a model of two versions, all whole. */
async function fill(catalog: Catalog, store: ObjectStore) {
  const pictures: TestPicture[] = [];
  for (let n = 0; n < 12; n += 1) {
    const className = n % 2 === 0 ? 'across' : 'along';
    const bytes = await encodeJpeg({ data: stripes(n % 2, n), widthPx: 32, heightPx: 32 }, 90);
    pictures.push({ path: `${className}/${n}.jpg`, className, bytes });
  }
  await fillDataset({ catalog, store, pool }, 'stripes', pictures);
  const shares = { train: 0.5, validation: 0.25, test: 0.25 };
  const snapshot = await createSnapshot(
    { catalog, store, clock, signature },
    { dataset: 'stripes', without: [], seed: 1, shares },
  );
  const bundles = ['first', 'second'].map((card) => aBundle(card));
  for (const bundle of bundles) {
    await storeBundle(store, bundle);
    await catalog.registry.publish(aVersion('stripes', { bundleHash: bundle.bundleHash }), {
      alias: 'champion',
      by: 'a',
    });
  }
  const hashes = pictures.map(({ bytes }) => hashBytes(bytes)) as [string, string, ...string[]];
  return { snapshot, bundles: bundles.map(({ bundleHash }) => bundleHash), hashes };
}

/** Filled once: a test gets a copy. */
let template: { folder: string; filled: Awaited<ReturnType<typeof fill>> };
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-verify-'));
  await using catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  template = { folder, filled: await fill(catalog, await openFileStore({ folder: join(folder, 'objects') })) };
});
afterAll(() => rm(template.folder, { recursive: true, force: true }));

async function aWorkspace({ isRemote = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-verify-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (!isRemote) await cp(template.folder, folder, { recursive: true });
  const catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  onTestFinished(() => catalog[Symbol.asyncDispose]());
  const objects = join(folder, 'objects');
  const store = isRemote ? await aRemoteStore(join(folder, 'cache')) : await openFileStore({ folder: objects });
  const filled = isRemote ? await fill(catalog, store) : template.filled;
  const runFolders = openRunFolders({ folder: join(folder, 'runs'), clock });
  const needs = { catalog, store, runFolders, clock, limits, openPool: async () => pool };
  return {
    ...needs,
    ...filled,
    folder,
    /** Changes rows behind the catalog's back. */
    breakRows: (statements: string) => breakSqliteRows(join(folder, 'catalog.sqlite'), statements),
    /** A file of an object. */
    at: (key: string) => join(objects, key),
    verify: (options: { repairs?: boolean; isQuick?: boolean } = {}): Promise<VerifyReport> =>
      verifyWorkspace(needs, { repairs: false, isQuick: false, ...options }),
  };
}

type World = Awaited<ReturnType<typeof aWorkspace>>;

function aBundle(card: string) {
  return renderBundle({
    manifest: {
      model: 'stripes',
      classes: ['across', 'along'],
      backbone: histogramBackbone,
      input: { name: 'features', kind: 'features' },
      head: { kind: 'logistic', hyperparameters: { c: 0.1 } },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: null,
      seed: 1,
      metrics: null,
      createdAt: 1,
      versions: { tintype: '0' },
    },
    graph: new TextEncoder().encode(`graph ${card}`),
    parity: { tolerance: 1e-5, samples: [] },
    card,
  });
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] as number) ^ 1;
  await writeFile(path, bytes);
}

async function age(path: string): Promise<void> {
  await utimes(path, (now - 2 * hour) / 1000, (now - 2 * hour) / 1000);
}

async function aRunFile(world: World, name: string): Promise<string> {
  await world.catalog.runs.create({
    id: 'run_1',
    snapshot: world.snapshot.id,
    status: 'failed',
    options: {} as never,
    startedAt: now,
    endedAt: now,
    error: null,
  });
  const folder = world.runFolders.pathOf('run_1');
  await mkdir(folder, { recursive: true });
  return join(folder, name);
}

const aPrediction = (bytes: Uint8Array, id = 'pred_1'): LoggedPrediction => ({
  id,
  at: now,
  because: 'random',
  contentHash: hashBytes(bytes),
  sizeBytes: bytes.length,
  hasPicture: true,
  model: 'stripes',
  version: 1,
  requestId: 'req_1',
  prediction: 'across',
  confidence: 0.75,
  reason: null,
  probabilities: { across: 0.75, along: 0.25 },
});

const predicted = new TextEncoder().encode('a picture that somebody asked about');

interface Injury {
  /** Makes one thing wrong. */
  injure: (world: World) => Promise<unknown>;
  /** Other kinds that the same is. */
  also?: readonly FindingKind[];
  /** What repairs can do nothing about. */
  unmended?: readonly FindingKind[];
  /** What a second look finds; default `unmended`. */
  left?: readonly FindingKind[];
  isRemote?: boolean;
}

/** A kind that is told and not made here does not compile. */
const injuries: Readonly<Record<FindingKind, Injury>> = {
  'database-damaged': {
    injure: ({ folder }) => breakSqlitePage(join(folder, 'catalog.sqlite'), 'studies'),
    unmended: ['database-damaged'],
  },
  'label-dangling': {
    injure: ({ breakRows }) =>
      breakRows(`insert into label_events (id, sample_id, class_name, annotator, source, at)
        values ('label_1', 's_gone', 'along', 'ada', 'human', 1)`),
    unmended: ['label-dangling'],
  },
  'label-mismatch': {
    injure: ({ breakRows }) => breakRows(`update samples set class_name = 'along' where path = 'across/0.jpg'`),
  },
  'class-missing': { injure: ({ breakRows }) => breakRows(`delete from classes where name = 'across'`) },
  'trash-mismatch': {
    injure: ({ breakRows }) => breakRows(`update samples set removed = 1 where path = 'across/0.jpg'`),
  },
  'split-mismatch': {
    injure: ({ breakRows }) => breakRows(`update samples set split = null where path = 'across/0.jpg'`),
  },
  'origin-dangling': {
    injure: ({ breakRows }) => breakRows(`update origins set sample_id = 's_gone' where path = 'across/0.jpg'`),
  },
  // What somebody did stays, what was computed goes.
  'row-dangling': {
    injure: ({ breakRows }) =>
      breakRows(`insert into removal_events (sample_id, removed, annotator, at) values ('s_gone', 1, 'ada', 1);
        insert into label_leases (sample_id, annotator, until) values ('s_gone', 'ada', 1)`),
    unmended: ['row-dangling'],
  },
  'snapshot-dangling': {
    injure: ({ breakRows }) => breakRows(`update datasets set latest_snapshot = 'snap_9'`),
    also: ['split-mismatch'],
  },
  'snapshot-rows': {
    injure: ({ breakRows }) =>
      breakRows(`update snapshot_entries set group_id = 'another' where sample_id = (select max(id) from samples)`),
    unmended: ['snapshot-rows'],
  },
  'alias-dangling': {
    injure: ({ breakRows }) =>
      breakRows(`update aliases set version = 9;
        insert into alias_log (model, alias, version, previous, moved_by, at) values ('stripes', 'champion', 9, 2, 'ada', 1)`),
  },
  'alias-mismatch': { injure: ({ breakRows }) => breakRows(`update aliases set version = 1`) },
  'lease-stuck': {
    injure: ({ breakRows }) =>
      breakRows(`insert into jobs (id, kind, input, status, attempts, lease, lease_expires_at, worker, created_at)
        values ('job_1', 'train', '{}', 'running', 1, 'lease_1', 5, 'worker_1', 1)`),
  },
  'run-stuck': {
    injure: ({ breakRows }) =>
      breakRows(`insert into runs (id, snapshot, status, options, started_at)
        values ('run_9', 'snap_1', 'running', '{}', 1)`),
  },
  'source-missing': { injure: ({ at, hashes }) => rm(at(objectKeys.source(hashes[0]))), left: ['source-lost'] },
  'source-corrupt': { injure: ({ at, hashes }) => flipByte(at(objectKeys.source(hashes[0]))), left: ['source-lost'] },
  'source-lost': {
    async injure({ at, hashes, catalog }) {
      await catalog.samples.remove([sampleIdOf('stripes', hashes[0])], { annotator: 'ada', at: now });
      await rm(at(objectKeys.source(hashes[0])));
    },
    unmended: ['source-lost'],
  },
  'source-returned': {
    injure: ({ catalog, hashes }) =>
      catalog.samples.remove([sampleIdOf('stripes', hashes[0])], { annotator: mender, at: now }),
  },
  'thumbnail-missing': { injure: ({ at, hashes }) => rm(at(objectKeys.thumbnail(hashes[0]))) },
  'thumbnail-corrupt': { injure: ({ at, hashes }) => truncate(at(objectKeys.thumbnail(hashes[0])), 100) },
  'prediction-missing': {
    injure: ({ catalog }) => catalog.predictions.record([aPrediction(predicted)]),
  },
  'snapshot-missing': { injure: ({ at, snapshot }) => rm(at(objectKeys.snapshot(snapshot.id))) },
  'snapshot-corrupt': { injure: ({ at, snapshot }) => flipByte(at(objectKeys.snapshot(snapshot.id))) },
  'bundle-missing': {
    injure: ({ at, bundles }) => rm(at(objectKeys.bundleFile(bundles[1] as string, 'model.onnx'))),
    left: ['bundle-missing'],
  },
  'bundle-corrupt': {
    injure: ({ at, bundles }) => flipByte(at(objectKeys.bundleFile(bundles[1] as string, 'bundle.json'))),
    left: ['bundle-missing'],
  },
  'shard-corrupt': {
    injure: ({ store }) => store.put(`embeddings/abc/${'0'.repeat(32)}.f32`, new Uint8Array([1, 2, 3])),
  },
  orphan: {
    async injure({ store, at }) {
      const key = objectKeys.source('f'.repeat(64));
      await store.put(key, new Uint8Array([1]));
      await age(at(key));
    },
  },
  unfinished: {
    async injure(world) {
      const path = await aRunFile(world, 'checkpoint-000000001.safetensors.1.partial');
      await writeFile(path, 'half');
      await age(path);
    },
  },
  'copy-damaged': {
    async injure({ store, bundles }) {
      const copies = await store.localFolder(objectKeys.bundlePrefix(bundles[1] as string));
      await flipByte(join(copies, 'model.onnx'));
    },
    isRemote: true,
  },
  'checkpoint-damaged': {
    async injure(world) {
      const path = await aRunFile(world, 'checkpoint-000000001.safetensors');
      await writeSafetensors(path, new Map([['a', { shape: [64], data: new Float32Array(64) }]]), { sha256: 'x' });
      await truncate(path, 200);
    },
  },
};

/** Each once. */
const kindsOf = ({ findings }: Pick<VerifyReport, 'findings'>): FindingKind[] => [
  ...new Set(findings.map(({ kind }) => kind)),
];

test('a whole workspace is found to be whole, quickly too', async () => {
  const world = await aWorkspace();

  const reports = [await world.verify(), await world.verify({ isQuick: true })];

  for (const report of reports) expect(report).toMatchObject({ isSound: true, pictures: 12, findings: [] });
  expect(reports[0]?.sizeBytes).toBeGreaterThan(0);
  expect(reports[1]?.sizeBytes).toBe(0);
});

test.each(Object.entries(injuries))('%s is found, mended or put aside, and found no more', async (name, injury) => {
  const { injure, also = [], unmended = [], left = unmended, isRemote = false } = injury;
  const kind = name as FindingKind;
  const world = await aWorkspace({ isRemote });
  await injure(world);

  const before = await world.verify();
  const repair = await world.verify({ repairs: true });
  const after = await world.verify();

  expect(kindsOf(before)).toEqual([kind, ...also]);
  expect(before.isSound).toBe(findingKinds[kind].severity === 'leftover');
  expect(kindsOf({ findings: repair.findings.filter((one) => one.repair === null) })).toEqual(unmended);
  expect(kindsOf(after)).toEqual(left);
  expect(after.findings.length).toBeLessThanOrEqual(1);
});

test('a damaged picture waits in quarantine and its sample in the trash, until both come back', async () => {
  const { at, hashes, verify, catalog, store } = await aWorkspace();
  const key = objectKeys.source(hashes[0]);
  const whole = await readFile(at(key));
  await flipByte(at(key));

  await verify({ repairs: true });
  const aside = await store.find(objectKeys.quarantine(key));
  const note = new TextDecoder().decode(await store.get(`${objectKeys.quarantine(key)}.note.json`));
  const trash = await catalog.samples.list({ removed: true });
  await store.put(key, whole);
  const back = await verify({ repairs: true });

  expect(aside?.sizeBytes).toBe(whole.length);
  expect(JSON.parse(note)).toMatchObject({ key, reason: 'does not have its hash' });
  expect(trash.items).toMatchObject([{ contentHash: hashes[0], className: 'across' }]);
  expect(back.counts).toEqual({ 'source-returned': 1 });
  expect((await catalog.samples.list({})).total).toBe(12);
  expect((await verify()).findings).toEqual([]);
});

test('a missing picture that quarantine has is brought back', async () => {
  const { at, hashes, verify, catalog, store } = await aWorkspace();
  const key = objectKeys.source(hashes[0]);
  await store.put(objectKeys.quarantine(key), await readFile(at(key)));
  await rm(at(key));

  const { findings } = await verify({ repairs: true });

  expect(findings.map(({ repair }) => repair)).toEqual(['It is back from quarantine/.']);
  expect((await catalog.samples.list({})).total).toBe(12);
});

test('the picture of a kept prediction comes back from quarantine where it fits; a changed one waits there, and its prediction stays', async () => {
  const { at, catalog, store, verify } = await aWorkspace();
  const key = objectKeys.prediction(hashBytes(predicted));
  await catalog.predictions.record([aPrediction(predicted), aPrediction(predicted, 'pred_2')]);
  await store.put(objectKeys.quarantine(key), predicted);

  const back = await verify({ repairs: true });
  const isBack = Buffer.from(await store.get(key)).equals(predicted);
  await flipByte(at(key));
  const aside = await verify({ repairs: true });
  const after = await verify();

  expect(back.findings.map(({ repair }) => repair)).toEqual(['It is back from quarantine/.']);
  expect(isBack).toBe(true);
  expect(aside.findings.map(({ repair }) => repair)).toEqual([
    'It is in quarantine/; its 2 predictions stay, without a picture.',
  ]);
  expect(await store.find(objectKeys.quarantine(key))).toBeDefined();
  expect((await catalog.predictions.list({})).items.map(({ hasPicture }) => hasPicture)).toEqual([false, false]);
  expect(after.findings).toEqual([]);
});

test('a copy that is not its object is downloaded again', async () => {
  const { store, bundles, verify } = await aWorkspace({ isRemote: true });
  const prefix = objectKeys.bundlePrefix(bundles[1] as string);
  await flipByte(join(await store.localFolder(prefix), 'model.onnx'));

  const repair = await verify({ repairs: true });
  const fresh = await readFile(join(await store.localFolder(prefix), 'model.onnx'));

  expect(repair.findings.map(({ subject }) => subject)).toEqual([`${prefix}model.onnx`]);
  expect(fresh.equals(await store.get(`${prefix}model.onnx`))).toBe(true);
  expect((await verify()).findings).toEqual([]);
});

test('an alias of no version goes back to the last version of its log that is there, or is taken away where there is none', async () => {
  const world = await aWorkspace();
  await injuries['alias-dangling'].injure(world);
  await world.breakRows(`insert into aliases (model, alias, version) values ('stripes', 'ghost', 9)`);

  const { findings } = await world.verify({ repairs: true });

  const ofVersions = findings.filter(({ kind }) => kind === 'alias-dangling');
  expect(ofVersions.map(({ subject, repair }) => [subject, repair])).toEqual([
    ['stripes@champion', 'It is version 2 again.'],
    ['stripes@ghost', 'It is taken away.'],
  ]);
  expect((await world.catalog.registry.findLatestAliased('champion'))?.version).toBe(2);
  expect(await world.catalog.registry.findLatestAliased('ghost')).toBeUndefined();
  expect((await world.verify()).findings).toEqual([]);
});

test('where the database is damaged nothing is mended, and what was found until it failed is told', async () => {
  const { folder, at, hashes, verify, store } = await aWorkspace();
  await rm(at(objectKeys.source(hashes[0])));
  const stranger = objectKeys.source('f'.repeat(64));
  await store.put(stranger, new Uint8Array([1]));
  await age(at(stranger));
  await breakSqlitePage(join(folder, 'catalog.sqlite'), 'studies');
  const partly = await verify({ repairs: true });

  await breakSqlitePage(join(folder, 'catalog.sqlite'), 'samples');
  const hardly = await verify({ repairs: true });

  expect(kindsOf(partly)).toEqual(['database-damaged', 'source-missing', 'orphan']);
  expect(kindsOf(hardly)).toContain('database-damaged');
  for (const report of [partly, hardly]) expect(report).toMatchObject({ isSound: false, repaired: 0 });
  expect(await store.find(stranger)).toBeDefined();
});

test('an alias of a version that cannot be opened goes back to the one before', async () => {
  const world = await aWorkspace();
  await injuries['bundle-corrupt'].injure(world);

  const { findings } = await world.verify({ repairs: true });

  expect(findings[0]?.repair).toContain('stripes@champion is version 1 again');
  expect((await world.catalog.registry.findLatestAliased('champion'))?.version).toBe(1);
});

test('an object that was just written is left alone: its row may be on the way', async () => {
  const { store, verify } = await aWorkspace();
  await store.put(objectKeys.source('f'.repeat(64)), new Uint8Array([1]));
  // The clock of the test is ahead of that of the disk.
  const written = await store.modifiedAt(objectKeys.source('f'.repeat(64)));

  const report = await verifyWorkspace(
    { ...(await aWorkspace()), store, clock: { ...clock, now: () => (written ?? 0) + 1000 } },
    { repairs: true, isQuick: true },
  );

  expect(report.findings.find(({ kind }) => kind === 'orphan')?.repair).toBeNull();
  expect((await verify()).counts.orphan).toBe(1);
});

test('nothing is changed unless repairs are asked for, and labels never are', async () => {
  const world = await aWorkspace();
  const ofBytes = Object.values(injuries).filter(({ isRemote }) => !isRemote);
  for (const { injure } of ofBytes.slice(14)) await injure(world).catch(() => undefined);
  const before = await world.verify();

  const again = await world.verify();
  await world.verify({ repairs: true });

  expect(again.counts).toEqual(before.counts);
  const labels = [];
  for (const removed of [false, true])
    for await (const sample of world.catalog.samples.stream({ dataset: 'stripes', removed }))
      labels.push(sample.className);
  expect(labels.filter((name) => name !== null)).toHaveLength(12);
});
