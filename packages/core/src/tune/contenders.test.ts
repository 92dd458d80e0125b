/** @file What takes part in a comparison. */
import { expect, test } from 'vitest';
import { listEntrants, shortName } from './contenders.ts';

test('every backbone takes part with every head: each with the first, what needs no weights first', () => {
  const entrants = listEntrants({ models: ['/m/net.onnx', 'histograms', 'pixels:16'], heads: ['logistic', 'knn'] });

  expect(entrants.map(({ family, name }) => `${family}: ${name}`)).toEqual([
    'classical: histograms logistic',
    'classical: pixels:16 logistic',
    'frozen: net.onnx logistic',
    'classical: histograms knn',
    'classical: pixels:16 knn',
    'frozen: net.onnx knn',
  ]);
  expect(entrants[2]?.options).toEqual({ backbone: '/m/net.onnx', head: 'logistic' });
});

test('networks come last, by themselves', () => {
  const models = ['cnn-small', '/m/net.onnx+all', 'hub:o/r@1+last:2', 'histograms'];

  const entrants = listEntrants({ models, heads: ['knn'] });

  expect(entrants.map(({ family, name }) => `${family}: ${name}`)).toEqual([
    'classical: histograms knn',
    'fine-tuned: net.onnx+all',
    'fine-tuned: hub:o/r@1+last:2',
    'from scratch: cnn-small',
  ]);
  expect(entrants.slice(1).map(({ options }) => options)).toEqual([
    { backbone: '/m/net.onnx', train: 'all' },
    { backbone: 'hub:o/r@1', train: 'last:2' },
    { architecture: 'cnn-small' },
  ]);
});

test('two files of one name keep their folders', () => {
  const models = ['/a/net.onnx', '/b/net.onnx', 'hub:o/r/net.onnx'];

  expect(models.map((model) => shortName(model, models))).toEqual(models);
  expect(shortName('hub:o/r@1', models)).toBe('hub:o/r@1');
});
