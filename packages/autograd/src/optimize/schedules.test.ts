/** @file Learning rates at the steps where they are known. */
import { expect, test } from 'vitest';
import { createSchedule, scheduleShapes } from './schedules.ts';

const ratesOf = (schedule: (step: number) => number, steps: readonly number[]): number[] => steps.map(schedule);

test('a warm-up rises evenly to the peak and wastes no step', () => {
  const schedule = createSchedule('constant', { peak: 2, steps: 100, warmupSteps: 4 });

  expect(ratesOf(schedule, [0, 1, 2, 3, 4, 99])).toEqual([0.5, 1, 1.5, 2, 2, 2]);
});

test('a cosine is half way down in the middle and at its floor in the end', () => {
  const schedule = createSchedule('cosine', { peak: 1, steps: 110, warmupSteps: 10, floor: 0.2 });

  expect(schedule(10)).toBe(1);
  expect(schedule(60)).toBeCloseTo(0.6, 12);
  expect(schedule(110)).toBeCloseTo(0.2, 12);
  expect(schedule(500)).toBeCloseTo(0.2, 12);
});

test('steps go down at their milestones', () => {
  const schedule = createSchedule('step', { peak: 1, steps: 100, milestones: [0.5, 0.75], decay: 0.5 });

  expect(ratesOf(schedule, [0, 49, 50, 74, 75, 99])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
});

test.each(Object.keys(scheduleShapes) as (keyof typeof scheduleShapes)[])(
  '%s begins at the peak and never exceeds it',
  (name) => {
    const schedule = createSchedule(name, { peak: 0.3, steps: 50 });
    const rates = ratesOf(schedule, [...Array(60).keys()]);

    expect(rates[0]).toBe(0.3);
    expect(Math.max(...rates)).toBe(0.3);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
  },
);

test('a schedule of no steps is refused', () => {
  expect(() => createSchedule('cosine', { peak: 1, steps: 0 })).toThrow(RangeError);
});
