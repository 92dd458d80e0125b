/** @file Every kind of damage to bytes, made by hand: found, mended or put aside, and no label lost. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import type { FindingKind, VerifyReport } from '@tintype/contracts/verify';
import { encodeJpeg } from '@tintype/vision/sharp';
import { expect, onTestFinished, test } from 'vitest';
import { signatureSide } from '../catalog/similarity.ts';
import { createSnapshot } from '../catalog/snapshot.ts';
import { hashBytes } from '../ingest/ingest-file.ts';
import { renderBundle, storeBundle } from '../model/bundle.ts';
import { writeSafetensors } from '../model/formats/write-safetensors.ts';
import { histogramBackbone } from '../model/histogram-backbone.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import { aVersion } from '../ports/catalog-builders.contract.ts';
import { objectKeys } from '../ports/object-store.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';
import { verifyWorkspace } from './verify-workspace.ts';

const now = 1_800_000_000_000;
const hour = 3_600_000;
const clock = { now: () => now, newId: (prefix: string) => `${prefix}_${Math.random().toString(36).slice(2)}` };

/** No two pictures are alike. */
const signature = async (contentHash: string): Promise<Uint8Array> => {
  const bytes = createHash('sha256').update(contentHash).digest();
  return Uint8Array.from({ length: signatureSide ** 2 * 3 }, (_, i) => bytes[(i * 7) % 32] as number);
};

/** Twelve pictures of two classes, a snapshot and a model of two versions, all whole. */
async function aWorkspace() {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-verify-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  onTestFinished(() => catalog[Symbol.asyncDispose]());
  const objects = join(folder, 'objects');
  const store = await openFileStore({ folder: objects });
  const pool = inProcessPool<PictureTasks>(tasks);
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
  const runFolders = openRunFolders({ folder: join(folder, 'runs'), clock });
  const needs = { catalog, store, runFolders, clock, limits, openPool: async () => pool };
  const hashes = pictures.map(({ bytes }) => hashBytes(bytes));
  return {
    ...needs,
    folder,
    bundles: bundles.map(({ bundleHash }) => bundleHash),
    snapshot,
    /** A file of an object. */
    at: (key: string) => join(objects, key),
    hashes: hashes as [string, string, ...string[]],
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

/** Each makes one thing wrong; `kind` is what it is called. */
const injuries: Readonly<Partial<Record<FindingKind, (world: World) => Promise<unknown>>>> = {
  'source-missing': ({ at, hashes }) => rm(at(objectKeys.source(hashes[0]))),
  'source-corrupt': ({ at, hashes }) => flipByte(at(objectKeys.source(hashes[0]))),
  'thumbnail-missing': ({ at, hashes }) => rm(at(objectKeys.thumbnail(hashes[0]))),
  'thumbnail-corrupt': ({ at, hashes }) => truncate(at(objectKeys.thumbnail(hashes[0])), 100),
  'snapshot-missing': ({ at, snapshot }) => rm(at(objectKeys.snapshot(snapshot.id))),
  'snapshot-corrupt': ({ at, snapshot }) => flipByte(at(objectKeys.snapshot(snapshot.id))),
  'bundle-missing': ({ at, bundles }) => rm(at(objectKeys.bundleFile(bundles[1] as string, 'model.onnx'))),
  'bundle-corrupt': ({ at, bundles }) => flipByte(at(objectKeys.bundleFile(bundles[1] as string, 'bundle.json'))),
  async 'shard-corrupt'({ store }) {
    await store.put(`embeddings/abc/${'0'.repeat(32)}.f32`, new Uint8Array([1, 2, 3]));
  },
  async orphan({ store, at }) {
    const key = objectKeys.source('f'.repeat(64));
    await store.put(key, new Uint8Array([1]));
    await age(at(key));
  },
  async unfinished(world) {
    const path = await aRunFile(world, 'checkpoint-000000001.safetensors.1.partial');
    await writeFile(path, 'half');
    await age(path);
  },
  async 'checkpoint-damaged'(world) {
    const path = await aRunFile(world, 'checkpoint-000000001.safetensors');
    await writeSafetensors(path, new Map([['a', { shape: [64], data: new Float32Array(64) }]]), { sha256: 'x' });
    await truncate(path, 200);
  },
};

test('a whole workspace is found to be whole, quickly too', async () => {
  const world = await aWorkspace();

  const reports = [await world.verify(), await world.verify({ isQuick: true })];

  for (const report of reports) expect(report).toMatchObject({ isSound: true, pictures: 12, findings: [] });
  expect(reports[0]?.sizeBytes).toBeGreaterThan(0);
  expect(reports[1]?.sizeBytes).toBe(0);
});

test.each(Object.entries(injuries))('%s is found, mended or put aside, and found no more', async (kind, injure) => {
  const world = await aWorkspace();
  await injure(world);

  const before = await world.verify();
  const repair = await world.verify({ repairs: true });
  const after = await world.verify();

  expect(before.findings.map((one) => one.kind)).toEqual([kind]);
  expect(before.isSound).toBe(before.leftovers === 1);
  expect(repair.findings[0]?.repair).toMatch(/\.$/);
  expect(after.damage).toBe(kind.startsWith('bundle') ? 1 : 0);
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

test('an alias of a version that cannot be opened goes back to the one before', async () => {
  const world = await aWorkspace();
  await injuries['bundle-corrupt']?.(world);

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
  for (const injure of Object.values(injuries).slice(0, 10)) await injure?.(world).catch(() => undefined);
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
