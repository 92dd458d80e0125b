/** @file A trained version knows what it was trained on: its index of training pictures, through registration to an answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { parseGates } from '@tintype/contracts/gate';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { neighborsFile } from '../model/bundle.ts';
import { renderNeighborIndex } from '../model/neighbors/neighbor-index.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { ClassifyInput, PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { fillDataset, inProcessTrainer, stripes, type TestPicture } from '../train/testing.ts';
import { trainHead } from '../train/train-head.ts';
import { trainNetwork } from '../train/train-network.ts';
import { tasks as trainerTasks } from '../train/trainer-tasks.ts';
import { registerRun } from './register-run.ts';

const classNames = ['across', 'along'];
const raw = { width: 32, height: 32, channels: 3 } as const;
const pool = inProcessPool<PictureTasks>(tasks);
let folder: string;
let catalog: Catalog;
let store: MemoryStore;
let noise: Uint8Array;

const aPicture = (classIndex: number, seed: number): Promise<Buffer> =>
  sharp(stripes(classIndex, seed), { raw }).png().toBuffer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-neighbors-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  store = memoryStore();
  const pictures: TestPicture[] = [];
  for (const [k, className] of classNames.entries())
    for (let n = 0; n < 60; n += 1)
      pictures.push({ path: `${className}/${className}${n * 100}.png`, className, bytes: await aPicture(k, n) });
  await fillDataset({ catalog, store, pool }, 'stripes', pictures);
  const flat = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i % 3 === 0 ? 255 : 0));
  noise = await sharp(flat, { raw }).png().toBuffer();
});
afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const needs = () => ({
  catalog,
  store,
  pool,
  clock,
  hub: { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined },
  trainer: inProcessTrainer(trainerTasks),
  runFolders: openRunFolders({ folder: join(folder, 'runs'), clock }),
});

async function train(options: object) {
  const request = { ...trainOptionsSchema.parse({ dataset: 'stripes', ...options }), limits };
  return 'architecture' in options ? trainNetwork(needs(), request) : trainHead(needs(), request);
}

const ways: [string, object][] = [
  ['a head', {}],
  ['a network', { architecture: 'cnn-small', sizePx: 16, batch: 16, epochs: 2, threads: 1, augment: 'light' }],
];

test.each(ways)('%s that is trained twice has the same index, byte for byte', async (_, options) => {
  const [first, second] = [await train(options), await train(options)];

  const bytes = [first, second].map(({ neighbors }) => neighbors && renderNeighborIndex(neighbors));

  expect(first.neighbors?.contentHashes).toHaveLength(first.snapshot.counts.train);
  expect(first.neighbors?.validation).toHaveLength(first.snapshot.counts.validation);
  expect(Buffer.compare(bytes[0] as Uint8Array, bytes[1] as Uint8Array)).toBe(0);
});

test.each(ways)('%s is asked for a training picture, and finds it first, with its class', async (_, options) => {
  const run = await train({ ...options, model: 'near' });
  const { version } = await registerRun(needs(), run, { by: 'test', limits, promote: 'never' });
  const contentHash = run.neighbors?.contentHashes[3] as string;
  const bytes = await store.get(objectKeys.source(contentHash));

  const answer = await withBundle(needs(), version.bundleHash, () =>
    pool.run('classify', { bundleHash: version.bundleHash, bytes, limits, neighbors: 4, features: true }),
  );

  expect(answer.features).toHaveLength(run.backbone.dimensions);
  expect(answer.neighbors).toHaveLength(4);
  expect(answer.neighbors?.[0]).toEqual({
    content_hash: contentHash,
    class: run.snapshot.classes[run.neighbors?.classIndices[3] as number],
    similarity: expect.closeTo(1, 4) as number,
  });
});

test('a picture of another kind is refused as unknown, one of the kind it was trained on is answered', async () => {
  const run = await train({ model: 'gated', gates: ['unknown=0.9'] });
  const { version } = await registerRun(needs(), run, { by: 'test', limits, promote: 'never' });
  const { bundleHash } = version;
  const ask = (change: Partial<ClassifyInput>) => pool.run('classify', { bundleHash, bytes: noise, limits, ...change });

  const card = store.objects.get(objectKeys.bundleFile(bundleHash, 'model-card.md')) as Uint8Array;
  const [strange, known, ungated] = await withBundle(needs(), bundleHash, async (manifest) => {
    expect(manifest.gates).toEqual(parseGates(['unknown=0.9']));
    return [await ask({}), await ask({ bytes: await aPicture(0, 30) }), await ask({ ungated: true })] as const;
  });

  expect(new TextDecoder().decode(card)).toContain('refused with a reason instead: `unknown=0.9`');
  expect(strange.refusal?.reason).toBe('UNKNOWN');
  expect(known.refusal).toBeUndefined();
  expect(known.probabilities).toHaveLength(2);
  expect(ungated.refusal).toBeUndefined();
});

test('a version without an index still answers, and says what is missing where it is needed', async () => {
  const run = await train({ model: 'old' });
  const { version } = await registerRun(needs(), { ...run, neighbors: undefined }, { by: 'test', limits });
  const { bundleHash } = version;
  const ask = (change: Partial<ClassifyInput>) => pool.run('classify', { bundleHash, bytes: noise, limits, ...change });

  const answers = await withBundle(needs(), bundleHash, async ({ files }) => {
    expect(Object.keys(files)).not.toContain(neighborsFile);
    return Promise.allSettled([ask({}), ask({ gates: parseGates(['unknown=0.99']) }), ask({ neighbors: 1 })]);
  });

  expect(answers[0]).toMatchObject({ status: 'fulfilled' });
  expect(answers[1]).toMatchObject({ reason: { code: 'NEIGHBORS_MISSING', details: { model: 'old' } } });
  expect(answers[2]).toMatchObject({ reason: { code: 'NEIGHBORS_MISSING' } });
});

test('an index that does not fit its model is not opened', async () => {
  const run = await train({ model: 'broken' });
  const index = run.neighbors as NonNullable<typeof run.neighbors>;
  const other = { ...index, classIndices: index.classIndices.map(() => 7) };

  const registering = registerRun(needs(), { ...run, neighbors: other }, { by: 'test', limits });

  await expect(registering).rejects.toMatchObject({ code: 'BUNDLE_CORRUPT' });
});

test('gates that look at the pixels change no answer, bit for bit', async () => {
  const run = await train({ model: 'same' });
  const { version } = await registerRun(needs(), run, { by: 'test', limits });
  const { bundleHash } = version;
  const bytes = await sharp(stripes(0, 9), { raw }).resize(300, 200).jpeg().toBuffer();

  const [plain, gated] = await withBundle(needs(), bundleHash, () =>
    Promise.all([
      pool.run('classify', { bundleHash, bytes, limits }),
      pool.run('classify', { bundleHash, bytes, limits, gates: parseGates(['blur=0']) }),
    ]),
  );

  expect(gated.logits).toEqual(plain.logits);
});
