/** @file An imported model under the train step: it learns, and its file gives what the trained graph gives. */
import { expect, test } from 'vitest';
import { emitOnnx } from '../../graph/emit.ts';
import { evaluationMode, trainingMode } from '../../nn/network.ts';
import { sgd } from '../../optimize/sgd.ts';
import { floatsOf, openSession, type Tensor } from '../../runtime/session.ts';
import type { State } from '../../step/state.ts';
import { openTrainStep } from '../../step/train-step.ts';
import { draw, largestDifference } from '../../testing.ts';
import { floats, onnxModel, onnxNode, onnxValue } from '../build-onnx.ts';
import { freeBatch } from '../edit-onnx.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { renderOnnx } from '../write-onnx.ts';
import { weights } from './case-builders.ts';
import { type ImportedClassifier, importNetwork, renderTrained } from './import-network.ts';

const [batch, classes] = [4, 3];
const size = { batch, classes, heightPx: 6, widthPx: 6, output: 'features' };

function aBackbone(): OnnxModel {
  const norm = ['scale', 'shift', 'mean'].map((name) => weights(name, [8]));
  return onnxModel({
    name: 'backbone',
    inputs: [onnxValue('image', 'float32', [1, 3, 6, 6])],
    outputs: [onnxValue('features', 'float32', [1, 8])],
    initializers: [weights('filters', [8, 3, 3, 3]), ...norm, floats('variance', [8], new Float32Array(8).fill(2))],
    nodes: [
      onnxNode('Conv', ['image', 'filters'], ['maps'], { pads: [1, 1, 1, 1] }),
      onnxNode('BatchNormalization', ['maps', 'scale', 'shift', 'mean', 'variance'], ['normed']),
      onnxNode('Relu', ['normed'], ['active']),
      onnxNode('GlobalAveragePool', ['active'], ['pooled']),
      onnxNode('Flatten', ['pooled'], ['features']),
    ],
  });
}

/** Picture n is brighter in the channel of its class, n modulo 3. */
const pixels = draw(batch * 3 * 36, 3).map((x, i) => x + (Math.floor(i / 36) % 3 === Math.floor(i / 108) % 3 ? 1 : 0));
const targets = Float32Array.from({ length: batch * classes }, (_, i) =>
  i % classes === Math.floor(i / classes) % classes ? 1 : 0,
);

async function train(network: ImportedClassifier): Promise<{ losses: number[]; state: State }> {
  await using step = await openTrainStep(
    { network, optimizer: sgd({ momentum: 0.9 }), weightDecay: 0, labelSmoothing: 0 },
    { seed: 1 },
  );
  const losses: number[] = [];
  for (let i = 0; i < 60; i++)
    losses.push((await step.run({ x: pixels, targets }, { learningRate: 0.1, maskSeed: 0 })).loss);
  return { losses, state: await step.read() };
}

async function run(model: OnnxModel, feeds: (name: string) => Tensor, name: string): Promise<Float32Array> {
  await using session = await openSession(renderOnnx(model));
  const results = await session.run(Object.fromEntries(session.inputNames.map((input) => [input, feeds(input)])));
  return floatsOf(results, name);
}

test('a batch is learned, statistics are followed, and the file gives the features of the trained graph', async () => {
  const model = aBackbone();
  const network = await importNetwork(model, { ...size, mode: trainingMode });

  const { losses, state } = await train(network);

  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
  expect(state.get('buffers/backbone.variance')?.data).not.toEqual(new Float32Array(8).fill(2));
  const served = await importNetwork(model, { ...size, mode: evaluationMode });
  const trained = renderTrained(model, served.backbone, state);
  const image: Tensor = { type: 'float32', dims: [batch, 3, 6, 6], data: pixels };
  const feed = (name: string): Tensor => {
    const tensor = state.get(name);
    return tensor ? { type: 'float32', dims: tensor.shape, data: tensor.data } : image;
  };
  const features = await run(emitOnnx({ features: served.features }), feed, 'features');
  expect(largestDifference(await run(freeBatch(trained), () => image, 'features'), features)).toBeLessThan(1e-5);
});

test('the classifier stands behind the blocks, under the same names in every mode', async () => {
  const modes = [trainingMode, evaluationMode];

  const networks = await Promise.all(modes.map((mode) => importNetwork(aBackbone(), { ...size, mode })));

  for (const { parameters, buffers, logits, depthCount } of networks) {
    expect(parameters.map(({ name, depth }) => `${name} ${depth}`)).toEqual([
      'backbone.filters 0',
      'backbone.scale 0',
      'backbone.shift 0',
      'head.weight 1',
      'head.bias 1',
    ]);
    expect(buffers.map(({ name }) => name)).toEqual(['backbone.mean', 'backbone.variance']);
    expect([logits.shape, depthCount]).toEqual([[batch, classes], 2]);
  }
});

test('a state that lacks a tensor is named', async () => {
  const { backbone } = await importNetwork(aBackbone(), { ...size, mode: evaluationMode });

  expect(() => renderTrained(aBackbone(), backbone, new Map())).toThrow(
    'the state has no "parameters/backbone.filters"',
  );
});
