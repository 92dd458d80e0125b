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

test('who would wait longer than the limit is refused though there is room, with the time to come again', () => {
  const { enter, answerAfter, refusal } = anAdmission({ queue: 100, longestWaitMs: 3000 });

  enter(8);
  answerAfter(700);
  expect(refusal()?.details).toEqual({ retryAfterS: 5 });
  for (let n = 0; n < 3; n += 1) answerAfter(700);

  expect(refusal()).toBeUndefined();
});

test('a slow picture says nothing about the wait while a worker is free', () => {
  const { admission, enter, answerAfter, refusal } = anAdmission();
  enter(4);
  answerAfter(5000);
  for (let n = 0; n < 2; n += 1) answerAfter(5000);

  expect(admission.expectedWaitMs).toBe(0);
  expect(refusal()).toBeUndefined();
});
