/** @file The exported model computes what the network does in evaluation, for any number of pictures. */
import { expect, test } from 'vitest';
import { evaluate } from '../graph/evaluate.ts';
import { ops } from '../graph/ops.ts';
import { attention, mlp, squeezeExcite } from '../nn/blocks.ts';
import { batchNorm2d, conv2d, dropPath, layerNorm, linear } from '../nn/layers.ts';
import { buildNetwork, evaluationMode, type Mode, type Network, trainingMode } from '../nn/network.ts';
import { parseOnnx } from '../onnx/read-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { sgd } from '../optimize/sgd.ts';
import { openSession } from '../runtime/session.ts';
import { draw, largestDifference } from '../testing.ts';
import { renderInference } from './render-inference.ts';
import type { State } from './state.ts';
import { openTrainStep } from './train-step.ts';

const [channels, sizePx, classes] = [8, 6, 3];

/** A bit of everything. */
function aNetwork(batch: number, mode: Mode): Network {
  return buildNetwork([batch, 3, sizePx, sizePx], mode, (scope, pixels) => {
    const y = conv2d(scope.at('conv'), pixels, { out: channels, kernel: 3, stride: 2 });
    const active = squeezeExcite(scope.at('gate'), ops.relu(batchNorm2d(scope.at('norm'), y)), { squeezed: 4 });
    const tokens = ops.transpose(ops.reshape(active, [batch, channels, 9]), [0, 2, 1]);
    const mixed = dropPath(scope.at('drop'), attention(scope.at('attn'), tokens, { heads: 2 }), { rate: 0.2 });
    const thought = mlp(scope.at('mlp'), layerNorm(scope.at('norm1'), ops.add(tokens, mixed)), { hidden: 16 });
    const features = ops.reduceMean(thought, { axes: [1] });
    return { features, logits: linear(scope.at('head').atDepth(1), features, { out: classes }) };
  });
}

/** After two steps, so that running statistics have moved. */
async function aState(): Promise<State> {
  const network = aNetwork(4, trainingMode);
  await using step = await openTrainStep({ network, optimizer: sgd(), ema: { decay: 0.5 } });
  const targets = new Float32Array(4 * classes).map((_, i) => (i % classes === 0 ? 1 : 0));
  for (const seed of [1, 2])
    await step.run({ x: draw(4 * 3 * sizePx ** 2, seed), targets }, { learningRate: 0.1, maskSeed: seed });
  return step.read();
}

test.each([
  [1, false],
  [5, false],
  [5, true],
])('for %i pictures, running average: %s', async (batch, useEma) => {
  const state = await aState();
  const model = parseOnnx(renderOnnx(renderInference((size) => aNetwork(size, evaluationMode), state, { useEma })));
  const pixels = draw(batch * 3 * sizePx ** 2, 9);

  await using session = await openSession(renderOnnx(model));
  const outputs = await session.run({ pixels: { type: 'float32', dims: [batch, 3, sizePx, sizePx], data: pixels } });

  const network = aNetwork(batch, evaluationMode);
  const averaged = [...state].filter(([name]) => useEma && name.startsWith('ema/'));
  const feeds = Object.fromEntries([
    ['pixels', pixels],
    ...[...state].map(([name, { data }]) => [name, data]),
    ...averaged.map(([name, { data }]) => [name.replace('ema/', 'parameters/'), data]),
  ]);
  const [features, logits] = evaluate([network.features, network.logits], feeds);
  expect(session.inputs).toEqual([{ name: 'pixels', type: 'float32', dims: ['N', 3, sizePx, sizePx] }]);
  expect(outputs['logits']?.dims).toEqual([batch, classes]);
  expect(largestDifference(outputs['features']?.data, features as Float64Array)).toBeLessThan(1e-5);
  expect(largestDifference(outputs['logits']?.data, logits as Float64Array)).toBeLessThan(1e-5);
});

test('batch norm is one operator behind its convolution, for ONNX Runtime to join', async () => {
  const { graph } = renderInference((size) => aNetwork(size, evaluationMode), await aState());

  const norm = graph?.node.find(({ opType }) => opType === 'BatchNormalization');
  const before = graph?.node.find(({ output }) => output[0] === norm?.input[0]);

  expect(before?.opType).toBe('Conv');
  expect(graph?.initializer.map(({ name }) => name)).toContain('buffers/norm.running_var');
});

test('a state that lacks something is refused by its name', async () => {
  const state = new Map([...(await aState())].filter(([name]) => name !== 'parameters/mlp.fc1.bias'));

  expect(() => renderInference((size) => aNetwork(size, evaluationMode), state)).toThrow(
    'the state has no "parameters/mlp.fc1.bias"',
  );
});
