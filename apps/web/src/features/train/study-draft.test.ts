/** @file From the form of a study to what the server takes. */
import { expect, test } from 'vitest';
import { listWords, readStudyDraft, usualStudy } from './study-draft.ts';

const view = { items: [], backbones: ['/m/mobilenetv2.onnx'] };
const draft = usualStudy(view);

test('a form that nobody touched searches histograms and the backbone that was used last', () => {
  expect(readStudyDraft(draft)).toEqual({
    options: {
      models: ['histograms', '/m/mobilenetv2.onnx'],
      budgetMs: 600_000,
      metric: 'accuracy',
      sampler: 'tpe',
      pruner: 'asha',
    },
    errors: {},
  });
});

test.each([
  [{ words: [] }, 'models'],
  [{ jobs: 'many' }, 'jobs'],
  [{ study: 'a study' }, 'study'],
  [{ gates: 'sharp' }, 'gates'],
])('%j is wrong at %s', (change, name) => {
  expect(Object.keys(readStudyDraft({ ...draft, ...change }).errors)).toEqual([name]);
});

test('what is typed comes after what is ticked, once', () => {
  const { options } = readStudyDraft({ ...draft, words: ['histograms'], others: 'hub:a/b, histograms' });

  expect(options.models).toEqual(['histograms', 'hub:a/b']);
});

test('a backbone can be searched with heads on it, or fine-tuned', () => {
  expect(listWords(view).map(({ word }) => word)).toEqual([
    'histograms',
    'pixels',
    '/m/mobilenetv2.onnx',
    '/m/mobilenetv2.onnx+all',
  ]);
});
