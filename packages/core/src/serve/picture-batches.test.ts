/** @file Pictures that go to a child together. */
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { expect, test } from 'vitest';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';
import { PictureBatches } from './picture-batches.ts';

const poison = 66;
const damaged = 77;
const answerOf = (n: number) => ({ probabilities: Float32Array.of(n) });

/** Pictures are one byte long; one of them ends its child, another cannot be read. */
function aPool() {
  const runs: { task: string; pictures: number[]; options: TaskOptions }[] = [];
  const classify = (n: number) => {
    if (n === poison) throw new TintypeError('CHILD_CRASHED', { reason: 'crashed' });
    if (n === damaged) throw new TintypeError('IMAGE_CORRUPT', {});
    return answerOf(n);
  };
  const run: TaskPool<PictureTasks>['run'] = async (task, input, options = {}) => {
    const { pictures = [], bytes } = input as { pictures?: Uint8Array[]; bytes?: Uint8Array };
    const all = (bytes ? [bytes] : pictures).map(([n = 0]) => n);
    runs.push({ task, pictures: all, options });
    if (bytes) return classify(all[0] as number) as never;
    return all.map((n) => {
      if (n === damaged) return { error: { code: 'IMAGE_CORRUPT', details: {} } };
      return { answer: classify(n) };
    }) as never;
  };
  return { pool: { run }, runs };
}

const inputOf = (n: number, bundleHash = 'hash1') => ({ bundleHash, bytes: Uint8Array.of(n), limits });
const stay = new AbortController().signal;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('pictures that come together run together, at most so many, each with its own answer', async () => {
  const { pool, runs } = aPool();
  const batches = new PictureBatches({ pool, pictures: 4, waitMs: 5, deadlineMs: 1000 });

  const answers = await Promise.all(upTo(6).map((n) => batches.run(inputOf(n), stay)));

  expect(answers).toEqual(upTo(6).map(answerOf));
  expect(runs.map(({ task, pictures }) => [task, pictures])).toEqual([
    ['classifyBatch', [0, 1, 2, 3]],
    ['classifyBatch', [4, 5]],
  ]);
});

test('a picture that nobody joins runs by itself, and models are not mixed', async () => {
  const { pool, runs } = aPool();
  const batches = new PictureBatches({ pool, pictures: 4, waitMs: 1, deadlineMs: 1000 });

  await Promise.all([batches.run(inputOf(1, 'hash1'), stay), batches.run(inputOf(2, 'hash2'), stay)]);

  expect(runs.map(({ task, pictures }) => [task, pictures])).toEqual([
    ['classify', [1]],
    ['classify', [2]],
  ]);
});

test('of 32 pictures the one that ends its child fails, and 31 are answered', async () => {
  const { pool, runs } = aPool();
  const batches = new PictureBatches({ pool, pictures: 32, waitMs: 5, deadlineMs: 1000 });
  const pictures = [...upTo(31), poison];

  const outcomes = await Promise.allSettled(pictures.map((n) => batches.run(inputOf(n), stay)));

  expect(outcomes.slice(0, 31)).toEqual(upTo(31).map((n) => ({ status: 'fulfilled', value: answerOf(n) })));
  expect(outcomes[31]).toMatchObject({ status: 'rejected', reason: { code: 'CHILD_CRASHED' } });
  expect(runs[0]?.options.once).toBe(true);
  expect(runs.slice(1).every(({ options }) => options.alone === true && options.once === true)).toBe(true);
});

test('a picture that cannot be read fails alone, without another run', async () => {
  const { pool, runs } = aPool();
  const batches = new PictureBatches({ pool, pictures: 3, waitMs: 5, deadlineMs: 1000 });

  const outcomes = await Promise.allSettled([1, damaged, 2].map((n) => batches.run(inputOf(n), stay)));

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'IMAGE_CORRUPT' } });
  expect(runs).toHaveLength(1);
});

test('who has left before the run is not part of it', async () => {
  const { pool, runs } = aPool();
  const batches = new PictureBatches({ pool, pictures: 4, waitMs: 5, deadlineMs: 1000 });
  const leave = new AbortController();
  const left = batches.run(inputOf(1), leave.signal);
  const stayed = batches.run(inputOf(2), stay);

  leave.abort();

  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await stayed).toEqual(answerOf(2));
  expect(runs.map(({ pictures }) => pictures)).toEqual([[2]]);
});
