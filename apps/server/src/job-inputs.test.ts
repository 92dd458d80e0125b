/** @file Which jobs read files of the server, and where those files are. */
import { trainOptionsSchema } from '@tintype/contracts/train';
import { tuneOptionsSchema } from '@tintype/contracts/tune';
import { expect, test } from 'vitest';
import { namesFiles, trainWithWholePaths, tuneWithWholePaths } from './job-inputs.ts';

const aTraining = (change: object) => trainOptionsSchema.parse(change);
const aTuning = (...models: string[]) => tuneOptionsSchema.parse({ models });

test.each([
  [{}, false],
  [{ backbone: 'pixels:16' }, false],
  [{ backbone: 'hub:a/b' }, false],
  [{ architecture: 'vit-tiny', weights: 'hub:a/b' }, false],
  [{ architecture: 'vit-tiny', weights: 'folder' }, true],
  [{ backbone: 'histograms.onnx' }, true],
  [{ backbone: '/etc/passwd' }, true],
])('a training of %j names files: %s', (change, expected) => {
  expect(namesFiles('train', aTraining(change))).toBe(expected);
});

test.each([
  [['histograms', 'cnn-small', 'hub:a/b+all'], false],
  [['histograms', 'm.onnx+all'], true],
])('a tuning of %j names files: %s', (models, expected) => {
  expect(namesFiles('tune', aTuning(...models))).toBe(expected);
});

test('files are found from the workspace on, and nothing else is changed', () => {
  const training = trainWithWholePaths(aTraining({ backbone: 'models/m.onnx', weights: '/w' }), '/shop');

  expect([training.backbone, training.weights]).toEqual(['/shop/models/m.onnx', '/w']);
  expect(trainWithWholePaths(aTraining({}), '/shop')).toEqual(aTraining({}));
  expect(tuneWithWholePaths(aTuning('histograms', 'm.onnx+all'), '/shop').models).toEqual([
    'histograms',
    '/shop/m.onnx+all',
  ]);
});
