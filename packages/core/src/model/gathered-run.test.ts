/** @file Inputs that wait for each other. */
import { expect, test } from 'vitest';
import { GatheredRun } from './gathered-run.ts';

test('all inputs run together once the last has come or left, each with its own output', async () => {
  const runs: (readonly number[])[] = [];
  const gathered = new GatheredRun<number, number>(3, async (inputs) => {
    runs.push(inputs);
    return inputs.map((input) => input * 10);
  });

  const [a, b, c] = [gathered.takePlace(), gathered.takePlace(), gathered.takePlace()];
  const first = a.bring(1);
  a.leave();
  b.leave();
  expect(runs).toEqual([]);
  const last = c.bring(3);

  expect(await Promise.all([first, last])).toEqual([10, 30]);
  expect(runs).toEqual([[1, 3]]);
});

test('when all leave nothing runs, and a failed run fails for everybody', async () => {
  let runs = 0;
  const fail = async (): Promise<number[]> => {
    runs += 1;
    throw new Error('broken');
  };
  new GatheredRun<number, number>(1, fail).takePlace().leave();
  const gathered = new GatheredRun<number, number>(2, fail);

  const outcomes = await Promise.allSettled([gathered.takePlace().bring(1), gathered.takePlace().bring(2)]);

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(runs).toBe(1);
});
