/** @file The input pipeline: the same batches for any number of threads, exactly served pixels without augmentation, an end on every way out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { policies } from '@tintype/contracts/augmentation';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { noMixing } from '@tintype/vision/augment/mixing';
import { createRandom } from '@tintype/vision/augment/random';
import { toTensor } from '@tintype/vision/to-tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PixelSet } from '../model/pixel-set.ts';
import { computeEpochOrder } from './input-pipeline/epoch-order.ts';
import { countSteps, type EpochRequest, type InputPipelineOptions, openBatches } from './input-pipeline.ts';

const pictureCount = 10;
const [widthPx, heightPx] = [10, 8];
const length = 3 * widthPx * heightPx;
const bytes = Uint8Array.from({ length: pictureCount * length }, () => 0);
let folder: string;
let pixels: PixelSet;

beforeAll(async () => {
  const random = createRandom(1);
  bytes.forEach((_, n) => (bytes[n] = Math.floor(256 * random())));
  folder = await mkdtemp(join(tmpdir(), 'tintype-pixels-'));
  const path = join(folder, 'pixels.u8');
  await writeFile(path, bytes);
  const start = Int32Array.from({ length: pictureCount }, (_, n) => n * length);
  pixels = { widthPx, heightPx, view: 1, files: [path], file: new Int32Array(pictureCount), start };
});

afterAll(() => rm(folder, { recursive: true }));

const labels = Int32Array.from({ length: pictureCount }, (_, n) => n % 3);

const options = (given: Partial<InputPipelineOptions> = {}): InputPipelineOptions => ({
  pixels,
  labels,
  classCount: 3,
  batch: 4,
  preprocessing: preprocessingSchema.parse({ widthPx, heightPx }),
  augmentation: policies.strong,
  mixing: { mixup: 0.8, cutmix: 1 },
  seed: 5,
  workers: 1,
  ...given,
});

const order = Int32Array.from({ length: pictureCount }, (_, n) => pictureCount - 1 - n);

/** Copies of all batches, since the pipeline uses their memory again. */
async function collect(given: Partial<InputPipelineOptions>, request: Partial<EpochRequest> = {}) {
  await using pipeline = openBatches(options(given));
  const batches = [];
  for await (const { x, targets, ...rest } of pipeline.epoch({ epoch: 2, order, ...request }))
    batches.push({ ...rest, x: x.slice(), targets: targets.slice() });
  return batches;
}

test('any number of threads gives the same batches, bit for bit', async () => {
  const [one, two, three] = await Promise.all([1, 2, 3].map((workers) => collect({ workers, ahead: 2 * workers })));

  expect(one).toHaveLength(3);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
});

test('an epoch that goes on where it stopped gives the rest of the same batches', async () => {
  const whole = await collect({});

  expect(await collect({}, { startStep: 1 })).toEqual(whole.slice(1));
});

test('epochs and seeds differ', async () => {
  const [first] = await collect({});

  expect((await collect({}, { epoch: 3 }))[0]?.x).not.toEqual(first?.x);
  expect((await collect({ seed: 6 }))[0]?.x).not.toEqual(first?.x);
});

test('without augmentation the tensors are those that serving makes of the same pixels', async () => {
  const preprocessing = preprocessingSchema.parse({ widthPx, heightPx, mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] });
  const expected = new Float32Array(4 * length);
  [9, 8, 7, 6].forEach((n, row) =>
    toTensor(bytes.subarray(n * length, (n + 1) * length), preprocessing, expected, row * length),
  );

  const [first] = await collect({ preprocessing, augmentation: policies.none, mixing: noMixing });

  expect(first?.x).toEqual(expected);
  expect(Array.from(first?.targets ?? [])).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0]);
});

test('a model that wants BGR gets the same pictures with red and blue exchanged', async () => {
  const plain = { augmentation: policies.standard, mixing: noMixing };
  const [rgb] = await collect(plain);
  const bgr = preprocessingSchema.parse({ widthPx, heightPx, channelOrder: 'BGR' });

  const [exchanged] = await collect({ ...plain, preprocessing: bgr });

  const plane = widthPx * heightPx;
  expect(exchanged?.x.subarray(0, plane)).toEqual(rgb?.x.subarray(2 * plane, 3 * plane));
  expect(exchanged?.x.subarray(plane, 2 * plane)).toEqual(rgb?.x.subarray(plane, 2 * plane));
});

test('the last batch is filled from the beginning of the order, or dropped', async () => {
  const wrapped = await collect({});
  const dropped = await collect({}, { last: 'drop' });

  expect(Array.from(wrapped[2]?.indices ?? [])).toEqual([1, 0, 9, 8]);
  expect(wrapped.map(({ count }) => count)).toEqual([4, 4, 2]);
  expect(dropped.map(({ step }) => step)).toEqual([0, 1]);
  expect([
    countSteps(10, { batch: 4 }),
    countSteps(10, { batch: 4, last: 'drop' }),
    countSteps(0, { batch: 4 }),
  ]).toEqual([3, 2, 0]);
});

test('memory goes round: a batch is empty once the next one was asked for', async () => {
  await using pipeline = openBatches(options({ ahead: 1 }));
  const many = Int32Array.from({ length: 60 }, (_, n) => n % pictureCount);
  const seen: Float32Array[] = [];
  for await (const { x } of pipeline.epoch({ epoch: 0, order: many })) seen.push(x);

  expect(seen).toHaveLength(15);
  expect(seen.slice(0, -2).every((x) => x.length === 0)).toBe(true);
});

test('leaving an epoch early leaves the pipeline ready for the next', async () => {
  await using pipeline = openBatches(options({ workers: 2 }));
  for await (const { step } of pipeline.epoch({ epoch: 0, order })) if (step === 0) break;

  const steps = [];
  for await (const { step } of pipeline.epoch({ epoch: 1, order })) steps.push(step);

  expect(steps).toEqual([0, 1, 2]);
});

test('pixels that are gone are an error of storage that names the file, in their turn', async () => {
  const start = pixels.start.with(9, bytes.length);
  await using pipeline = openBatches(options({ pixels: { ...pixels, start } }));
  const rising = Int32Array.from(labels.keys());
  const steps: number[] = [];

  const walk = async (): Promise<void> => {
    for await (const { step } of pipeline.epoch({ epoch: 0, order: rising })) steps.push(step);
  };

  await expect(walk()).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('pixels.u8') });
  expect(steps).toEqual([0, 1]);
});

test('cancelling ends the wait', async () => {
  const controller = new AbortController();
  await using pipeline = openBatches(options({ signal: controller.signal }));
  const walk = async (): Promise<void> => {
    for await (const { step } of pipeline.epoch({ epoch: 0, order })) if (step === 0) controller.abort();
  };

  await expect(walk()).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a thread that cannot start ends the epoch', async () => {
  await using pipeline = openBatches(options({ preprocessing: undefined as never }));

  await expect(pipeline.epoch({ epoch: 0, order }).next()).rejects.toThrow(/preprocessing|undefined/);
});

test('no thread is left when the pipeline is disposed, also in the middle of an epoch', async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker): unknown => workers.push(worker);
  process.on('worker', note);

  for (let n = 0; n < 3; n += 1) {
    await using pipeline = openBatches(options({ workers: 2 }));
    for await (const { step } of pipeline.epoch({ epoch: 0, order })) if (step === 0) break;
  }
  process.off('worker', note);

  expect(workers).toHaveLength(6);
  // What a thread that has ended has for a number.
  expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1, -1, -1, -1, -1]);
});

test('a shuffled epoch shows every picture once, another order every epoch', () => {
  const many = { labels: new Int32Array(200), classCount: 1 };
  const first = computeEpochOrder(many, { rule: 'shuffled', seed: 1, epoch: 0 });

  expect(first.toSorted()).toEqual(Int32Array.from(many.labels.keys()));
  expect(computeEpochOrder(many, { rule: 'shuffled', seed: 1, epoch: 0 })).toEqual(first);
  expect(computeEpochOrder(many, { rule: 'shuffled', seed: 1, epoch: 1 })).not.toEqual(first);
});

test('a balanced epoch shows classes equally often, and no picture twice before all of its class', () => {
  const rare = { labels: Int32Array.from({ length: 100 }, (_, n) => (n < 10 ? 0 : n < 30 ? 1 : 3)), classCount: 4 };

  const balanced = computeEpochOrder(rare, { rule: 'balanced', seed: 1, epoch: 0 });

  const shown = (of: number): number[] => Array.from(balanced.filter((n) => rare.labels[n] === of));
  expect([shown(0), shown(1), shown(3)].map(({ length }) => length)).toEqual([34, 33, 33]);
  expect(new Set(shown(0).slice(0, 10)).size).toBe(10);
  expect(new Set(shown(3)).size).toBe(33);
});

test('a sequential epoch is the order of the pictures', () => {
  expect(computeEpochOrder({ labels, classCount: 3 }, { rule: 'sequential', seed: 1, epoch: 1 })).toEqual(
    Int32Array.from(labels.keys()),
  );
});
