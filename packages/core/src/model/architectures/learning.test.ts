/** @file Architectures learn: gradients are right, one batch is learned by heart, and a seed decides everything. */
import { createHash } from 'node:crypto';
import { compareGradients } from '@tintype/autograd/graph/compare-gradients';
import { softmaxCrossEntropy } from '@tintype/autograd/graph/losses';
import { ops } from '@tintype/autograd/graph/ops';
import { sizeOf } from '@tintype/autograd/graph/shape';
import { input } from '@tintype/autograd/graph/value';
import { drawMask } from '@tintype/autograd/nn/masks';
import { evaluationMode, type Network, trainingMode } from '@tintype/autograd/nn/network';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { adamw } from '@tintype/autograd/optimize/adamw';
import { createNormal, createRandom } from '@tintype/autograd/random';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';
import { renderInference } from '@tintype/autograd/step/render-inference';
import type { State } from '@tintype/autograd/step/state';
import { openTrainStep, type TrainBatch } from '@tintype/autograd/step/train-step';
import type { ArchitectureName } from '@tintype/contracts/train';
import { describe, expect, test } from 'vitest';
import type { BuildOptions } from './architecture.types.ts';
import { architectures } from './architectures.ts';
import { buildSmallCnn } from './cnn-small.ts';
import { buildMobileNetV2 } from './mobilenet-v2.ts';
import { buildResnet } from './resnet.ts';
import { buildVit } from './vit.ts';

const classes = 4;

function aBatch({ input: { shape } }: Network, seed = 1): TrainBatch {
  const draw = createNormal(createRandom('pixels', seed));
  const batch = shape[0] as number;
  const targets = new Float32Array(batch * classes);
  for (let n = 0; n < batch; n++) targets[n * classes + (n % classes)] = 1;
  return { x: new Float32Array(sizeOf(shape)).map(draw), targets };
}

/** Each family in small, built of the same blocks. */
const miniatures: Record<string, (options: BuildOptions) => Network> = {
  'cnn-small': (options) => buildSmallCnn({ sizePx: 16, stem: 6, widths: [6, 8, 10] }, options),
  'resnet-18': (options) => buildResnet({ sizePx: 24, widths: [6, 8], blocks: [2, 1] }, options),
  'mobilenet-v2': (options) =>
    buildMobileNetV2(
      {
        sizePx: 16,
        stem: 4,
        stages: [
          [1, 4, 1, 1],
          [3, 6, 2, 2],
        ],
        last: 12,
      },
      options,
    ),
  vit: (options) => buildVit({ sizePx: 16, patchPx: 8, width: 16, depth: 2, heads: 2 }, options),
  'vit with layer scale': (options) =>
    buildVit({ sizePx: 16, patchPx: 8, width: 16, depth: 2, heads: 2, layerScale: 0.5 }, options),
};

describe.each(Object.entries(miniatures))('gradients of %s in ONNX Runtime are those of float64', (_, build) => {
  test.each([
    ['live batch norm', trainingMode],
    ['frozen batch norm', { training: true, frozenBatchNorm: true }],
  ])('%s', async (_mode, mode) => {
    const network = build({ batch: 3, classes, mode, dropPath: 0.2, dropout: 0.2 });
    const targets = input('targets', network.logits.shape);
    const { x, targets: rows } = aBatch(network);
    const normal = createNormal(createRandom('values'));
    const feeds = Object.fromEntries([
      ['pixels', x],
      ['targets', rows],
      ...network.masks.map((mask) => [`masks/${mask.name}`, drawMask(mask, 3)]),
      ...network.buffers.map(({ name, initial }) => [`buffers/${name}`, initial]),
      // Norms away from 0 and 1, so that nothing vanishes.
      ...network.parameters.map(({ name, value, initialize }) => [
        `parameters/${name}`,
        initialize(createRandom(name)).map((w) => (value.shape.length === 1 ? w / 2 + 0.5 + 0.1 * normal() : w)),
      ]),
    ]) as Record<string, Float32Array>;

    const comparison = await compareGradients({
      loss: ops.reduceMean(softmaxCrossEntropy(network.logits, targets)),
      variables: network.parameters.map(({ value }) => value),
      feeds,
    });

    expect(comparison.lossError).toBeLessThan(1e-6);
    expect(comparison.worst.error).toBeLessThan(5e-5);
    expect(comparison.globalError).toBeLessThan(1e-5);
  });
});

/** The large transformer is overfitted by benchmarks/overfit.mjs. */
const overfitted: [ArchitectureName, number][] = [
  ['cnn-small', 32],
  ['mobilenet-v2', 64],
  ['resnet-18', 32],
  ['vit-tiny', 32],
  ['vit-small', 32],
];

describe('one batch is learned by heart', () => {
  test.each(overfitted)(
    '%s at %i px',
    async (name, sizePx) => {
      const network = architectures[name].build({ batch: 4, classes, sizePx, mode: trainingMode });
      // Threads that wait for each other lose more than they gain where other tests want the cores.
      await using step = await openTrainStep({ network, optimizer: adamw() }, { threads: 1 });
      const batch = aBatch(network);

      let loss = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 100 && loss >= 0.01; i++)
        ({ loss } = await step.run(batch, { learningRate: 1e-3, maskSeed: i }));

      expect(loss).toBeLessThan(0.01);
    },
    120_000,
  );
});

const hashOf = (state: State): string => {
  const hash = createHash('sha256');
  for (const [name, { data }] of state)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
};

describe('a seed decides everything', () => {
  async function train(seed: number, { from, steps }: { from?: State; steps: readonly number[] }): Promise<State> {
    const network = architectures['cnn-small'].build({
      batch: 4,
      classes,
      sizePx: 24,
      mode: trainingMode,
      dropPath: 0.2,
      dropout: 0.2,
    });
    await using step = await openTrainStep({ network, optimizer: adamw(), ema: { decay: 0.9 } }, { seed, threads: 2 });
    if (from) await step.write(from);
    for (const i of steps) await step.run(aBatch(network, i), { learningRate: 1e-3, maskSeed: i });
    return step.read();
  }

  test('equal seeds give equal bits, others do not, and a resumed training is the same', async () => {
    const whole = hashOf(await train(1, { steps: [0, 1, 2, 3] }));

    expect(hashOf(await train(1, { steps: [0, 1, 2, 3] }))).toBe(whole);
    expect(hashOf(await train(2, { steps: [0, 1, 2, 3] }))).not.toBe(whole);
    expect(hashOf(await train(9, { from: await train(1, { steps: [0, 1] }), steps: [2, 3] }))).toBe(whole);
  });
});

test.each(Object.keys(miniatures))('%s is exported as it was trained, for any number of pictures', async (name) => {
  const build = (options: Omit<BuildOptions, 'classes'>): Network =>
    (miniatures[name] as (o: BuildOptions) => Network)({ ...options, classes });
  const network = build({ batch: 4, mode: trainingMode });
  await using step = await openTrainStep({ network, optimizer: adamw() });
  await step.run(aBatch(network), { learningRate: 1e-3, maskSeed: 0 });

  const model = renderOnnx(renderInference((batch) => build({ batch, mode: evaluationMode }), await step.read()));

  await using session = await openSession(model);
  const { x } = aBatch(network);
  const logitsOf = async (data: Float32Array, count: number): Promise<Float32Array> =>
    floatsOf(
      await session.run({ pixels: { type: 'float32', dims: [count, ...network.input.shape.slice(1)], data } }),
      'logits',
    );
  const [all, first] = [await logitsOf(x, 4), await logitsOf(x.slice(0, x.length / 4), 1)];
  expect(all).toHaveLength(4 * classes);
  first.forEach((logit, k) => expect(logit).toBeCloseTo(all[k] as number, 4));
});
