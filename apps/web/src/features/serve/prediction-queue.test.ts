/** @file Files are asked in order, a few at once, and each keeps its own answer. */
import type { Prediction } from '@tintype/contracts/serve';
import { expect, test } from 'vitest';
import { timedOut, unreadableAnswer } from '../../api/problem.ts';
import {
  chooseNext,
  countQueue,
  listRetryable,
  type Queue,
  type QueueEvent,
  rankClasses,
  reduceQueue,
} from './prediction-queue.ts';

const added = (...ids: number[]): QueueEvent => ({
  kind: 'added',
  entries: ids.map((id) => ({ id, name: `${id}.jpg`, sizeBytes: 1 })),
});
const play = (...events: QueueEvent[]): Queue => events.reduce(reduceQueue, [] as Queue);
const anAnswer = (prediction: string | null) => ({ prediction, confidence: 1, error: null }) as Prediction;

test('a later batch is shown above and asked after an earlier one', () => {
  const queue = play(added(1, 2), added(3, 4));

  expect(queue.map((entry) => entry.id)).toEqual([3, 4, 1, 2]);
  expect(chooseNext(queue, 3)).toEqual([1, 2, 3]);
});

test('no more are chosen than may be under way', () => {
  const queue = play(added(1, 2, 3, 4), { kind: 'sent', id: 1 }, { kind: 'sent', id: 2 });

  expect(chooseNext(queue, 3)).toEqual([3]);
  expect(chooseNext(queue, 2)).toEqual([]);
});

test('answers, refusals, errors and what is open are counted apart', () => {
  const queue = play(
    added(1, 2, 3, 4),
    { kind: 'answered', id: 1, prediction: anAnswer('cat'), durationMs: 9 },
    { kind: 'answered', id: 2, prediction: anAnswer(null), durationMs: 9 },
    { kind: 'failed', id: 3, problem: timedOut },
  );

  expect(countQueue(queue)).toEqual({ total: 4, open: 1, answered: 1, refused: 1, failed: 1 });
});

test('only what failed is tried again, and only where that can help', () => {
  const failed = play(
    added(1, 2, 3),
    { kind: 'failed', id: 1, problem: timedOut },
    { kind: 'failed', id: 2, problem: unreadableAnswer(422) },
  );
  const retried = reduceQueue(failed, { kind: 'retried', ids: [1, 3] });

  expect(listRetryable(failed)).toEqual([1]);
  expect(retried.map((entry) => entry.state.kind)).toEqual(['waiting', 'failed', 'waiting']);
});

test('an answer to a removed picture changes nothing', () => {
  const queue = play(
    added(1, 2),
    { kind: 'removed', id: 1 },
    { kind: 'answered', id: 1, prediction: anAnswer('cat'), durationMs: 9 },
  );

  expect(queue.map((entry) => [entry.id, entry.state.kind])).toEqual([[2, 'waiting']]);
});

test('classes are ranked by probability, equal ones by name, and the rest is summed up', () => {
  const { top, rest } = rankClasses({ d: 0.1, c: 0.1, a: 0.2, b: 0.6 }, 3);

  expect(top.map((entry) => entry.className)).toEqual(['b', 'a', 'c']);
  expect(rest.count).toBe(1);
  expect(rest.probability).toBeCloseTo(0.1);
});
