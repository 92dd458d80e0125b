/** @file The rule by which one of several models is recommended. */
import type { Contender } from '@tintype/contracts/compare';
import { expect, test } from 'vitest';
import { byValidation, recommend } from './recommend.ts';

const aContender = (name: string, accuracy: number, change: Partial<Contender> & { p?: number } = {}): Contender => {
  const { p, ...rest } = change;
  return {
    family: 'frozen',
    name,
    command: '',
    run: 'run_1',
    validation: { accuracy, interval: [0, 1] },
    test: { accuracy: 0, interval: [0, 1] },
    onValidation: p === undefined ? null : { onlyThis: 0, onlyBest: 0, p },
    onTest: null,
    pictureMs: 20,
    sizeBytes: 9e6,
    trainingMs: 1,
    ...rest,
  };
};

const best = aContender('best', 0.95);

test('the fastest of those that are about as good as the best is recommended, with what is gained', () => {
  const fast = aContender('fast', 0.94, { p: 0.4, pictureMs: 5, sizeBytes: 1e5 });

  const { name, reason } = recommend([best, fast]);

  expect(name).toBe('fast');
  expect(reason).toBe(
    'With 94.0 % on validation it is not known to be worse than the best (95.0 % of best; McNemar p = 0.40), and it needs 5.0 ms instead of 20 ms for a picture and 0.1 MB instead of 9.0 MB.',
  );
});

test.each([
  ['significantly worse', { p: 0.04 }, 0.94],
  ['more than two points behind, which a small split cannot show', { p: 0.4 }, 0.925],
])('one that is %s is not recommended, however fast', (_, change, accuracy) => {
  const fast = aContender('fast', accuracy, { ...change, pictureMs: 1 });

  expect(recommend([best, fast]).name).toBe('best');
});

test('of those within a tenth of the same time the smallest is recommended', () => {
  const large = aContender('large', 0.945, { p: 0.8, pictureMs: 5, sizeBytes: 5e6 });
  const small = aContender('small', 0.94, { p: 0.6, pictureMs: 5.4, sizeBytes: 1e6 });

  expect(recommend([best, large, small]).name).toBe('small');
});

test('the accuracy on the test split changes nothing', () => {
  const fast = aContender('fast', 0.94, { p: 0.4, pictureMs: 5 });
  const better = aContender('better', 0.8, { p: 0.001, pictureMs: 1, test: { accuracy: 1, interval: [0.9, 1] } });

  expect(recommend([best, fast, better]).name).toBe('fast');
});

test('one alone is recommended; the best comes first, the faster of equals before the slower', () => {
  const faster = aContender('faster', 0.95, { pictureMs: 1 });

  expect(recommend([best])).toEqual({ name: 'best', reason: 'It is the only one.' });
  expect([best, aContender('worse', 0.9), faster].toSorted(byValidation).map(({ name }) => name)).toEqual([
    'faster',
    'best',
    'worse',
  ]);
});
