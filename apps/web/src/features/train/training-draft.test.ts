/** @file From the form to what the server takes, and back from a run. */
import type { TrainableModel } from '@tintype/contracts/api';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { expect, test } from 'vitest';
import { draftOfRun, listFields, readDraft, type TrainingDraft } from './training-draft.ts';
import { formatSetting, labelOf, trainingFields } from './training-fields.ts';

const aModel = (change: Partial<TrainableModel>): TrainableModel => ({
  id: 'quick-look',
  name: 'Quick look',
  family: 'classical',
  words: '',
  options: { backbone: 'histograms', head: 'logistic' },
  needsBackbone: false,
  parameters: null,
  ...change,
});
const quickLook = aModel({});
const frozen = aModel({ id: 'frozen', family: 'frozen', options: { head: 'logistic' }, needsBackbone: true });
const tuned = aModel({ id: 'fine-tuned', family: 'fine-tuned', options: { train: 'all' }, needsBackbone: true });
const small = aModel({ id: 'cnn-small', family: 'from scratch', options: { architecture: 'cnn-small' } });
const transformer = aModel({ id: 'vit-tiny', family: 'from scratch', options: { architecture: 'vit-tiny' } });
const models = [quickLook, frozen, tuned, small, transformer];

const aDraft = (change: Partial<TrainingDraft> = {}): TrainingDraft => ({
  modelId: 'quick-look',
  dataset: undefined,
  backbone: '',
  weights: '',
  values: {},
  ...change,
});

test('a form that nobody touched asks for what the model is, and nothing else', () => {
  expect(readDraft(aDraft(), quickLook)).toEqual({ options: { backbone: 'histograms', head: 'logistic' }, errors: {} });
  expect(readDraft(aDraft({ dataset: 'pets' }), small).options).toEqual({ architecture: 'cnn-small', dataset: 'pets' });
});

test('texts become what the server takes', () => {
  const values = {
    head: 'svm-rbf',
    hyperparameters: 'c=10, gammaScale = 0.5',
    without: 'cat, dog ',
    gates: 'min-size=64, unknown=0.9',
    seed: '7',
    model: ' ',
  };

  expect(readDraft(aDraft({ values }), quickLook).options).toEqual({
    backbone: 'histograms',
    head: 'svm-rbf',
    hyperparameters: { c: 10, gammaScale: 0.5 },
    without: ['cat', 'dog'],
    gates: ['min-size=64', 'unknown=0.9'],
    seed: 7,
  });
});

test('fields of another kind of model are not sent, whatever was typed into them', () => {
  const values = { epochs: '3', hyperparameters: 'c=1', balancedSampling: true };

  expect(readDraft(aDraft({ values }), quickLook).options).not.toHaveProperty('epochs');
  expect(readDraft(aDraft({ values }), small).options).toEqual({
    architecture: 'cnn-small',
    epochs: 3,
    balancedSampling: true,
  });
});

test.each([
  ['epochs', '0'],
  ['epochs', '2.5'],
  ['learningRate', 'fast'],
  ['dropout', '1'],
  ['require', 'unknown=0.9'],
  ['augment', ''],
])('the contract finds what is wrong with %s %s', (name, text) => {
  const { errors } = readDraft(aDraft({ values: { [name]: text } }), small);

  expect(Object.keys(errors)).toEqual(text === '' ? [] : [name]);
});

test('weights that are needed and not named are an error of their field', () => {
  expect(readDraft(aDraft(), frozen).errors).toEqual({ backbone: 'Name the weights to begin from.' });
  expect(readDraft(aDraft({ backbone: ' hub:a/b ' }), frozen).options).toEqual({
    head: 'logistic',
    backbone: 'hub:a/b',
  });
});

test('what moves is asked for only where something was trained before', () => {
  const names = (model: TrainableModel, weights = ''): string[] =>
    listFields(model, { weights }).map(({ name }) => name);

  expect(names(small)).not.toContain('train');
  expect(names(transformer)).not.toContain('train');
  expect(names(transformer, 'hub:a/b')).toContain('train');
  expect(names(tuned)).toContain('train');
});

test.each([
  [{ backbone: 'histograms', head: 'logistic', seed: 3, without: [], hyperparameters: { c: 0.01 } }, quickLook],
  [{ backbone: '/m.onnx', head: 'knn', classWeights: 'none' }, frozen],
  [{ backbone: '/m.onnx', train: 'last:2', epochs: 5, freezeBatchNorm: true }, tuned],
  [{ architecture: 'cnn-small', epochs: 30, augment: 'standard,flip=off' }, small],
])('the draft of a run with %j trains the same', (options, model) => {
  const draft = draftOfRun(options, models);
  const { options: read, errors } = readDraft(draft, model);

  expect([draft.modelId, errors]).toEqual([model.id, {}]);
  const { without: _, ...given } = options as Record<string, unknown>;
  expect(read).toEqual({ ...model.options, ...given });
});

test('every option of a training can be set, but those that the form asks for by itself', () => {
  const asked = new Set<string>(trainingFields.map(({ name }) => name));
  const others = Object.keys(trainOptionsSchema.shape).filter((name) => !asked.has(name));

  expect(others).toEqual(['architecture', 'weights', 'dataset', 'snapshot', 'backbone', 'shares']);
});

test('settings are read as people write them', () => {
  expect([0.1 + 0.2, true, [], ['a', 'b'], { c: 0.01 }, undefined].map(formatSetting)).toEqual([
    '0.3',
    'yes',
    'none',
    'a, b',
    'c 0.01',
    '–',
  ]);
  expect([labelOf('learningRate'), labelOf('backbone'), labelOf('x')]).toEqual(['Learning rate', 'Backbone', 'x']);
});
