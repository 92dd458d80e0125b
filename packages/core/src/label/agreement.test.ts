/** @file Agreement between people, against worked examples. */
import { createRandom } from '@tintype/autograd/random';
import { expect, test } from 'vitest';
import { computeWilsonInterval } from '../model/wilson-interval.ts';
import { cohenKappa, fleissKappa, goldAccuracy, listDisagreements, measureCohen, measureFleiss } from './agreement.ts';

const times = (name: string, n: number): string[] => new Array<string>(n).fill(name);

test("Cohen's kappa of 50 pictures is 0.4", () => {
  // Both yes 20, both no 15, yes/no 5, no/yes 10: seen 0.7, chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
  const first = [...times('yes', 25), ...times('no', 25)];
  const second = [...times('yes', 20), ...times('no', 5), ...times('yes', 10), ...times('no', 15)];

  expect(cohenKappa(first, second)).toBeCloseTo(0.4, 10);
});

test('agreement by chance alone is no agreement, and perfect agreement is 1', () => {
  expect(cohenKappa(['a', 'a', 'b', 'b'], ['a', 'b', 'a', 'b'])).toBe(0);
  expect(cohenKappa(['a', 'b'], ['a', 'b'])).toBe(1);
  expect(cohenKappa(['a', 'a'], ['a', 'a'])).toBeUndefined();
  expect(cohenKappa([], [])).toBeUndefined();
  expect(() => cohenKappa(['a'], [])).toThrow(RangeError);
});

test("Fleiss' kappa of three judges is that of the hand", () => {
  // Pairs agree 1, 1/3 and 1: seen 7/9. Classes 5/9 and 4/9: chance 41/81. (63 - 41) / (81 - 41) = 0.55.
  const judgments = [times('a', 3), ['a', 'a', 'b'], times('b', 3)];

  expect(fleissKappa([...judgments, ['a']])).toBeCloseTo(0.55, 10);
  expect(fleissKappa([['a'], ['b']])).toBeUndefined();
});

test('gold questions count the known ones alone', () => {
  const answers = new Map([
    ['s1', 'cat'],
    ['s2', 'dog'],
    ['s3', 'cat'],
  ]);

  expect(
    goldAccuracy(
      answers,
      new Map([
        ['s1', 'cat'],
        ['s2', 'cat'],
      ]),
    ),
  ).toEqual({ asked: 2, right: 1, accuracy: 0.5, interval: computeWilsonInterval(1, 2) });
  expect(goldAccuracy(answers, new Map())).toBeUndefined();
});

test('what people differ on most comes first, what they agree on not at all', () => {
  const queue = listDisagreements(
    new Map([
      ['s1', ['a', 'a', 'b']],
      ['s2', ['a', 'a']],
      ['s3', ['a', 'b', 'c']],
    ]),
  );

  expect(queue.map((one) => one.sampleId)).toEqual(['s3', 's1']);
});

test('perfect agreement on few pictures is not certain', () => {
  const few = measureCohen(['a', 'b', 'a', 'b'], ['a', 'b', 'a', 'b']);
  const many = measureCohen([...times('a', 200), ...times('b', 200)], [...times('a', 200), ...times('b', 200)]);

  expect(few).toMatchObject({ kappa: 1, pictures: 4, agreed: 1 });
  expect(few.interval?.[0]).toBeLessThan(0.1);
  expect(many.interval?.[0]).toBeGreaterThan(0.97);
  expect(measureFleiss([])).toEqual({ kappa: null, interval: null, pictures: 0, agreed: null });
  expect(measureCohen(['a', 'a'], ['a', 'a'])).toMatchObject({ kappa: null, agreed: 1 });
});

/** Two people who say the truth, or with `error` another class at random. */
function judge(truth: readonly number[], { error, classes, seed }: { error: number; classes: number; seed: number }) {
  const random = createRandom('judge', seed);
  return truth.map((own) => (random() < error ? Math.floor(random() * classes) : own)).map(String);
}

test.each([
  [30, 0.3, 3],
  [60, 0.1, 2],
  [60, 0.02, 6],
  [400, 0.1, 4],
])(
  'of %d pictures judged twice with %d errors among %d classes the interval holds the true kappa in nearly 95 of 100 cases',
  (pictures, error, classes) => {
    const draw = (seed: number, count: number): [string[], string[]] => {
      const random = createRandom('truth', seed);
      const truth = Array.from({ length: count }, () => Math.floor(random() * classes));
      return [judge(truth, { error, classes, seed }), judge(truth, { error, classes, seed: seed + 1e6 })];
    };
    const whole = cohenKappa(...draw(1, 200_000)) as number;

    const rounds = 400;
    const held = Array.from({ length: rounds }, (_, n) => draw(n + 2, pictures)).filter((said) => {
      const [low, high] = measureCohen(...said).interval ?? [0, 0];
      return low <= whole && whole <= high;
    });

    expect(held.length / rounds).toBeGreaterThanOrEqual(0.92);
  },
);
