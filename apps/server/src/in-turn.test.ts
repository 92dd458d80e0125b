/** @file One after the other, whatever became of the one before. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createInTurn } from './in-turn.ts';

test('tasks run one at a time and in order, also behind one that failed', async () => {
  const inTurn = createInTurn();
  const events: string[] = [];
  const task =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      events.push(`${name} begins`);
      await delay(5);
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };

  const outcomes = await Promise.allSettled([inTurn(task('a')), inTurn(task('b', true)), inTurn(task('c'))]);

  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
