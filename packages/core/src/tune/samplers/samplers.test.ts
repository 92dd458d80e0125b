/** @file What every sampler promises, by properties; and that TPE is worth its trouble. */
import {
  categorical,
  float,
  int,
  type Parameter,
  type SearchSpace,
  type Setting,
  type Settings,
  samplerKinds,
  searchSpaceSchema,
} from '@tintype/contracts/tune';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { samplers } from '../sampler.ts';
import { assertSearchSpace, isActive, settingsKey, usualSettings } from '../search-space.ts';
import { aTrial, search, testFunctions } from '../testing.ts';
import { gridPoints, listGrid } from './grid.ts';
import { byMerit, countGood } from './tpe.ts';

const anyParameter = (name: string) =>
  fc.oneof(
    fc
      .tuple(fc.double({ min: 1e-6, max: 10, noNaN: true }), fc.double({ min: 0, max: 1e3, noNaN: true }), fc.boolean())
      .map(([low, more, isLog]) => float(name, [low, low + more], { isLog })),
    fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 99 }), fc.boolean())
      .map(([low, more, isLog]) => int(name, [low, low + more], { isLog })),
    fc
      .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 5 })
      .map((choices) => categorical(name, choices)),
  );

/** Up to four parameters behind a choice that some depend on. */
const anySpace: fc.Arbitrary<SearchSpace> = fc
  .tuple(anyParameter('p'), anyParameter('q'), anyParameter('r'))
  .map(([p, q, r]) => [
    categorical('model', ['x', 'y', 'z']),
    p,
    { ...q, when: { parameter: 'model', values: ['x'] } },
    { ...r, when: { parameter: 'model', values: ['y', 'z'] } },
  ]);

function isInside(parameter: Parameter, value: Setting | undefined): boolean {
  if (parameter.kind === 'categorical') return value !== undefined && parameter.choices.includes(value);
  const { kind, low, high } = parameter;
  return typeof value === 'number' && value >= low && value <= high && (kind === 'float' || Number.isInteger(value));
}

test.each(samplerKinds)('%s suggests exactly the active parameters, each inside its range', (kind) => {
  const law = fc.property(anySpace, fc.nat(), (space, seed) => {
    const value = ({ p }: Settings): number => (typeof p === 'number' ? p : 0);
    const trials = search(kind, { space: searchSpaceSchema.parse(space), value }, { trials: 14, seed });

    for (const { settings } of trials) {
      const active = space.filter((parameter) => isActive(parameter, settings));
      expect(Object.keys(settings)).toEqual(active.map(({ name }) => name));
      expect(active.filter((parameter) => !isInside(parameter, settings[parameter.name]))).toEqual([]);
    }
  });

  fc.assert(law, { numRuns: 60 });
});

test.each(samplerKinds)(
  '%s suggests the same for the same seed and trials, and other things for another seed',
  (kind) => {
    const [, , rates] = testFunctions;
    const keys = (seed: number): string[] =>
      search(kind, rates as (typeof testFunctions)[number], { trials: 25, seed }).map(({ settings }) =>
        settingsKey(settings),
      );

    expect(keys(7)).toEqual(keys(7));
    expect(keys(8)).not.toEqual(keys(7));
  },
);

test('what is suggested depends on the trials before it alone: a study that was cut goes on as it would have', () => {
  const [sphere] = testFunctions as [(typeof testFunctions)[number]];
  const whole = search('tpe', sphere, { trials: 30, seed: 3 });

  const next = samplers.tpe({ space: sphere.space, trials: whole.slice(0, 21), seed: 3, random: createRandom(3, 21) });

  expect(next).toEqual(whole[21]?.settings);
});

test.each(testFunctions)('TPE finds better than random search on $name', (testFunction) => {
  const bestOf = (kind: 'tpe' | 'random', seed: number): number =>
    Math.max(...search(kind, testFunction, { trials: 60, seed }).map((trial) => trial.value as number));
  const seeds = Array.from({ length: 21 }, (_, seed) => seed);

  const wins = seeds.filter((seed) => bestOf('tpe', seed) > bestOf('random', seed)).length;

  // 16 of 21 by luck alone: p = 0.013 (sign test).
  expect(wins).toBeGreaterThanOrEqual(16);
});

test('TPE goes where the good ones are, and away from what is running', () => {
  const space = [float('x', [0, 1])];
  const trials = Array.from({ length: 40 }, (_, n) =>
    aTrial(n, { settings: { x: n / 40 }, value: -Math.abs(n / 40 - 0.7) }),
  );
  const running = aTrial(40, { settings: { x: 0.7 }, status: 'running', value: null, endedAt: null });
  const distances = (all: typeof trials): number[] =>
    Array.from({ length: 200 }, (_, seed) => {
      const x = samplers.tpe({ space, trials: all, seed, random: createRandom(seed) })?.x as number;
      return Math.abs(x - 0.7);
    }).toSorted((a, b) => a - b);

  expect(distances(trials)[100]).toBeLessThan(0.1);
  expect(distances([...trials, running])[100]).toBeGreaterThan(distances(trials)[100] as number);
});

test('a tenth of the trials are the good ones, at most 25', () => {
  expect([1, 10, 11, 250, 1000].map(countGood)).toEqual([1, 1, 2, 25, 25]);
});

test('complete trials come before pruned ones, and of these those that came farther', () => {
  const steps = (...all: number[]) => all.map((step) => ({ step, value: 0.9 }));
  const trials = [
    aTrial(0, { status: 'pruned', value: 0.9, intermediateValues: steps(1) }),
    aTrial(1, { status: 'pruned', value: 0.5, intermediateValues: steps(1, 2, 3) }),
    aTrial(2, { value: 0.2 }),
    aTrial(3, { value: 0.4 }),
  ];

  expect(trials.toSorted(byMerit).map(({ number }) => number)).toEqual([3, 2, 1, 0]);
});

test('the grid holds every combination of active parameters once, with both ends of every range', () => {
  const space = [
    categorical('head', ['logistic', 'knn']),
    float('c', [0.01, 100], { isLog: true, when: { parameter: 'head', values: ['logistic'] } }),
    int('k', [1, 3], { when: { parameter: 'head', values: ['knn'] } }),
  ];

  const grid = listGrid(space);

  expect(grid).toHaveLength(gridPoints + 3);
  expect(grid.flatMap(({ k }) => k ?? [])).toEqual([1, 2, 3]);
  const strengths = grid.flatMap(({ c }) => c ?? []) as number[];
  [0.01, 0.1, 1, 10, 100].forEach((c, n) => expect(strengths[n]).toBeCloseTo(c, 9));
});

test('the grid ends when all of it was tried', () => {
  const space = [categorical('a', [1, 2]), categorical('b', [true, false])];

  const trials = search('grid', { space, value: () => 0 }, { trials: 9, seed: 1 });

  expect(new Set(trials.map(({ settings }) => settingsKey(settings))).size).toBe(4);
  expect(trials).toHaveLength(4);
});

test('the usual settings are the middle of a range and the first of the choices, unless said otherwise', () => {
  const space = [
    float('rate', [1e-4, 1e-2], { isLog: true }),
    int('batch', [8, 64], { usual: 32 }),
    categorical('policy', ['none', 'light'], { usual: 'light' }),
    categorical('head', ['logistic', 'knn']),
    int('k', [1, 9], { when: { parameter: 'head', values: ['knn'] } }),
  ];

  expect(usualSettings(space)).toEqual({ rate: expect.closeTo(1e-3, 9), batch: 32, policy: 'light', head: 'logistic' });
  expect(usualSettings(space, { head: 'knn' })).toMatchObject({ head: 'knn', k: 5 });
});

test.each([
  ['a name twice', [float('a', [0, 1]), float('a', [0, 1])]],
  [
    'a condition on what comes later',
    [float('a', [0, 1], { when: { parameter: 'b', values: [1] } }), float('b', [0, 1])],
  ],
  ['an empty range', [float('a', [1, 0])]],
  ['a logarithm of zero', [float('a', [0, 1], { isLog: true })]],
])('%s is no search space', (_, space) => {
  expect(() => assertSearchSpace(space)).toThrow(RangeError);
});
