/** @file The head behind suggestions: by hand, against heads fitted without each label, and its honesty. */
import { expect, test } from 'vitest';
import { fitSuggestionHead, type LabeledRows, type SuggestionHead, suggest } from './suggestion-head.ts';
import { somePoints } from './testing.ts';

const fit = (set: LabeledRows): SuggestionHead => {
  const head = fitSuggestionHead(set);
  if (!head) throw new Error('no head');
  return head;
};

test('two points on a line are divided in the middle', () => {
  const set = {
    rows: Float32Array.of(-1, 1, 0, 3),
    dimensions: 1,
    labeled: [0, 1],
    classIndices: [0, 1],
    classCount: 2,
  };

  const probabilities = suggest(fit(set), set.rows);

  expect(probabilities[0]).toBeGreaterThan(0.5);
  expect(probabilities[3]).toBeGreaterThan(0.5);
  expect(probabilities[4]).toBeCloseTo(0.5, 2);
  expect(probabilities[7]).toBeGreaterThan(probabilities[3] as number);
});

test('what is predicted without a label is what a head fitted without it predicts', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [12, 12, 12], spread: 0.6, dimensions: 4 });
  const all = Array.from(truth.keys());

  const { accuracyWithout, ridge } = fit({ rows, dimensions, labeled: all, classIndices: truth, classCount });

  const right = all.filter((left) => {
    const labeled = all.filter((row) => row !== left);
    const scores = fixedRidge(
      { rows, dimensions, labeled, classIndices: labeled.map((row) => truth[row] as number), classCount },
      ridge,
      left,
    );
    return scores.indexOf(Math.max(...scores)) === truth[left];
  });
  expect(accuracyWithout).toBeCloseTo(right.length / all.length, 10);
});

test('confidences are honest: of pictures shown with a confidence, as many are right', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [1500, 1500], spread: 0.9, dimensions: 4 });
  const labeled = Array.from({ length: 300 }, (_, n) => n * 10);

  const head = fit({
    rows,
    dimensions,
    labeled,
    classIndices: labeled.map((row) => truth[row] as number),
    classCount,
  });
  const probabilities = suggest(head, rows);

  const tops = Array.from(truth, (own, row) => {
    const first = probabilities[2 * row] as number;
    return { confidence: Math.max(first, 1 - first), isRight: (first > 0.5 ? 0 : 1) === own };
  });
  for (const [from, to] of [
    [0.5, 0.7],
    [0.7, 0.9],
    [0.9, 1.01],
  ] as const) {
    const bin = tops.filter(({ confidence }) => confidence >= from && confidence < to);
    const shown = bin.reduce((sum, one) => sum + one.confidence, 0) / bin.length;
    const right = bin.filter((one) => one.isRight).length / bin.length;
    expect(Math.abs(shown - right)).toBeLessThan(0.07);
  }
});

test('a class without a label is never suggested', () => {
  const { rows, dimensions, truth } = somePoints({ sizes: [5, 5, 5] });

  const probabilities = suggest(fit({ rows, dimensions, labeled: [0, 5], classIndices: [0, 1], classCount: 3 }), rows);

  expect(truth.every((_, row) => probabilities[3 * row + 2] === 0)).toBe(true);
  expect((probabilities[0] as number) + (probabilities[1] as number)).toBeCloseTo(1, 6);
});

test('there is no head before two classes have labels', () => {
  const { rows, dimensions } = somePoints({ sizes: [5, 5] });

  expect(fitSuggestionHead({ rows, dimensions, labeled: [], classIndices: [], classCount: 2 })).toBeUndefined();
  expect(fitSuggestionHead({ rows, dimensions, labeled: [0, 1], classIndices: [0, 0], classCount: 2 })).toBeUndefined();
});

test('more labels than judge the head still all count in it', () => {
  const { rows, dimensions, truth, classCount } = somePoints({ sizes: [800, 800], dimensions: 3 });
  const labeled = Array.from(truth.keys());

  const head = fit({ rows, dimensions, labeled, classIndices: truth, classCount });

  expect(head.accuracyWithout).toBeGreaterThan(0.98);
  expect(suggest(head, rows, [0, 1599]).length).toBe(4);
});

/** Scores of one row by a ridge solved with elimination, the long way. */
function fixedRidge(
  { rows, dimensions, labeled, classIndices, classCount }: LabeledRows,
  ridge: number,
  row: number,
): number[] {
  const size = dimensions + 1;
  const at = (n: number, d: number): number => (d < dimensions ? (rows[n * dimensions + d] as number) : 1);
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (__, j) =>
      Array.from(labeled).reduce((sum, n) => sum + at(n, i) * at(n, j), i === j ? (i < dimensions ? ridge : 1e-3) : 0),
    ),
    ...Array.from({ length: classCount }, (__, k) =>
      Array.from(labeled).reduce((sum, n, l) => sum + (classIndices[l] === k ? at(n, i) : 0), 0),
    ),
  ]);
  for (let i = 0; i < size; i += 1) {
    const pivot = system[i] as number[];
    const first = pivot[i] as number;
    for (let c = 0; c < pivot.length; c += 1) pivot[c] = (pivot[c] as number) / first;
    for (let r = 0; r < size; r += 1) {
      if (r === i) continue;
      const other = system[r] as number[];
      const factor = other[i] as number;
      for (let c = 0; c < other.length; c += 1) other[c] = (other[c] as number) - factor * (pivot[c] as number);
    }
  }
  return Array.from({ length: classCount }, (_, k) =>
    system.reduce((sum, line, d) => sum + at(row, d) * (line[size + k] as number), 0),
  );
}
