/** @file Who is let in, and who is refused at once. */
import { TintypeError } from '@tintype/contracts/errors';
import { expect, test } from 'vitest';
import { Admission, type AdmissionOptions } from './admission.ts';

function anAdmission(options: Partial<AdmissionOptions> = {}) {
  let now = 0;
  const admission = new Admission({ workers: 2, queue: 4, longestWaitMs: 1000, now: () => now, ...options });
  return {
    admission,
    enter: (count: number) => {
      for (let n = 0; n < count; n += 1) admission.enter();
    },
    /** One answer after so many milliseconds. */
    answerAfter: (ms: number) => {
      now += ms;
      admission.leave();
    },
    refusal: () => {
      try {
        admission.assertRoom();
        return undefined;
      } catch (error) {
        return error as TintypeError<'OVERLOADED'>;
      }
    },
  };
}

test('as many as work and wait are let in, one more is refused', () => {
  const { admission, enter, answerAfter, refusal } = anAdmission();

  enter(5);
  expect(refusal()).toBeUndefined();
  enter(1);

  expect(refusal()).toMatchObject({ code: 'OVERLOADED', details: { retryAfterS: 1 } });
  expect([admission.running, admission.waiting]).toEqual([2, 4]);
  answerAfter(10);
  expect(refusal()).toBeUndefined();
});

/** So many answers at this pace, with as many inside as before. */
function settle({ enter, answerAfter }: ReturnType<typeof anAdmission>, count: number, ms: number): void {
  for (let n = 0; n < count; n += 1) {
    answerAfter(ms);
    enter(1);
  }
}

test('who would wait longer than the limit is refused though there is room, with the time to come again', () => {
  const made = anAdmission({ queue: 100, longestWaitMs: 3000 });
  made.enter(7);

  settle(made, 10, 700);
  expect(made.refusal()?.details).toEqual({ retryAfterS: 5 });
  for (let n = 0; n < 2; n += 1) made.answerAfter(700);

  expect(made.refusal()).toBeUndefined();
});

test('one long pause, as when a model is opened, refuses nobody', () => {
  const made = anAdmission({ queue: 100, longestWaitMs: 2000 });
  made.enter(10);
  settle(made, 50, 10);

  settle(made, 1, 5000);

  expect(made.refusal()).toBeUndefined();
  expect(made.admission.expectedWaitMs).toBeLessThan(150);
});

test('a lasting slowdown is noticed within some answers', () => {
  const made = anAdmission({ queue: 100, longestWaitMs: 2000 });
  made.enter(10);
  settle(made, 50, 10);

  settle(made, 60, 1000);

  expect(made.refusal()).toBeDefined();
});

test('a slow picture says nothing about the wait while a worker is free', () => {
  const { admission, enter, answerAfter, refusal } = anAdmission();
  enter(4);
  answerAfter(5000);
  for (let n = 0; n < 2; n += 1) answerAfter(5000);

  expect(admission.expectedWaitMs).toBe(0);
  expect(refusal()).toBeUndefined();
});
