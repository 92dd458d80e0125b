/** @file Logistic regression against its own optimality conditions in float64; the linear SVM against margins worked out by hand. */
import { expect, test } from 'vitest';
import { draw, largestDifference, rowsOf, seeded } from '../testing.ts';
import { fitLinearClassifier, type LinearClassifier, openLinearObjective } from './linear-classifier.ts';

const classCount = 3;
const dimensions = 5;

function aDataset(rows: number) {
  const features = draw(rows * dimensions, 1);
  const uniform = seeded(2);
  const classIndices = Int32Array.from(rowsOf(features, dimensions), (row) =>
    uniform() < 0.15 ? Math.floor(uniform() * classCount) : (row[0] ?? 0) > 0.2 ? 0 : (row[1] ?? 0) > 0 ? 1 : 2,
  );
  return { loss: 'crossEntropy' as const, features, classIndices, classCount };
}

type Rows = ReturnType<typeof aDataset> & { sampleWeights?: Float32Array };

/** Loss and largest component of its gradient. */
function inspect({ features, classIndices, sampleWeights }: Rows, l2: number, { weights, bias }: LinearClassifier) {
  const share = Array.from(classIndices, (_, n) => sampleWeights?.[n] ?? 1);
  const total = share.reduce((a, b) => a + b, 0);
  const gradient = Float64Array.from([...weights].map((w) => l2 * w).concat(Array.from(bias, () => 0)));
  let loss = (l2 / 2) * weights.reduce((sum, w) => sum + w * w, 0);
  for (const [n, row] of rowsOf(features, dimensions).entries()) {
    const weight = (share[n] as number) / total;
    const scores = Array.from(bias, (b, k) =>
      row.reduce((sum, x, d) => sum + x * (weights[k * dimensions + d] ?? 0), b),
    );
    const normalizer = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    loss -= weight * ((scores[classIndices[n] as number] as number) - normalizer);
    for (const [k, score] of scores.entries()) {
      const error = weight * (Math.exp(score - normalizer) - (classIndices[n] === k ? 1 : 0));
      for (const [d, x] of row.entries())
        gradient[k * dimensions + d] = (gradient[k * dimensions + d] ?? 0) + error * x;
      const last = classCount * dimensions + k;
      gradient[last] = (gradient[last] ?? 0) + error;
    }
  }
  return { loss, slope: Math.max(...gradient.map(Math.abs)) };
}

test('ends where the float64 gradient vanishes, at the loss that it says', async () => {
  const rows = aDataset(400);

  const fitted = await fitLinearClassifier({ ...rows, l2: 1e-3 });

  const { loss, slope } = inspect(rows, 1e-3, fitted);
  expect(fitted.converged).toBe(true);
  expect(fitted.loss).toBeCloseTo(loss, 5);
  expect(slope).toBeLessThan(2e-4);
});

test('sample weights count as that many copies of a row', async () => {
  const rows = aDataset(60);
  const copies = Array.from(rows.classIndices, (_, n) => 1 + (n % 3));
  const repeated = {
    ...rows,
    features: Float32Array.from(
      rowsOf(rows.features, dimensions).flatMap((row, n) =>
        Array.from({ length: copies[n] ?? 0 }, () => [...row]).flat(),
      ),
    ),
    classIndices: Int32Array.from(
      [...rows.classIndices].flatMap((index, n) => Array.from({ length: copies[n] ?? 0 }, () => index)),
    ),
  };
  const tight = { l2: 0.01, gradientTolerance: 1e-6 };

  const weighted = await fitLinearClassifier({ ...rows, sampleWeights: Float32Array.from(copies), ...tight });
  const copied = await fitLinearClassifier({ ...repeated, ...tight });

  expect(weighted.loss).toBeCloseTo(copied.loss, 5);
  expect(largestDifference(weighted.weights, copied.weights)).toBeLessThan(5e-3);
});

test('several penalties share one session, and a warm start gets there sooner', async () => {
  const rows = aDataset(400);
  await using objective = await openLinearObjective(rows);
  const first = await objective.fit({ l2: 1e-3 });

  const cold = await objective.fit({ l2: 2e-3 });
  const warm = await objective.fit({ l2: 2e-3, initial: first });

  expect(warm.loss).toBeCloseTo(cold.loss, 5);
  expect(warm.evaluations).toBeLessThan(cold.evaluations);
});

test('the same rows give the same weights, bit for bit', async () => {
  const options = { ...aDataset(200), l2: 1e-3, threads: 1 };

  const [first, second] = [await fitLinearClassifier(options), await fitLinearClassifier(options)];

  expect(second.weights).toEqual(first.weights);
});

test('the bias goes unpenalized: under a huge penalty it gives the class shares', async () => {
  const rows = aDataset(400);

  const { weights, bias } = await fitLinearClassifier({ ...rows, l2: 1e4, gradientTolerance: 1e-6 });

  const powers = [...bias].map((b) => Math.exp(b - (bias[0] ?? 0)));
  const shares = powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
  const counts = [0, 1, 2].map((k) => rows.classIndices.filter((index) => index === k).length / 400);
  expect(Math.max(...weights.map(Math.abs))).toBeLessThan(1e-3);
  expect(largestDifference(shares, counts)).toBeLessThan(5e-3);
});

test('an abort stops it', async () => {
  const signal = AbortSignal.abort(new Error('enough'));

  await expect(fitLinearClassifier({ ...aDataset(50), l2: 1, signal })).rejects.toThrow('enough');
});

test.each<[string, Partial<Rows>, RegExp]>([
  ['rows that are not whole', { features: new Float32Array(7) }, /7 features do not fill 50 rows/],
  ['a class that is not there', { classIndices: new Int32Array(50).fill(3) }, /class index 3 is not below 3/],
  ['weights of another number', { sampleWeights: Float32Array.of(1) }, /50 sample weights/],
  ['weights that are all zero', { sampleWeights: new Float32Array(50) }, /50 sample weights of a positive sum/],
])('%s are refused', async (_, change, reason) => {
  await expect(fitLinearClassifier({ ...aDataset(50), ...change, l2: 1 })).rejects.toThrow(reason);
});

/** One feature, classes at -1 and +1: by symmetry f = w x, and 2 (1 - w)^2 + l2/2 2 w^2 is least at w = 2 / (2 + l2). */
test('the margin of two points is what the formula says', async () => {
  const rows = { loss: 'squaredHinge', features: Float32Array.of(-1, 1), classIndices: Int32Array.of(0, 1) } as const;

  const { weights, bias } = await fitLinearClassifier({ ...rows, classCount: 2, l2: 0.5, gradientTolerance: 1e-7 });

  expect(largestDifference(weights, [-0.8, 0.8])).toBeLessThan(1e-4);
  expect(largestDifference(bias, [0, 0])).toBeLessThan(1e-4);
});

test('points beyond the margin change nothing', async () => {
  const settings = { loss: 'squaredHinge', classCount: 2, l2: 0.01, gradientTolerance: 1e-7 } as const;
  const few = { features: Float32Array.of(-1, 1), classIndices: Int32Array.of(0, 1) };
  const many = { features: Float32Array.of(-1, 1, 5, -7), classIndices: Int32Array.of(0, 1, 1, 0) };

  const near = await fitLinearClassifier({ ...few, ...settings });
  const far = await fitLinearClassifier({ ...many, ...settings, l2: 0.005 });

  expect(largestDifference(far.weights, near.weights)).toBeLessThan(1e-3);
});
