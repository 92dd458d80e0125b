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

test('a refusal is an answer with its sentence and its reason, without probabilities', () => {
  const refusal = { reason: 'TOO_MANY_PERSONS', error: 'Multiple people detected (3 people).' } as const;
  const answer = toPrediction({ refusal, personCount: 3, classes: ['a', 'b'], model: 'm', version: 1 });

  expect(answer).toEqual({
    prediction: null,
    confidence: 0,
    person_count: 3,
    error: 'Multiple people detected (3 people).',
    reason: 'TOO_MANY_PERSONS',
    model: 'm',
    version: 1,
  });
});

test('what a gate refused after the model had answered is not told all the same', () => {
  const refusal = { reason: 'LOW_CONFIDENCE', error: 'Too uncertain.' } as const;
  const answer = toPrediction({ refusal, probabilities: [0.4, 0.6], classes: ['a', 'b'], model: 'm', version: 1 });

  expect(answer.prediction).toBeNull();
  expect(answer.probabilities).toBeUndefined();
});

test('where people are counted, the answer says how many', () => {
  const counted = toPrediction({ personCount: 1, probabilities: [1, 0], classes: ['a', 'b'], model: 'm', version: 1 });
  const uncounted = toPrediction({ probabilities: [1, 0], classes: ['a', 'b'], model: 'm', version: 1 });

  expect(counted.person_count).toBe(1);
  expect(uncounted).not.toHaveProperty('person_count');
});
