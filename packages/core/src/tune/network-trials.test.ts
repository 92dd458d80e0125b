/** @file Trials of networks on real pictures: complete, pruned, cut; and nothing left on the disk. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import type { Snapshot } from '@tintype/contracts/catalog';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { findSnapshot } from '../train/find-snapshot.ts';
import { fillDataset, inProcessTrainer, stripes, type TestPicture } from '../train/testing.ts';
import type { TrainNetworkNeeds } from '../train/train-network.ts';
import { tasks as trainerTasks } from '../train/trainer-tasks.ts';
import { createNetworkTrials } from './network-trials.ts';
import { buildSpace, costOf, ladderOf, toTrainOptions } from './spaces.ts';
import { aStudy } from './testing.ts';
import type { TrialControl } from './trial-runner.ts';

let folder: string;
let catalog: Catalog;
let needs: TrainNetworkNeeds;
let snapshot: Snapshot;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-network-trials-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  needs = {
    catalog,
    store: await openFileStore({ folder: join(folder, 'store') }),
    clock,
    pool: inProcessPool<PictureTasks>(tasks),
    trainer: inProcessTrainer(trainerTasks),
    runFolders: openRunFolders({ folder: join(folder, 'runs'), clock }),
    hub: { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined },
  };
  const pictures: TestPicture[] = [];
  for (let n = 0; n < 36; n += 1) {
    const className = ['across', 'along', 'wide'][n % 3] as string;
    const bytes = await encodeJpeg({ data: stripes(n % 3, n), widthPx: 32, heightPx: 32 }, 90);
    pictures.push({ path: `${className}/${className}-x${n * 7919}.jpg`, className, bytes });
  }
  await fillDataset(needs, 'stripes', pictures);
  snapshot = await findSnapshot(needs, { ...trainOptionsSchema.parse({ dataset: 'stripes' }), limits });
});

afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const small = { model: 'cnn-small', 'scratch.epochs': 3, 'scratch.sizePx': 16, 'scratch.batch': 8 };

async function run(change: Partial<TrialControl> = {}) {
  const steps: number[] = [];
  const study = aStudy({ scoring: 'validation', common: { snapshot: snapshot.id, seed: 1 } });
  const control: TrialControl = {
    signal: new AbortController().signal,
    cores: 1,
    deadlineMs: 60_000,
    onIntermediate: async ({ step }) => {
      steps.push(step);
      return true;
    },
    ...change,
  };
  const outcome = createNetworkTrials(needs, { study, snapshot, limits })(small, control);
  const ended = await outcome.catch((error: unknown) => error as { code: string });
  const [latest] = await catalog.runs.list();
  return { ended, steps, status: latest?.status, isLeft: existsSync(needs.runFolders.pathOf(latest?.id ?? '')) };
}

test('a trial tells every epoch and comes to the accuracy on the validation split, with its interval', async () => {
  const { ended, steps, status, isLeft } = await run();

  expect(ended).toEqual({ value: expect.any(Number), interval: [expect.any(Number), expect.any(Number)] });
  expect(steps).toEqual([1, 2, 3]);
  expect([status, isLeft]).toEqual(['succeeded', false]);
});

test('a trial that is told to end gives what it had', async () => {
  const { ended, isLeft } = await run({ onIntermediate: async () => false });

  expect(ended).toEqual({ value: expect.any(Number), interval: null });
  expect(isLeft).toBe(false);
});

test('a trial without time ends by its deadline', async () => {
  const { ended } = await run({ deadlineMs: 1 });

  expect(ended).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

test('networks have spaces of their own, and their trials commands', () => {
  const space = buildSpace(['histograms', 'cnn-small', 'vit-tiny', 'net.onnx+last:2']);
  const wordsOf = (parameter: string): unknown => space.find(({ name }) => name === parameter)?.when?.values;

  expect(wordsOf('head')).toEqual(['histograms']);
  expect(wordsOf('scratch.learningRate')).toEqual(['cnn-small', 'vit-tiny']);
  expect(wordsOf('scratch.dropPath')).toEqual(['vit-tiny']);
  expect(wordsOf('tuned.learningRate')).toEqual(['net.onnx+last:2']);
  expect(toTrainOptions({ model: 'net.onnx+last:2', 'tuned.epochs': 5, 'tuned.augment': 'light' })).toEqual({
    backbone: 'net.onnx',
    train: 'last:2',
    epochs: 5,
    augment: 'light',
  });
  expect([ladderOf(small), ladderOf({ model: 'histograms' })]).toEqual(['network', 'head']);
  expect(costOf(small)).toBe('cnn-small 3 16');
});
