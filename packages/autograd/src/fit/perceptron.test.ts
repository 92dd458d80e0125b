/** @file A small network on features: what one layer cannot learn, the same twice, and what weights do. */
import { expect, test } from 'vitest';
import { draw, rowsOf } from '../testing.ts';
import { openPerceptronTraining, type Perceptron, type PerceptronOptions, type PerceptronRows } from './perceptron.ts';

/** Class 1 where the signs of the two features differ: no line divides these. */
function quadrants(rows: number): PerceptronRows {
  const features = draw(rows * 2, 4);
  const classIndices = Int32Array.from(rowsOf(features, 2), ([a = 0, b = 0]) => Number(a > 0 !== b > 0));
  return { features, dimensions: 2, classIndices, classCount: 2 };
}

const settings: PerceptronOptions = {
  hidden: 16,
  dropout: 0,
  learningRate: 0.02,
  weightDecay: 0,
  batch: 32,
  seed: 1,
  threads: 1,
};

async function train(rows: PerceptronRows, change: Partial<PerceptronOptions> = {}, epochs = 40) {
  await using training = await openPerceptronTraining(rows, { ...settings, ...change });
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) losses.push(await training.runEpoch());
  return { losses, perceptron: await training.read() };
}

function predict({ hidden, output }: Perceptron, row: Float32Array): number {
  const dense = ({ weights, bias }: Perceptron['hidden'], x: readonly number[]): number[] =>
    Array.from(bias, (b, o) => x.reduce((sum, value, i) => sum + value * (weights[o * x.length + i] ?? 0), b));
  const scores = dense(
    output,
    dense(hidden, [...row]).map((value) => Math.max(0, value)),
  );
  return scores.indexOf(Math.max(...scores));
}

const shareOf = (
  { features, classIndices }: PerceptronRows,
  perceptron: Perceptron,
  isHit: (found: number, truth: number) => boolean,
) =>
  rowsOf(features, 2).filter((row, n) => isHit(predict(perceptron, row), classIndices[n] as number)).length /
  classIndices.length;

test('what no line divides is learned, and the loss falls', async () => {
  const rows = quadrants(320);

  const { losses, perceptron } = await train(rows);

  expect(shareOf(rows, perceptron, (found, truth) => found === truth)).toBeGreaterThan(0.97);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 4);
});

test('the same seed gives the same weights, dropout included, and another one others', async () => {
  const rows = quadrants(64);
  const change = { dropout: 0.3 };

  const { perceptron } = await train(rows, change, 3);

  expect((await train(rows, change, 3)).perceptron).toEqual(perceptron);
  expect((await train(rows, { ...change, seed: 2 }, 3)).perceptron).not.toEqual(perceptron);
});

test('weights draw the answers to a class', async () => {
  const rows = quadrants(320);
  const sampleWeights = Float32Array.from(rows.classIndices, (k) => (k === 1 ? 50 : 1));

  const plain = await train(rows, { hidden: 2 }, 5);
  const weighted = await train({ ...rows, sampleWeights }, { hidden: 2 }, 5);

  const toOne = (found: number): boolean => found === 1;
  expect(shareOf(rows, weighted.perceptron, toOne)).toBeGreaterThan(shareOf(rows, plain.perceptron, toOne));
});

test('weights of any sum are the same weights', async () => {
  const rows = quadrants(64);
  const twos = new Float32Array(64).fill(2);

  expect((await train({ ...rows, sampleWeights: twos }, {}, 3)).perceptron).toEqual(
    (await train(rows, {}, 3)).perceptron,
  );
});

test('fewer rows than a batch are one batch', async () => {
  const { losses } = await train(quadrants(5), {}, 2);

  expect(losses.every(Number.isFinite)).toBe(true);
});

test('features that are not whole rows are refused', async () => {
  const rows = { ...quadrants(8), features: new Float32Array(7) };

  await expect(openPerceptronTraining(rows, settings)).rejects.toThrow(/7 features/);
});
