/** @file Losses that end a training, and losses that only look as if they should. */
import { TintypeError } from '@tintype/contracts/errors';
import { expect, test } from 'vitest';
import { type LossWatch, watchLoss } from './watch-loss.ts';

const options = { classCount: 10, peakLearningRate: 0.1, epoch: 3 };

/** The step at which these losses end a training, or undefined. */
function endOf(losses: readonly number[]): { step: number; error: TintypeError } | undefined {
  let watch: LossWatch = { steps: 0, first: 0, smooth: 0 };
  for (const [step, loss] of losses.entries()) {
    try {
      watch = watchLoss(watch, loss, options);
    } catch (error) {
      if (error instanceof TintypeError) return { step, error };
      throw error;
    }
  }
  return undefined;
}

const times = (count: number, loss: (n: number) => number): number[] =>
  Array.from({ length: count }, (_, n) => loss(n));

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a loss of %s ends it at once', (loss) => {
  const end = endOf([2.3, 2.2, loss]);

  expect(end?.step).toBe(2);
  expect(end?.error.message).toContain('not a finite number in epoch 3');
});

test('a loss that grows and grows ends it, and says from what to what', () => {
  const end = endOf(times(500, (n) => 2.3 + n * 0.1));

  expect(end?.step).toBeLessThan(120);
  expect(end?.error.message).toMatch(/rose from 2.\d+ to \d.\d+/);
  expect(end?.error.hint).toContain('--learning-rate 0.03 --clip-norm 1');
});

test.each([
  ['one that jumps', times(300, (n) => (n % 25 === 24 ? 40 : 1))],
  ['one that begins high and comes down', times(300, (n) => 30 / (1 + n / 10))],
  ['one that was small from the start and finds its level', times(300, (n) => (n < 20 ? 0.01 : 2))],
  ['a lasting guess', times(300, () => Math.log(10))],
])('%s does not', (_, losses) => {
  expect(endOf(losses)).toBeUndefined();
});
