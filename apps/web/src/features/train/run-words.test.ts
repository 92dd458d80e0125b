/** @file Runs in words. */
import { expect, test } from 'vitest';
import { describeModel, shareOf, shortName } from './run-words.ts';

test.each([
  [{ architecture: 'cnn-small' }, 'cnn-small from nothing'],
  [{ architecture: 'vit-tiny', weights: 'hub:facebook/deit-tiny@abc' }, 'vit-tiny from facebook/deit-tiny'],
  [{ backbone: '/models/mobilenetv2.onnx', train: 'all' }, 'mobilenetv2.onnx, fine-tuned'],
  [{ backbone: 'm.onnx', train: 'last:2' }, 'm.onnx, fine-tuned (last:2)'],
  [{ backbone: 'histograms', head: 'svm-rbf' }, 'svm-rbf on histograms'],
  [{}, 'logistic on histograms'],
])('%j is called %s', (options, words) => {
  expect(describeModel(options)).toBe(words);
});

test('folders are left out of names, and revisions', () => {
  expect(['/a/b/c.onnx', 'C:\\a\\c.onnx', 'hub:a/b@c', 'pixels:16'].map(shortName)).toEqual([
    'c.onnx',
    'c.onnx',
    'a/b',
    'pixels:16',
  ]);
});

test('how far a training is counts its steps', () => {
  const step = { epoch: 2, epochs: 4, step: 5, stepsPerEpoch: 10 } as never;

  expect(shareOf({ at: 1, stage: 'train', step })).toBe(0.375);
  expect(shareOf({ at: 1, stage: 'pixels' })).toBeUndefined();
});
