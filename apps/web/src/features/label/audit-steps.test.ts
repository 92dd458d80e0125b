/** @file An audit goes through its plan in steps, and knows whether it was carried out. */
import { expect, test } from 'vitest';
import { isCarriedOut, look, nextLooks, startAudit } from './audit-steps.ts';

const ids = Array.from({ length: 60 }, (_, n) => `s${n}`);

test('an audit shows its random order in steps until all of the plan was looked at', () => {
  const start = startAudit({ sampleIds: ids, audit: ids.slice(0, 30) }, 'cat');

  const once = look(start, 1);
  const twice = look(once, 0);

  expect([nextLooks(start).length, nextLooks(once).length, nextLooks(twice).length]).toEqual([24, 6, 0]);
  expect([once, twice].map(isCarriedOut)).toEqual([false, true]);
  expect(twice).toMatchObject({ className: 'cat', size: 60, looks: 30, errors: 1 });
});
