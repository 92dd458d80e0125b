/** @file Tests of the answer every door gives. */
import { predictionSchema } from '@tintype/contracts/serve';
import { expect, test } from 'vitest';
import { toPrediction } from './prediction.ts';

test('the answer names the most probable class and lists all of them, most probable first', () => {
  const answer = toPrediction({ probabilities: [0.108, 0.892], classes: ['female', 'male'], model: 'm', version: 3 });

  expect(answer).toMatchObject({ prediction: 'male', confidence: 0.892, error: null, model: 'm', version: 3 });
  expect(Object.keys(answer.probabilities ?? {})).toEqual(['male', 'female']);
});

test('the answer with its request id is what the contract says', () => {
  const answer = toPrediction({
    probabilities: new Float32Array([0.5, 0.5]),
    classes: ['a', 'b'],
    model: 'm',
    version: 1,
  });

  expect(predictionSchema.parse({ ...answer, request_id: 'r' }).prediction).toBe('a');
});

test('a class named like a property of every object is only a class', () => {
  const answer = toPrediction({ probabilities: [0.9, 0.1], classes: ['constructor', 'b'], model: 'm', version: 1 });

  expect(answer.prediction).toBe('constructor');
});
