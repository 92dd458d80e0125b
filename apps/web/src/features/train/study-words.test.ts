/** @file A study as a page draws it. */
import { categorical, float, type StudyReport } from '@tintype/contracts/tune';
import { expect, test } from 'vitest';
import { bestSoFar, describeRest, layOut, listBranches } from './study-words.ts';

const lines: StudyReport['coordinates']['lines'] = [
  {
    number: 0,
    status: 'complete',
    value: 0.8,
    settings: { model: 'histograms', head: 'logistic', 'logistic.c': 0.01 },
  },
  { number: 1, status: 'pruned', value: 0.9, settings: { model: 'histograms', head: 'knn' } },
  { number: 2, status: 'complete', value: 0.7, settings: { model: 'histograms', head: 'logistic', 'logistic.c': 1 } },
];
const report = {
  study: { metric: 'accuracy' } as StudyReport['study'],
  coordinates: {
    axes: [
      categorical('model', ['histograms']),
      categorical('head', ['logistic', 'knn', 'mlp']),
      float('logistic.c', [0.0001, 1], { isLog: true, when: { parameter: 'head', values: ['logistic'] } }),
    ],
    lines,
  },
};

test('the best so far never falls, and a trial that was ended early does not raise it', () => {
  const { tried, best } = bestSoFar([...lines, { number: 3, status: 'running', value: null }]);

  expect(tried).toEqual([
    [0, 0.8],
    [1, 0.9],
    [2, 0.7],
  ]);
  expect(best.map(([, value]) => value)).toEqual([0.8, 0.8, 0.8]);
});

test('kinds of models are listed with how often they were tried', () => {
  expect(listBranches(lines).map(({ label, trials }) => [label, trials])).toEqual([
    ['logistic on histograms', 2],
    ['knn on histograms', 1],
  ]);
});

test('all lines together have the axes that all share', () => {
  const { axes, lines: drawn } = layOut(report, undefined);

  expect(axes.map(({ label }) => label)).toEqual(['Model', 'Head', 'Accuracy']);
  expect(drawn[1]?.places).toEqual([0.5, 0.5, 1]);
});

test('lines of one kind have its own axes, on the line that they are searched on', () => {
  const { axes, lines: drawn } = layOut(report, listBranches(lines)[0]?.key);

  expect(axes.map(({ name }) => name)).toEqual(['logistic.c', 'value']);
  expect(drawn.map(({ number }) => number)).toEqual([0, 2]);
  expect(drawn[0]?.places[0]).toBeCloseTo(0.5, 12);
  expect(drawn.map(({ places }) => places[1])).toEqual([1, 0]);
});

test('settings are told without what is named already and what is usual', () => {
  expect(describeRest({ model: 'm', head: 'logistic', 'logistic.c': 0.012345, classWeights: 'none' })).toBe(
    'C 0.01235',
  );
  expect(describeRest({ model: 'm', head: 'knn' })).toBe('as usual');
});
