/** @file Heads against plain TypeScript, alone and joined to backbones of other operator sets and to real ones. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Forest, findLeaf } from '../fit/random-forest.ts';
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { findFeatureOutput, listInputs, listOutputs } from '../onnx/edit-onnx.ts';
import { OnnxError, type OnnxModel, parseOnnx } from '../onnx/read-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, openSession, type Tensor } from '../runtime/session.ts';
import { draw, largestDifference, rowsOf, sharedFolder } from '../testing.ts';
import { appendHead, renderFeatureModel } from './append-head.ts';
import { type ForestHead, leafSmoothing, renderForestHead } from './forest-head.ts';
import { type KernelHead, renderKernelHead } from './kernel-head.ts';
import { type LinearHead, renderLinearHead } from './linear-head.ts';
import { type NeighborHead, renderNeighborHead, voteSmoothing, voteTemperature } from './neighbor-head.ts';
import { couplePairs } from './pair-coupling.ts';
import { type PerceptronHead, renderPerceptronHead } from './perceptron-head.ts';

const models = resolve(sharedFolder, 'models');

function aLinearHead(dimensions: number, classCount: number): LinearHead {
  return {
    mean: draw(dimensions, 1),
    scale: draw(dimensions, 2).map((x) => x * 0.4 + 1),
    weights: draw(classCount * dimensions, 3),
    bias: draw(classCount, 4),
    temperature: 1.7,
  };
}

function aNeighborHead(dimensions: number, classCount: number): NeighborHead {
  const rows = 40;
  const classIndices = Int32Array.from({ length: rows }, (_, row) => row % classCount);
  return { bank: draw(rows * dimensions, 5), dimensions, classIndices, classCount, k: 7, temperature: 0.8 };
}

function aKernelHead(dimensions: number, classCount: number): KernelHead {
  const rows = 30;
  const pairs = (classCount * (classCount - 1)) / 2;
  const drawn = draw(rows * pairs, 12);
  const sums = Array.from({ length: pairs }, (_, p) => drawn.reduce((sum, x, i) => sum + (i % pairs === p ? x : 0), 0));
  return {
    mean: draw(dimensions, 1),
    scale: draw(dimensions, 2).map((x) => x * 0.4 + 1),
    support: draw(rows * dimensions, 11),
    coefficients: Float64Array.from(drawn, (x, i) => 3 * (x - (sums[i % pairs] ?? 0) / rows)),
    bias: draw(pairs, 13),
    classCount,
    gamma: 1 / dimensions,
    sharpness: 3,
    temperature: 1.3,
  };
}

/** Two trees of two levels, whose right subtrees differ, and one that is a leaf. */
function aForestHead(dimensions: number, classCount: number): ForestHead {
  const leaf = (k: number): number[] =>
    Array.from({ length: classCount }, (_, at) => (at === k ? 0.75 : 0.25 / (classCount - 1)));
  const none = leaf(-1).map(() => 0);
  const split = (seed: number): Forest['trees'][number] => ({
    features: Int32Array.of(seed % dimensions, 0, (seed + 3) % dimensions, 0, 0),
    thresholds: Float32Array.of(0.1, Infinity, -0.2, Infinity, Infinity),
    lefts: Int32Array.of(1, 1, 3, 3, 4),
    shares: Float32Array.from([none, leaf(0), none, leaf(1), leaf(seed % classCount)].flat()),
    depth: 2,
  });
  const stump = {
    features: Int32Array.of(0),
    thresholds: Float32Array.of(Infinity),
    lefts: Int32Array.of(0),
    shares: Float32Array.from(leaf(1)),
    depth: 0,
  };
  return { trees: [split(1), stump, split(5)], dimensions, classCount, temperature: 1.2 };
}

function aPerceptronHead(dimensions: number, classCount: number): PerceptronHead {
  return {
    mean: draw(dimensions, 1),
    scale: draw(dimensions, 2).map((x) => x * 0.4 + 1),
    hidden: { weights: draw(5 * dimensions, 14), bias: draw(5, 15) },
    output: { weights: draw(classCount * 5, 16), bias: draw(classCount, 17) },
    temperature: 0.7,
  };
}

const softmax = (logits: number[]): number[] => {
  const powers = logits.map((x) => Math.exp(x - Math.max(...logits)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
};

function linearReference(head: LinearHead, features: Float32Array): number[] {
  const logits = Array.from(head.bias, (bias, k) => {
    let sum = bias;
    for (let d = 0; d < features.length; d++) {
      const standardized = ((features[d] ?? 0) - (head.mean[d] ?? 0)) / (head.scale[d] ?? 1);
      sum += (head.weights[k * features.length + d] ?? 0) * standardized;
    }
    return sum / (head.temperature ?? 1);
  });
  return softmax(logits);
}

function neighborReference(head: NeighborHead, features: Float32Array): number[] {
  const rowOf = (row: number): Float32Array => head.bank.subarray(row * head.dimensions, (row + 1) * head.dimensions);
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const nearest = Array.from(head.classIndices, (classIndex, row) => ({
    classIndex,
    similarity: dot(rowOf(row), features) / Math.sqrt(dot(rowOf(row), rowOf(row)) * dot(features, features)),
  }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, head.k);
  const votes = Array.from({ length: head.classCount }, () => 0);
  for (const { classIndex, similarity } of nearest) {
    votes[classIndex] = (votes[classIndex] ?? 0) + Math.exp((similarity - 1) / voteTemperature);
  }
  const sum = votes.reduce((a, b) => a + b, 0);
  const shares = votes.map((vote) => (vote / sum) * (1 - voteSmoothing) + voteSmoothing / head.classCount);
  return softmax(shares.map((share) => Math.log(share) / (head.temperature ?? 1)));
}

function perceptronReference(
  { mean, scale, hidden, output, temperature = 1 }: PerceptronHead,
  row: Float32Array,
): number[] {
  const dense = ({ weights, bias }: PerceptronHead['hidden'], x: readonly number[]): number[] =>
    Array.from(bias, (b, o) => x.reduce((sum, value, i) => sum + value * (weights[o * x.length + i] ?? 0), b));
  const standard = Array.from(row, (x, d) => (x - (mean[d] ?? 0)) / (scale[d] ?? 1));
  const kept = dense(hidden, standard).map((value) => Math.max(0, value));
  return softmax(dense(output, kept).map((logit) => logit / temperature));
}

function kernelReference(head: KernelHead, features: Float32Array): number[] {
  const standard = features.map((x, d) => (x - (head.mean[d] ?? 0)) / (head.scale[d] ?? 1));
  const kernel = rowsOf(head.support, features.length).map((row) =>
    Math.exp(-head.gamma * row.reduce((sum, x, d) => sum + (x - (standard[d] ?? 0)) ** 2, 0)),
  );
  const pairs = head.bias.length;
  const decisions = Array.from(head.bias, (bias, p) =>
    kernel.reduce((sum, value, m) => sum + value * (head.coefficients[m * pairs + p] ?? 0), bias),
  );
  return softmax([...couplePairs(decisions, head)].map((logit) => logit / (head.temperature ?? 1)));
}

function forestReference({ trees, classCount, temperature = 1 }: ForestHead, features: Float32Array): number[] {
  const shares = Array.from({ length: classCount }, (_, k) =>
    trees.reduce((sum, tree) => sum + (tree.shares[findLeaf(tree, features) * classCount + k] ?? 0) / trees.length, 0),
  );
  return softmax(
    shares.map((share) => Math.log(share * (1 - leafSmoothing) + leafSmoothing / classCount) / temperature),
  );
}

async function run(model: OnnxModel, feeds: Record<string, Tensor>): Promise<Record<string, Float32Array>> {
  await using session = await openSession(renderOnnx(model));
  const outputs = await session.run(feeds);
  return Object.fromEntries(session.outputNames.map((name) => [name, floatsOf(outputs, name)]));
}

/** Scales, pools and flattens: `[N, 6, 2, 2]` -> `features` `[N, 6]`, written for one picture, with a classifier behind. */
function aBackbone(opset: number): OnnxModel {
  return onnxModel({
    name: 'backbone',
    opset,
    inputs: [onnxValue('image', 'float32', [1, 6, 2, 2])],
    outputs: [onnxValue('scores', 'float32', [1, 3])],
    initializers: [floats('logits', [1], [2]), floats('w', [6, 3], draw(18, 8)), floats('b', [3], [0, 0, 0])],
    nodes: [
      onnxNode('Mul', ['image', 'logits'], ['scaled']),
      onnxNode('GlobalAveragePool', ['scaled'], ['pooled']),
      onnxNode('Flatten', ['pooled'], ['flat'], { axis: 1 }),
      onnxNode('Gemm', ['flat', 'w', 'b'], ['scores']),
    ],
  });
}

const heads = [
  {
    name: 'linear',
    render: (d: number, k: number) => renderLinearHead(aLinearHead(d, k)),
    reference: (d: number, k: number) => (row: Float32Array) => linearReference(aLinearHead(d, k), row),
  },
  {
    name: 'neighbor',
    render: (d: number, k: number) => renderNeighborHead(aNeighborHead(d, k)),
    reference: (d: number, k: number) => (row: Float32Array) => neighborReference(aNeighborHead(d, k), row),
  },
  {
    name: 'kernel',
    render: (d: number, k: number) => renderKernelHead(aKernelHead(d, k)),
    reference: (d: number, k: number) => (row: Float32Array) => kernelReference(aKernelHead(d, k), row),
  },
  {
    name: 'perceptron',
    render: (d: number, k: number) => renderPerceptronHead(aPerceptronHead(d, k)),
    reference: (d: number, k: number) => (row: Float32Array) => perceptronReference(aPerceptronHead(d, k), row),
  },
  {
    name: 'forest',
    render: (d: number, k: number) => renderForestHead(aForestHead(d, k)),
    reference: (d: number, k: number) => (row: Float32Array) => forestReference(aForestHead(d, k), row),
  },
];

describe.each(heads)('the $name head', ({ name, render, reference }) => {
  test('gives the probabilities of plain TypeScript, and logits whose softmax they are', async () => {
    const features = draw(5 * 12, 6);

    const { logits, probabilities } = await run(render(12, 3), {
      features: { type: 'float32', dims: [5, 12], data: features },
    });

    expect(largestDifference(probabilities, rowsOf(features, 12).flatMap(reference(12, 3)))).toBeLessThan(1e-5);
    expect(
      largestDifference(
        probabilities,
        rowsOf(logits as Float32Array, 3).flatMap((row) => softmax([...row])),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each([name === 'forest' ? 11 : 10, 13, 17, 20])(
    'joins a backbone of operator set %i, for any number of pictures',
    async (opset) => {
      const joined = parseOnnx(renderOnnx(appendHead(aBackbone(opset), 'flat', render(6, 3), { dimensions: 6 })));
      const image = draw(2 * 24, 7);

      const outputs = await run(joined, { image: { type: 'float32', dims: [2, 6, 2, 2], data: image } });

      const features = Float32Array.from(
        { length: 12 },
        (_, i) => rowsOf(image, 4)[i]?.reduce((a, b) => a + b / 2, 0) ?? 0,
      );
      expect(largestDifference(outputs['features'], features)).toBeLessThan(1e-6);
      expect(largestDifference(outputs['probabilities'], rowsOf(features, 6).flatMap(reference(6, 3)))).toBeLessThan(
        1e-5,
      );
      expect(listInputs(joined)).toEqual([{ name: 'image', elementType: 1, dims: ['N', 6, 2, 2] }]);
      expect(listOutputs(joined).map(({ name, dims }) => [name, dims])).toEqual([
        ['features', ['N', 6]],
        ['logits', ['N', 3]],
        ['probabilities', ['N', 3]],
      ]);
    },
  );

  test
    .skipIf(!existsSync(models))
    .each([
      'mobilenetv1-0.25-128-imagenet-fp32.onnx',
      'mobilenetv2-imagenet-fp32.onnx',
      'mobilenetv2-imagenet-w8.onnx',
    ])('joins %s, whose features stay what they were (needs ../shared/models)', async (file) => {
    const backbone = parseOnnx(readFileSync(resolve(models, file)));
    const featureName = findFeatureOutput(backbone);
    const feeds: Record<string, Tensor> = {
      input: { type: 'float32', dims: [2, 3, 96, 96], data: draw(2 * 3 * 96 * 96, 9) },
    };
    const { [featureName]: features = new Float32Array() } = await run(backbone, feeds);
    const dimensions = features.length / 2;

    const joined = await run(appendHead(backbone, featureName, render(dimensions, 4), { dimensions }), feeds);

    expect(joined['features']).toEqual(features);
    expect(
      largestDifference(joined['probabilities'], rowsOf(features, dimensions).flatMap(reference(dimensions, 4))),
    ).toBeLessThan(1e-5);
  });
});

test('a vision transformer gives its class token', async () => {
  const backbone = onnxModel({
    name: 'tokens',
    inputs: [onnxValue('x', 'float32', ['batch', 4, 3])],
    outputs: [onnxValue('last_hidden_state', 'float32', ['batch', 4, 3])],
    nodes: [onnxNode('Relu', ['x'], ['last_hidden_state'])],
  });
  const x = Float32Array.from({ length: 24 }, (_, i) => i);

  const { features } = await run(renderFeatureModel(backbone, 'last_hidden_state', 3, 'first-token'), {
    x: { type: 'float32', dims: [2, 4, 3], data: x },
  });

  expect(features).toEqual(Float32Array.of(0, 1, 2, 12, 13, 14));
});

describe('what does not fit is refused', () => {
  const join =
    (opset: number, head: OnnxModel, dimensions = 6) =>
    () =>
      appendHead(aBackbone(opset), 'flat', head, { dimensions });

  test.each<[string, () => unknown, RegExp]>([
    ['a backbone of a too old operator set', join(6, renderLinearHead(aLinearHead(6, 3))), /operator set 6; 7 to 23/],
    ['a backbone of a too new operator set', join(24, renderLinearHead(aLinearHead(6, 3))), /operator set 24; 7 to 23/],
    [
      'TopK before it took k as an input',
      join(9, renderNeighborHead(aNeighborHead(6, 3))),
      /operator set 9, where TopK/,
    ],
    [
      'GatherElements before there was one',
      join(10, renderForestHead(aForestHead(6, 3))),
      /operator set 10, where GatherElements/,
    ],
    [
      'a head for another number of features',
      join(13, renderLinearHead(aLinearHead(5, 3))),
      /6 features where its head takes 5/,
    ],
    ['a tensor that is not there', () => renderFeatureModel(aBackbone(13), 'nothing', 6), /no tensor "nothing"/],
  ])('%s', (_, build, reason) => {
    expect(build).toThrow(OnnxError);
    expect(build).toThrow(reason);
  });

  test('a linear head reaches back to operator set 7', async () => {
    const joined = appendHead(aBackbone(7), 'flat', renderLinearHead(aLinearHead(6, 3)), { dimensions: 6 });

    const { probabilities } = await run(joined, { image: { type: 'float32', dims: [1, 6, 2, 2], data: draw(24, 7) } });

    expect(probabilities?.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  test('sizes that contradict each other', () => {
    expect(() => renderLinearHead({ ...aLinearHead(6, 3), scale: [1] })).toThrow(RangeError);
    expect(() => renderKernelHead({ ...aKernelHead(6, 3), classCount: 4 })).toThrow(RangeError);
    expect(() => renderPerceptronHead({ ...aPerceptronHead(6, 3), mean: [1] })).toThrow(RangeError);
    expect(() => renderForestHead({ ...aForestHead(6, 3), trees: [] })).toThrow(RangeError);
    expect(() => renderNeighborHead({ ...aNeighborHead(6, 3), classIndices: [] })).toThrow(RangeError);
    expect(() => renderNeighborHead({ ...aNeighborHead(6, 3), dimensions: 5 })).toThrow(RangeError);
  });
});

test('fewer stored rows than neighbors asked for: all of them vote', async () => {
  const head = { ...aNeighborHead(6, 3), k: 100 };
  const features = draw(6, 6);

  const { probabilities } = await run(renderNeighborHead(head), {
    features: { type: 'float32', dims: [1, 6], data: features },
  });

  expect(largestDifference(probabilities, neighborReference({ ...head, k: 40 }, features))).toBeLessThan(1e-5);
});

test('features of zeros give finite probabilities', async () => {
  const features = new Float32Array(6);

  const { probabilities } = await run(renderNeighborHead(aNeighborHead(6, 3)), {
    features: { type: 'float32', dims: [1, 6], data: features },
  });

  expect(probabilities?.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
});

test('of two classes, pair coupling is the logistic function of the decision', () => {
  const logits = couplePairs([0.7, -30, 1e6], { classCount: 2, sharpness: 2 });

  expect(softmax([...logits.subarray(0, 2)])[0]).toBeCloseTo(1 / (1 + Math.exp(-1.4)), 6);
  expect(softmax([...logits.subarray(2, 4)])[0]).toBeLessThan(1e-20);
  expect([...logits].every(Number.isFinite)).toBe(true);
});

test('a class that wins its duels narrowly beats one that wins one of them by far', () => {
  const duels = { '0-1': 0.5, '0-2': 0.5, '1-2': 5 };

  const [first, second, third] = couplePairs(Object.values(duels), { classCount: 3, sharpness: 2 });

  expect(first).toBeGreaterThan(second as number);
  expect(second).toBeGreaterThan(third as number);
});
