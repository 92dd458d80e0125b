/** @file Layers: the shapes they give, the names they declare, and a value by hand. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../graph/evaluate.ts';
import type { Shape } from '../graph/shape.ts';
import { input, type Value } from '../graph/value.ts';
import { createRandom } from '../random.ts';
import { largestDifference } from '../testing.ts';
import { attention, mlp, patchEmbedding, squeezeExcite } from './blocks.ts';
import { initializers } from './initializers.ts';
import { batchNorm2d, conv2d, dropout, dropPath, layerNorm, layerScale, linear } from './layers.ts';
import { drawMask } from './masks.ts';
import { evaluationMode, type Mode, trainingMode } from './network.ts';
import { createScope, type Scope } from './scope.ts';

interface Layer {
  readonly name: string;
  readonly x: Shape;
  readonly apply: (scope: Scope, x: Value) => Value;
  readonly y: Shape;
  readonly declares: readonly string[];
}

const layers: Layer[] = [
  {
    name: 'linear',
    x: [2, 5, 4],
    apply: (scope, x) => linear(scope, x, { out: 3 }),
    y: [2, 5, 3],
    declares: ['weight [3,4]', 'bias [3]'],
  },
  {
    name: 'conv2d',
    x: [2, 4, 9, 9],
    apply: (scope, x) => conv2d(scope, x, { out: 6, kernel: 3, stride: 2, groups: 2 }),
    y: [2, 6, 5, 5],
    declares: ['weight [6,2,3,3]'],
  },
  {
    name: 'batchNorm2d',
    x: [2, 4, 3, 3],
    apply: (scope, x) => batchNorm2d(scope, x),
    y: [2, 4, 3, 3],
    declares: ['weight [4]', 'bias [4]', 'running_mean [4]', 'running_var [4]'],
  },
  {
    name: 'layerNorm',
    x: [2, 5, 4],
    apply: (scope, x) => layerNorm(scope, x),
    y: [2, 5, 4],
    declares: ['weight [4]', 'bias [4]'],
  },
  {
    name: 'layerScale',
    x: [2, 5, 4],
    apply: (scope, x) => layerScale(scope, x),
    y: [2, 5, 4],
    declares: ['gamma [4]'],
  },
  {
    name: 'dropout',
    x: [2, 5],
    apply: (scope, x) => dropout(scope, x, { rate: 0.5 }),
    y: [2, 5],
    declares: ['mask [2,5]'],
  },
  {
    name: 'dropPath',
    x: [2, 5, 4],
    apply: (scope, x) => dropPath(scope, x, { rate: 0.5 }),
    y: [2, 5, 4],
    declares: ['mask [2,1,1]'],
  },
  {
    name: 'squeezeExcite',
    x: [2, 4, 3, 3],
    apply: (scope, x) => squeezeExcite(scope, x, { squeezed: 2 }),
    y: [2, 4, 3, 3],
    declares: ['fc1.weight [2,4,1,1]', 'fc1.bias [2]', 'fc2.weight [4,2,1,1]', 'fc2.bias [4]'],
  },
  {
    name: 'attention',
    x: [2, 5, 4],
    apply: (scope, x) => attention(scope, x, { heads: 2 }),
    y: [2, 5, 4],
    declares: ['qkv.weight [12,4]', 'qkv.bias [12]', 'proj.weight [4,4]', 'proj.bias [4]'],
  },
  {
    name: 'mlp',
    x: [2, 5, 4],
    apply: (scope, x) => mlp(scope, x, { hidden: 8 }),
    y: [2, 5, 4],
    declares: ['fc1.weight [8,4]', 'fc1.bias [8]', 'fc2.weight [4,8]', 'fc2.bias [4]'],
  },
  {
    name: 'patchEmbedding',
    x: [2, 3, 4, 6],
    apply: (scope, x) => patchEmbedding(scope, x, { out: 8, patchPx: 2 }),
    y: [2, 6, 8],
    declares: ['weight [8,3,2,2]', 'bias [8]'],
  },
];

test.each(layers)('$name gives $y and declares $declares', ({ x, apply, y, declares }) => {
  const scope = createScope(trainingMode);

  const result = apply(scope.at('layer'), input('x', x));

  const { parameters, buffers, masks } = scope.collect();
  const declared = [...parameters, ...buffers, ...masks].map(({ name, value }) => `${name} [${value.shape}]`);
  expect(result.shape).toEqual(y);
  expect(declared).toEqual(declares.map((name) => `layer.${name}`));
});

function compute(
  x: readonly number[],
  shape: Shape,
  apply: Layer['apply'],
  feeds: Record<string, number[]>,
  mode: Mode = trainingMode,
) {
  const scope = createScope(mode);
  const y = apply(scope, input('x', shape));
  const { buffers } = scope.collect();
  const [result, ...next] = evaluate([y, ...buffers.map((buffer) => buffer.next)], { x, ...feeds });
  return { y: [...(result as Float64Array)], next: next.map((data) => [...data]) };
}

describe('values by hand', () => {
  test('linear is x Wᵀ + b', () => {
    const feeds = { 'parameters/weight': [1, 2, 3, 4], 'parameters/bias': [10, 20] };

    expect(compute([1, -1], [1, 2], (scope, x) => linear(scope, x, { out: 2 }), feeds).y).toEqual([9, 19]);
  });

  test('batch norm follows the mean, and the variance without bias, by a tenth', () => {
    const feeds = {
      'parameters/weight': [2],
      'parameters/bias': [1],
      'buffers/running_mean': [5],
      'buffers/running_var': [1],
    };
    const norm = (scope: Scope, x: Value): Value => batchNorm2d(scope, x, { epsilon: 0.0625 });

    const training = compute([1, 3], [2, 1, 1, 1], norm, feeds);
    const evaluation = compute([1, 3], [2, 1, 1, 1], norm, feeds, evaluationMode);

    // Mean 2, variance 1 over the batch, 2 without bias.
    expect(largestDifference(training.y, [1 - 2 / Math.sqrt(1.0625), 1 + 2 / Math.sqrt(1.0625)])).toBeLessThan(1e-12);
    expect(largestDifference(training.next.flat(), [0.9 * 5 + 0.1 * 2, 0.9 * 1 + 0.1 * 2])).toBeLessThan(1e-7);
    expect(largestDifference(evaluation.y, [1 - 8 / Math.sqrt(1.0625), 1 - 4 / Math.sqrt(1.0625)])).toBeLessThan(1e-12);
    expect(evaluation.next.flat()).toEqual([5, 1]);
  });

  test('a patch is read channel by channel, row by row, as a convolution reads it', () => {
    // One number per pixel of the patch, so that the sum tells which was read where: channel, row, column.
    const weight = Array.from({ length: 8 }, (_, i) => 10 ** i);
    const picture = [1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0, 7, 8, 0, 9];
    const feeds = { 'parameters/weight': weight, 'parameters/bias': [0] };

    const { y } = compute(picture, [1, 2, 2, 4], (scope, x) => patchEmbedding(scope, x, { out: 1, patchPx: 2 }), feeds);

    expect(y).toEqual([87654321, 90000000]);
  });
});

describe('chance', () => {
  test('a mask keeps its share and scales it to a mean of 1', () => {
    const scope = createScope(trainingMode);
    dropout(scope, input('x', [100, 100]), { rate: 0.2 });
    const [mask] = scope.collect().masks;

    const drawn = mask ? drawMask(mask, 1) : new Float32Array();

    expect(new Set(drawn)).toEqual(new Set([0, 1.25]));
    expect(drawn.reduce((sum, x) => sum + x, 0) / drawn.length).toBeCloseTo(1, 1);
    expect(mask && drawMask(mask, 1)).toEqual(drawn);
    expect(mask && drawMask(mask, 2)).not.toEqual(drawn);
  });

  test('evaluation, and a rate of 0, draw none', () => {
    const [evaluation, training] = [createScope(evaluationMode), createScope(trainingMode)];
    const x = input('x', [2, 2]);

    expect(dropout(evaluation, x, { rate: 0.5 })).toBe(x);
    expect(dropPath(training, x, { rate: 0 })).toBe(x);
    expect([...evaluation.collect().masks, ...training.collect().masks]).toEqual([]);
  });
});

describe('initializers', () => {
  const deviationOf = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  const shape = [64, 32, 3, 3];

  test.each([
    ['kaimingNormal', Math.sqrt(2 / (64 * 9))],
    ['xavierUniform', Math.sqrt(6 / (96 * 9)) / Math.sqrt(3)],
    ['fanInUniform', 1 / Math.sqrt(32 * 9) / Math.sqrt(3)],
    ['smallNormal', 0.01],
    // Of a normal cut at two deviations.
    ['truncatedNormal', 0.02 * 0.8796],
    ['zeros', 0],
    ['ones', 1],
  ] as const)('%s has the deviation %d', (name, deviation) => {
    const values = initializers[name](createRandom(1), shape);

    expect(values).toHaveLength(64 * 32 * 9);
    expect(Math.abs(deviationOf(values) - deviation)).toBeLessThan(0.02 * deviation + 1e-9);
    expect(initializers[name](createRandom(1), shape)).toEqual(values);
  });
});

test('a name declared twice is a mistake, told at once', () => {
  const scope = createScope(trainingMode);
  linear(scope.at('fc'), input('x', [1, 2]), { out: 2 });

  expect(() => linear(scope.at('fc'), input('x', [1, 2]), { out: 2 })).toThrow('"fc.weight" is declared twice');
});
