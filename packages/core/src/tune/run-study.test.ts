/** @file A study: what it tries, what it survives, when it ends. */
import { TintypeError } from '@tintype/contracts/errors';
import { categorical, float, type Settings, type Trial } from '@tintype/contracts/tune';
import { expect, test } from 'vitest';
import { findBest, type RunStudyOptions, runStudy } from './run-study.ts';
import { settingsKey } from './search-space.ts';
import { aClock, aStudy, aTrial, memoryStudies } from './testing.ts';
import type { TrialRunner } from './trial-runner.ts';

/** Best at b, x = 0.7; each trial takes a second. */
const valueOf = ({ model, x }: Settings): number => (model === 'b' ? 1 : 0.8) - Math.abs((x as number) - 0.7);

/** Makes the model the choice that others depend on, though none does. */
const never = { when: { parameter: 'model', values: [''] } };

interface Setting extends Partial<RunStudyOptions> {
  study?: Parameters<typeof aStudy>[0];
  trials?: readonly Trial[];
  runTrial?: TrialRunner;
  budgetMs?: number;
}

function run({ study: change, trials = [], runTrial, budgetMs = 20_000, ...options }: Setting) {
  const clock = aClock();
  const study = aStudy(change);
  const studies = memoryStudies(study, trials);
  const seen: Settings[] = [];
  const endsAt = clock.now() + budgetMs;
  const ended = runStudy(
    {
      catalog: { studies },
      clock,
      runTrial: async (settings, control) => {
        seen.push(settings);
        clock.pass(1000);
        return runTrial ? runTrial(settings, control) : { value: valueOf(settings), interval: null };
      },
    },
    study,
    { deadlineAt: () => endsAt, ...options },
  );
  return { studies, seen, ended };
}

const keysOf = (trials: readonly Trial[]): unknown[] =>
  trials.map(({ number, settings, status, value }) => [number, settingsKey(settings), status, value]);

test('the usual settings of every model come first, then suggestions, none of them twice', async () => {
  const { ended } = run({});

  const { trials } = await ended;

  expect(trials.slice(0, 3).map(({ settings }) => settings)).toEqual(
    ['a', 'b', 'c'].map((model) => ({ model, x: 0.5, y: 0.5 })),
  );
  expect(trials).toHaveLength(20);
  expect(new Set(trials.map(({ settings }) => settingsKey(settings))).size).toBe(20);
  expect(findBest(trials)?.settings.model).toBe('b');
});

test('a study ends with its budget: a trial that could not end in time is not begun', async () => {
  const { ended } = run({ budgetMs: 4500 });

  const { trials, endedBecause } = await ended;

  expect(endedBecause).toBe('budget');
  expect(trials.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete', 'complete']);
});

test('a study ends when its space holds nothing new', async () => {
  const space = [categorical('model', ['a', 'b']), categorical('x', [0, 0.5, 1])];
  const { ended } = run({ study: { space } });

  const { trials, endedBecause } = await ended;

  expect(endedBecause).toBe('exhausted');
  expect(trials).toHaveLength(6);
});

test('a study ends with its last trial', async () => {
  const { ended } = run({ mostTrials: 3 });

  const { trials, endedBecause } = await ended;

  expect([endedBecause, trials.length]).toEqual(['trials', 3]);
});

test('a study that was cut and resumed has the trials of one that was not, by number', async () => {
  const whole = await run({ mostTrials: 25, budgetMs: 60_000 }).ended;
  const stop = new AbortController();
  let begun = 0;
  const cut = run({
    budgetMs: 60_000,
    signal: stop.signal,
    runTrial: async (settings) => {
      begun += 1;
      if (begun === 17) stop.abort();
      if (stop.signal.aborted) throw new Error('killed');
      return { value: valueOf(settings), interval: null };
    },
  });
  await expect(cut.ended).rejects.toMatchObject({ code: 'CANCELLED' });
  const left = await cut.studies.listTrials('test');

  const resumed = await run({ trials: left, mostTrials: 25, budgetMs: 60_000 }).ended;

  expect(left.map(({ status }) => status)).toEqual([...Array.from({ length: 16 }, () => 'complete'), 'running']);
  expect(keysOf(resumed.trials)).toEqual(keysOf(whole.trials));
});

test('jobs run at once, each with its share of the cores, and numbers stay apart', async () => {
  let running = 0;
  let most = 0;
  const shares = new Set<number>();
  const { ended } = run({
    jobs: 3,
    cores: 8,
    mostTrials: 12,
    runTrial: async (settings, { cores }) => {
      running += 1;
      most = Math.max(most, running);
      shares.add(cores);
      await new Promise((done) => {
        setTimeout(done, 5);
      });
      running -= 1;
      return { value: valueOf(settings), interval: null };
    },
  });

  const { trials } = await ended;

  expect(most).toBe(3);
  expect([...shares]).toEqual([2]);
  expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, n) => n));
});

test('a trial that falls behind is pruned with what it had, and only against trials of its ladder', async () => {
  const steps: Record<string, number> = {};
  const { ended } = run({
    study: { pruner: 'asha', space: [categorical('model', ['a', 'b', 'c', 'd']), float('x', [0, 1], never)] },
    mostTrials: 4,
    ladderOf: ({ model }) => (model === 'd' ? 'epochs' : 'folds'),
    runTrial: async ({ model }, { onIntermediate }) => {
      const value = { a: 0.9, b: 0.5, c: 0.95, d: 0.1 }[model as string] as number;
      let step = 1;
      while (step < 4 && (await onIntermediate({ step, value }))) step += 1;
      steps[model as string] = step;
      return { value, interval: null };
    },
  });

  const { trials } = await ended;

  expect(steps).toEqual({ a: 4, b: 1, c: 4, d: 4 });
  expect(trials.map(({ status, value }) => [status, value])).toEqual([
    ['complete', 0.9],
    ['pruned', 0.5],
    ['complete', 0.95],
    ['complete', 0.1],
  ]);
});

test('at its last step a trial is complete, however far behind it is', async () => {
  const { ended } = run({
    study: { pruner: 'asha' },
    mostTrials: 3,
    runTrial: async ({ model }, { onIntermediate }) => {
      const value = { a: 0.9, b: 0.5, c: 0.1 }[model as string] as number;
      await onIntermediate({ step: 1, value, isLast: true });
      return { value, interval: null };
    },
  });

  const { trials } = await ended;

  expect(trials.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']);
  expect(trials[1]?.intermediateValues).toEqual([{ step: 1, value: 0.5 }]);
});

test('a trial that is cut by the budget keeps its last value, and is the best only where none is complete', async () => {
  const { ended } = run({
    budgetMs: 3000,
    runTrial: async (settings, { onIntermediate }) => {
      if (settings.model === 'a') return { value: 0.2, interval: null };
      await onIntermediate({ step: 1, value: 0.9 });
      throw new TintypeError('DEADLINE_EXCEEDED', { deadlineMs: 1 });
    },
  });

  const { trials } = await ended;

  expect(trials[1]).toMatchObject({ status: 'pruned', value: 0.9, note: 'The budget ended.' });
  expect(findBest(trials)?.number).toBe(0);
  expect(findBest(trials.slice(1))?.number).toBe(1);
});

test('a trial that fails is a row, and the study goes on', async () => {
  const { ended } = run({
    mostTrials: 4,
    runTrial: async (settings) => {
      if (settings.model === 'a') throw new TintypeError('TRAINING_DIVERGED', { reason: 'too fast' });
      return { value: settings.model === 'b' ? Number.NaN : 0.5, interval: null };
    },
  });

  const { trials } = await ended;

  expect(trials[0]).toMatchObject({ status: 'failed', errorCode: 'TRAINING_DIVERGED', value: null });
  expect(trials[1]).toMatchObject({ status: 'failed', note: 'Its value is no number.' });
  expect(trials[2]).toMatchObject({ status: 'complete', value: 0.5 });
});

test('where one trial after the other fails, the study says why', async () => {
  const failing: TrialRunner = async () => {
    throw new TintypeError('CHILD_CRASHED', { reason: 'ran out of memory' });
  };

  const { ended, seen } = run({ runTrial: failing });

  await expect(ended).rejects.toMatchObject({ code: 'STUDY_FRUITLESS', message: expect.stringContaining('memory') });
  expect(seen).toHaveLength(3);
});

test('what is no fault of the settings ends the study', async () => {
  const { ended } = run({
    runTrial: async () => {
      throw new TintypeError('STORAGE_FAILED', { operation: 'Writing', reason: 'the disk is full' });
    },
  });

  await expect(ended).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
});

test('a trial is written down before it begins, at every step and when it ends', async () => {
  const { ended, studies } = run({
    mostTrials: 1,
    runTrial: async (_, { onIntermediate }) => {
      await onIntermediate({ step: 1, value: 0.3 });
      return { value: 0.4, interval: [0.3, 0.5] };
    },
  });
  await ended;

  const written = studies.puts.map(({ status, value, intermediateValues }) => [
    status,
    value,
    intermediateValues.length,
  ]);
  expect(written).toEqual([
    ['running', null, 0],
    ['running', null, 1],
    ['complete', 0.4, 1],
  ]);
  expect(studies.puts.at(-1)).toMatchObject({ startedAt: 1000, endedAt: 2000, interval: [0.3, 0.5] });
});

test('of equals the first is the best', () => {
  const trials = [aTrial(0, { value: 0.5 }), aTrial(1, { value: 0.9 }), aTrial(2, { value: 0.9 })];

  expect(findBest(trials)?.number).toBe(1);
  expect(findBest([])).toBeUndefined();
});

test('a grid is tried out in an order of its own, without usual settings first', async () => {
  const space = [categorical('model', ['a', 'b']), float('x', [0, 1])];

  const { trials, endedBecause } = await run({ study: { sampler: 'grid', space } }).ended;

  expect(endedBecause).toBe('exhausted');
  expect(trials).toHaveLength(10);
});
