/** @file Trees on problems that can be checked by eye, and forests that any number of threads grows alike. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { draw, rowsOf } from '../testing.ts';
import { binFeatures, thresholdsPerFeature } from './bin-features.ts';
import { growTree, type TreeOptions } from './grow-tree.ts';
import { findLeaf, fitForest } from './random-forest.ts';

function grow(features: number[], dimensions: number, classIndices: number[], change: Partial<TreeOptions> = {}) {
  const classCount = Math.max(...classIndices) + 1;
  return growTree({
    binned: binFeatures(Float32Array.from(features), dimensions),
    classIndices: Int32Array.from(classIndices),
    classCount,
    weights: new Float64Array(classIndices.length).fill(1),
    featuresPerNode: dimensions,
    maxDepth: 20,
    random: createRandom('test'),
    ...change,
  });
}

test('a step is found with one question, halfway between the values beside it', () => {
  const tree = grow([1, 2, 3, 7, 8, 9], 1, [0, 0, 0, 1, 1, 1]);

  expect([...tree.thresholds]).toEqual([5, Infinity, Infinity]);
  expect([...tree.lefts]).toEqual([1, 1, 2]);
  expect([...tree.shares]).toEqual([0, 0, 1, 0, 0, 1]);
  expect(tree.depth).toBe(1);
});

test('the feature that divides is asked, not the one that does not', () => {
  const tree = grow([5, 0, 1, 0, 4, 1, 2, 1], 2, [0, 0, 1, 1]);

  expect(tree.features[0]).toBe(1);
  expect(tree.features).toHaveLength(3);
});

/** Neither question alone lowers the impurity; two in a row do. */
test('exclusive or is learned', () => {
  const corners = [0, 0, 0, 1, 1, 0, 1, 1];

  const tree = grow(corners, 2, [0, 1, 1, 0]);

  const found = rowsOf(Float32Array.from(corners), 2).map((row) => tree.shares[findLeaf(tree, row) * 2 + 1]);
  expect(found).toEqual([0, 1, 1, 0]);
});

test('equal rows of different classes share a leaf, by their weights', () => {
  const tree = grow([1, 1, 1], 1, [0, 0, 1], { weights: Float64Array.of(1, 1, 6) });

  expect([...tree.shares]).toEqual([0.25, 0.75]);
});

test('a tree ends where it is told to', () => {
  const features = [...draw(200, 1)];
  const classIndices = features.map((_, n) => n % 2);

  expect(grow(features, 1, classIndices, { maxDepth: 3 }).depth).toBe(3);
});

test('a row of weight 0 is not there', () => {
  const tree = grow([1, 2, 3], 1, [0, 1, 0], { weights: Float64Array.of(1, 0, 1) });

  expect(tree.features).toHaveLength(1);
});

test('a value lies above the threshold before its bin and not above that of its bin', () => {
  const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(values, (column) => {
      const features = Float32Array.from(column);
      const { bins, thresholds } = binFeatures(features, 1);
      for (const [n, value] of features.entries()) {
        const bin = bins[n] as number;
        expect(bin === 0 || value > (thresholds[bin - 1] as number)).toBe(true);
        expect(bin === thresholdsPerFeature || value <= (thresholds[bin] as number)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

const dimensions = 12;

function aDataset(rows: number) {
  const features = draw(rows * dimensions, 5);
  const classIndices = Int32Array.from(rowsOf(features, dimensions), (row) =>
    (row[0] ?? 0) > 0.3 ? 2 : (row[1] ?? 0) > 0 ? 1 : 0,
  );
  return { features, dimensions, classIndices, classCount: 3, seed: 7, trees: 40 };
}

test('a forest learns, and judges itself by the rows that a tree did not see', async () => {
  const done: number[] = [];

  const { trees, outOfBagAccuracy } = await fitForest({ ...aDataset(400), onTree: (count) => done.push(count) });

  expect(trees).toHaveLength(40);
  expect(outOfBagAccuracy).toBeGreaterThan(0.9);
  expect(outOfBagAccuracy).toBeLessThan(1);
  expect(done).toEqual([...Array(40).keys()].map((number) => number + 1));
});

test('two threads grow the forest that one grows, and another seed another one', async () => {
  const alone = await fitForest({ ...aDataset(200), threads: 1 });

  expect(await fitForest({ ...aDataset(200), threads: 2 })).toEqual(alone);
  expect((await fitForest({ ...aDataset(200), seed: 8 })).trees).not.toEqual(alone.trees);
});

test('weights draw the answers to a class', async () => {
  const { classIndices, ...rest } = aDataset(300);
  const noisy = classIndices.map((k, n) => (n % 3 === 0 ? 0 : k));
  const sampleWeights = Float32Array.from(noisy, (k) => (k === 2 ? 20 : 1));
  const options = { ...rest, classIndices: noisy, maxDepth: 3 };

  const shareOfLast = async (change: object) => {
    const { trees } = await fitForest({ ...options, ...change });
    const answers = rowsOf(options.features, dimensions).map((row) =>
      trees.reduce((sum, tree) => sum + (tree.shares[findLeaf(tree, row) * 3 + 2] ?? 0) / trees.length, 0),
    );
    return answers.reduce((sum, share) => sum + share, 0) / answers.length;
  };

  expect(await shareOfLast({ sampleWeights })).toBeGreaterThan((await shareOfLast({})) + 0.1);
});

test.each([1, 2])('an abort stops %i threads', async (threads) => {
  const controller = new AbortController();
  const onTree = (): void => controller.abort(new Error('enough'));

  const fitting = fitForest({ ...aDataset(400), trees: 2000, threads, onTree, signal: controller.signal });

  await expect(fitting).rejects.toThrow('enough');
});

test('features that are not whole rows are refused', async () => {
  await expect(fitForest({ ...aDataset(10), features: new Float32Array(7) })).rejects.toThrow(/7 features/);
});
