/** @file Two commands never work on one study, and a killed one does not keep it. */
import { expect, test } from 'vitest';
import { claimStudy } from './claim-study.ts';
import { aClock, aStudy, memoryStudies } from './testing.ts';

const heartbeatMs = 10;

test('a claim counts what is spent and leaves no heartbeat behind', async () => {
  const clock = aClock();
  const studies = memoryStudies(aStudy({ spentMs: 500 }));
  const claim = await claimStudy({ catalog: { studies }, clock }, 'test');
  const during = await studies.get('test');
  clock.pass(700);

  expect(claim.spentMs()).toBe(1200);
  await claim[Symbol.asyncDispose]();

  expect(during.heartbeatAt).toBe(1000);
  expect(await studies.get('test')).toMatchObject({ heartbeatAt: null, spentMs: 1200 });
});

test('a study that somebody works on is busy', async () => {
  const clock = aClock();
  const studies = memoryStudies(aStudy());
  const needs = { catalog: { studies }, clock };
  await using _claim = await claimStudy(needs, 'test', { heartbeatMs });
  const timer = setInterval(() => clock.pass(1), 1);

  const second = claimStudy(needs, 'test', { heartbeatMs });

  await expect(second).rejects.toMatchObject({ code: 'STUDY_BUSY' });
  clearInterval(timer);
});

test('a study whose command was killed is taken over, at once when that was long ago', async () => {
  const clock = aClock();
  const recent = memoryStudies(aStudy({ heartbeatAt: 999 }));
  const old = memoryStudies(aStudy({ heartbeatAt: 1 }));

  await using first = await claimStudy({ catalog: { studies: recent }, clock }, 'test', { heartbeatMs });
  await using second = await claimStudy({ catalog: { studies: old }, clock }, 'test', { heartbeatMs: 100 });

  expect([first.spentMs(), second.spentMs()]).toEqual([0, 0]);
});

test('waiting can be cancelled', async () => {
  const studies = memoryStudies(aStudy({ heartbeatAt: 999 }));
  const signal = AbortSignal.abort();

  const claim = claimStudy({ catalog: { studies }, clock: aClock() }, 'test', { signal });

  await expect(claim).rejects.toMatchObject({ code: 'CANCELLED' });
});
