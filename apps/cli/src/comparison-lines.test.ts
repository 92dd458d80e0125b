/** @file A comparison as people read it, on narrow terminals too. */
import type { Comparison, Contender } from '@tintype/contracts/compare';
import { expect, test } from 'vitest';
import { renderComparison, shortenName } from './comparison-lines.ts';

const aContender = (name: string, change: Partial<Contender> = {}): Contender => ({
  family: 'frozen',
  name,
  command: `tintype train ${name}`,
  run: 'run_1',
  validation: { accuracy: 0.93, interval: [0.9, 0.95] },
  test: { accuracy: 0.912, interval: [0.881, 0.935] },
  onValidation: { onlyThis: 3, onlyBest: 9, p: 0.146 },
  onTest: null,
  pictureMs: 20.04,
  sizeBytes: 9_100_000,
  trainingMs: 2500,
  ...change,
});

const comparison: Comparison = {
  snapshot: 'snap_1',
  classes: ['a', 'b'],
  validationSamples: 139,
  testSamples: 280,
  contenders: [
    aContender('mobilenetv2-imagenet-fp32.onnx svm-rbf', { onValidation: null }),
    aContender('histograms logistic'),
    aContender('pixels knn', { onValidation: { onlyThis: 0, onlyBest: 40, p: 1e-9 } }),
  ],
  left: [{ name: 'pixels svm-rbf', code: 'DEADLINE_EXCEEDED', reason: 'The budget ended.' }],
  recommended: { name: 'histograms logistic', reason: 'It is fast.' },
  durationMs: 61_000,
};

test('the recommended one is marked and explained, and what was left out is said', () => {
  const text = renderComparison(comparison, 120);

  expect(text.split('\n').slice(2, 6)).toEqual([
    'model                                     valid.       p            test (95 %)    ms   MB  training',
    '  mobilenetv2-imagenet-fp32.onnx svm-rbf  93.0 %    best  91.2 % (88.1 to 93.5)  20.0  9.1     2.5 s',
    '* histograms logistic                     93.0 %   0.146  91.2 % (88.1 to 93.5)  20.0  9.1     2.5 s',
    '  pixels knn                              93.0 %  <0.001  91.2 % (88.1 to 93.5)  20.0  9.1     2.5 s',
  ]);
  expect(text).toContain('Recommended (*): histograms logistic. It is fast.');
  expect(text).toContain('Not compared: pixels svm-rbf. The budget ended.');
});

test('the table fits 80 columns', () => {
  const rows = renderComparison(comparison, 80).split('\n').slice(2, 6);

  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
  expect(rows[1]).toContain('svm-rbf');
});

test.each([
  ['histograms svm-rbf', 18, 'histograms svm-rbf'],
  ['mobilenetv2.onnx knn', 16, 'mobilenetv2 knn'],
  ['mobilenetv2-imagenet-fp32.onnx svm-rbf', 16, 'mobi\u2026p32 svm-rbf'],
  ['mobilenetv2-imagenet-fp32.onnx+all', 13, 'mobile\u202632+all'],
])('%s in %d columns is %s', (name, width, short) => {
  expect(shortenName(name, width)).toBe(short);
});
