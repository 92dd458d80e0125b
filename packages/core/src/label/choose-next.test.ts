/** @file The order of pictures: typical, uncertain, rare and random ones, by hand on five pictures. */
import { expect, test } from 'vitest';
import { type ChooseRequest, chooseNext } from './choose-next.ts';
import { labeledBeginning, orderForControl } from './control-order.ts';
import { buildCoverage, type Coverage } from './coverage.ts';
import { somePoints } from './testing.ts';

const order = (count: number): Int32Array =>
  orderForControl(
    Array.from({ length: count }, (_, n) => `s_${n}`),
    1,
  );

/** Five pictures that are each their own reference: 0, 1 and 2 alike, 3 and 4 alone. */
const five: Coverage = {
  references: Int32Array.of(0, 1, 2, 3, 4),
  candidates: Int32Array.of(0, 1, 2, 3, 4),
  likeness: Float32Array.from(
    [
      [1, 0.8, 0.5, 0, 0],
      [0.8, 1, 0.8, 0, 0],
      [0.5, 0.8, 1, 0, 0],
      [0, 0, 0, 1, 0.1],
      [0, 0, 0, 0.1, 1],
    ].flat(),
  ),
};
const request: ChooseRequest = {
  coverage: five,
  controlOrder: order(5),
  isLabeled: [0, 0, 0, 0, 0],
  labelCounts: [0, 0],
  count: 3,
  seed: 1,
  controlShare: 0,
  rareShare: 0,
};

test('without a head the most typical picture comes first, then what it does not stand for', () => {
  const picks = chooseNext(request);

  // Gains: 1 gives 2.6; then 3 and 4 give 1.1 each and 0 and 2 only 0.2.
  expect(picks.map((pick) => pick.row)).toEqual([1, 3, 4]);
  expect(picks.every((pick) => pick.reason === 'typical')).toBe(true);
});

test('a label stands for the pictures like it', () => {
  expect(chooseNext({ ...request, isLabeled: [0, 1, 0, 0, 0], count: 1 })[0]?.row).toBe(3);
});

test('with a head the picture worth most is where it is unsure', () => {
  const probabilities = Float32Array.from(
    [
      [1, 0],
      [1, 0],
      [1, 0],
      [0.5, 0.5],
      [0.9, 0.1],
    ].flat(),
  );

  const [first, second] = chooseNext({ ...request, probabilities, labelCounts: [1, 1] });

  // Weights 0, 0, 0, 1, 0.2: 3 gives 1.02, then 4 gives 0.2 * 0.9.
  expect(first).toEqual({ row: 3, reason: 'uncertain' });
  expect(second).toEqual({ row: 4, reason: 'uncertain' });
});

test('the control share is drawn in control order, whatever the head says', () => {
  const picks = chooseNext({ ...request, controlShare: 1, count: 5 });

  expect(picks.map((pick) => pick.row)).toEqual([...request.controlOrder]);
  expect(picks.every((pick) => pick.reason === 'random')).toBe(true);
});

test('a class with few labels is looked for', () => {
  const probabilities = Float32Array.from(
    [
      [0.9, 0.1],
      [0.9, 0.1],
      [0.6, 0.4],
      [0.9, 0.1],
      [0.8, 0.2],
    ].flat(),
  );

  const [pick] = chooseNext({ ...request, probabilities, labelCounts: [20, 1], rareShare: 1, count: 1 });

  expect(pick).toEqual({ row: 2, reason: 'rare', classIndex: 1 });
  expect(chooseNext({ ...request, probabilities, labelCounts: [20, 18], rareShare: 1, count: 1 })[0]?.reason).toBe(
    'uncertain',
  );
});

test('labeled and hidden pictures are never shown, and when none is left the list ends', () => {
  const picks = chooseNext({ ...request, isLabeled: [1, 0, 0, 0, 0], isHidden: (row) => row === 4, count: 10 });

  expect(picks.map((pick) => pick.row).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('the same request gives the same pictures, and one at a time gives those of a list without a head', async () => {
  const { rows, dimensions, truth } = somePoints({ sizes: [40, 40] });
  const coverage = await buildCoverage({ rows, dimensions }, { seed: 3, mostReferences: 30 });
  const isLabeled = new Uint8Array(truth.length);
  const whole = { coverage, controlOrder: order(80), isLabeled, labelCounts: [0, 0], count: 12, seed: 3 };

  const together = chooseNext(whole);
  const apart = together.map((_, n) => {
    const [pick] = chooseNext({ ...whole, labelCounts: [n, 0], count: 1 });
    isLabeled[pick?.row as number] = 1;
    return pick;
  });

  expect(apart).toEqual(together);
});

test('typical pictures of every group come before a second of one', async () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [60, 30, 20, 10], spread: 0.1 });
  const coverage = await buildCoverage({ rows, dimensions }, { seed: 1 });

  const picks = chooseNext({
    ...request,
    coverage,
    controlOrder: order(120),
    isLabeled: new Uint8Array(120),
    labelCounts: [0, 0, 0, 0],
    count: 4,
  });

  expect(new Set(picks.map((pick) => truth[pick.row])).size).toBe(classCount);
});

test('beyond the limit candidates are a sample, and likeness is 1 to itself and falls with distance', async () => {
  const { rows, dimensions } = somePoints({ sizes: [50, 50] });

  const coverage = await buildCoverage({ rows, dimensions }, { seed: 1, mostCandidates: 20, mostReferences: 10 });
  const whole = await buildCoverage({ rows, dimensions }, { seed: 1 });

  expect(coverage.likeness).toHaveLength(200);
  expect(whole.likeness[0]).toBeCloseTo(1, 4);
  expect(whole.likeness[1]).toBeGreaterThan(whole.likeness[99] as number);
});

test('control order does not change when pictures come', () => {
  const names = ['a', 'b', 'c', 'd'];

  const before = Array.from(orderForControl(names, 7), (n) => names[n]);
  const after = Array.from(orderForControl([...names, 'e'], 7), (n) => [...names, 'e'][n]);

  expect(after.filter((name) => name !== 'e')).toEqual(before);
});

test('the labeled beginning ends at the first picture without a label', () => {
  const beginning = labeledBeginning(Int32Array.of(4, 2, 0, 1, 3), {
    isLabeled: (row) => row !== 1,
    isSkipped: (row) => row === 2,
  });

  expect(beginning).toEqual([4, 0]);
});
