/**
 * @file Pictures per second that one thread augments, and the share of its time that a train step waits for its next batch.
 *
 * `input-pipeline.mjs [--seconds 8] [--rounds 2]`. Pixels are noise in a file as the pixel cache writes it. The step takes turns: with one
 * batch again and again, then with batches from the pipeline; so the slowdown by threads beside it is seen besides the waiting.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainingMode } from '@tintype/autograd/nn/network';
import { sgd } from '@tintype/autograd/optimize/sgd';
import { openTrainStep } from '@tintype/autograd/step/train-step';
import { parseAugmentation, resolvePolicy } from '@tintype/contracts/augmentation';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { architectures } from '@tintype/core/model/architectures/architectures';
import { openBatches } from '@tintype/core/train/input-pipeline';
import { computeEpochOrder } from '@tintype/core/train/input-pipeline/epoch-order';
import { BatchMaker, createBuffers } from '@tintype/core/train/input-pipeline/make-batch';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const seconds = Number(options.seconds ?? 8);
const rounds = Number(options.rounds ?? 2);
const folder = mkdtempSync(join(tmpdir(), 'tintype-input-'));
const classCount = 10;
const pictureCount = 512;
const bar = 0.05;
/** The models whose steps are the fastest, at the sizes that they are trained at. */
const steps = [
  { architecture: 'cnn-small', sizePx: 64, batch: 32 },
  { architecture: 'mobilenet-v2', sizePx: 160, batch: 8 },
];
const policies = ['none', 'light', 'standard', 'standard,rotation', 'strong'];

/** A quarter larger than the model's input, as training pixels are. */
function aRecipe({ sizePx, batch, policy }) {
  const side = Math.round(1.25 * sizePx);
  const path = join(folder, `${side}.u8`);
  const length = 3 * side * side;
  const bytes = new Uint8Array(pictureCount * length);
  for (let at = 0, state = 1; at < bytes.length; at += 1)
    bytes[at] = (state = Math.imul(state, 1664525) + 1013904223) >>> 24;
  writeFileSync(path, bytes);
  const start = Int32Array.from({ length: pictureCount }, (_, n) => n * length);
  return {
    pixels: { widthPx: side, heightPx: side, view: 1, files: [path], file: new Int32Array(pictureCount), start },
    labels: Int32Array.from({ length: pictureCount }, (_, n) => n % classCount),
    classCount,
    batch,
    preprocessing: preprocessingSchema.parse({ widthPx: sizePx, heightPx: sizePx }),
    augmentation: resolvePolicy(parseAugmentation(policy)),
    mixing: { mixup: 0, cutmix: 0 },
    seed: 1,
  };
}

function measurePolicy(size, policy) {
  const recipe = aRecipe({ ...size, policy });
  const buffers = createBuffers(recipe);
  const maker = new BatchMaker(recipe);
  const indices = Int32Array.from({ length: recipe.batch }, (_, n) => n);
  const run = (count) => {
    for (let step = 0; step < count; step += 1) maker.make({ epoch: 0, step, indices }, buffers);
  };
  run(20);
  const startedAt = performance.now();
  let batches = 0;
  while (performance.now() - startedAt < 1000) {
    run(5);
    batches += 5;
  }
  const perSecond = (1000 * batches * recipe.batch) / (performance.now() - startedAt);
  maker[Symbol.dispose]();
  return Math.round(perSecond);
}

async function openStep({ architecture, sizePx, batch }) {
  const network = architectures[architecture].build({ batch, classes: classCount, sizePx, mode: trainingMode });
  return openTrainStep({ network, optimizer: sgd(), weightDecay: 1e-4 }, { threads: availableParallelism() });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const round = (value, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Milliseconds per step and share of the time that was spent waiting. */
async function walk(step, batches) {
  const [times, waits] = [[], []];
  let askedAt = performance.now();
  const startedAt = askedAt;
  for await (const batch of batches) {
    const gotAt = performance.now();
    await step.run(batch, { learningRate: 0.001, maskSeed: 0 });
    const doneAt = performance.now();
    waits.push(gotAt - askedAt);
    times.push(doneAt - gotAt);
    askedAt = doneAt;
    if (doneAt - startedAt > 1000 * seconds) break;
  }
  // The first batch of all is waited for once a training.
  const sum = (values) => values.slice(1).reduce((total, value) => total + value, 0);
  return { ms: median(times), idle: sum(waits) / (sum(waits) + sum(times)), firstMs: waits[0] };
}

async function* again(recipe) {
  const batch = createBuffers(recipe);
  batch.x.forEach((_, i) => (batch.x[i] = (i % 7) / 7));
  batch.targets.forEach((_, i) => (batch.targets[i] = Number(i % classCount === 0)));
  for (;;) yield batch;
}

async function* epochs(pipeline, recipe) {
  for (let epoch = 0; ; epoch += 1)
    yield* pipeline.epoch({ epoch, order: computeEpochOrder(recipe, { rule: 'shuffled', seed: 1, epoch }) });
}

async function measureIdle(size, policy) {
  const recipe = aRecipe({ ...size, policy });
  const step = await openStep(size);
  const pipeline = openBatches(recipe);
  const alone = [];
  const fed = [];
  try {
    for (let turn = 0; turn < rounds; turn += 1) {
      alone.push(await walk(step, again(recipe)));
      fed.push(await walk(step, epochs(pipeline, recipe)));
    }
  } finally {
    await pipeline[Symbol.asyncDispose]();
    await step[Symbol.asyncDispose]();
  }
  const [aloneMs, fedMs] = [alone, fed].map((found) => median(found.map(({ ms }) => ms)));
  const result = {
    stepMs: round(aloneMs),
    stepBesideThreadsMs: round(fedMs),
    slowdown: round(fedMs / aloneMs, 3),
    idleShare: round(median(fed.map(({ idle }) => idle)), 4),
    firstBatchMs: round(fed[0].firstMs),
  };
  console.error(`${size.architecture} under ${policy}: ${JSON.stringify(result)}`);
  return result;
}

try {
  const picturesPerSecond = {};
  for (const size of steps) {
    const found = policies.map((policy) => [policy, measurePolicy(size, policy)]);
    picturesPerSecond[`${size.sizePx} px`] = Object.fromEntries(found);
    console.error(`${size.sizePx} px: ${JSON.stringify(picturesPerSecond[`${size.sizePx} px`])}`);
  }
  const idle = {};
  for (const size of steps)
    for (const policy of ['standard', 'strong'])
      idle[`${size.architecture} ${size.sizePx} px, batch ${size.batch}, ${policy}`] = await measureIdle(size, policy);
  const worst = Math.max(...Object.values(idle).map(({ idleShare }) => idleShare));
  console.log(JSON.stringify({ picturesPerSecond, idle, worstIdleShare: worst, bar, met: worst <= bar }));
} finally {
  rmSync(folder, { recursive: true });
}
