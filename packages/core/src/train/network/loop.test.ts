/** @file The loop with a real train step: it learns, stops, says where it is, and goes on after any end as if there had been none. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { State } from '@tintype/autograd/step/state';
import type { EpochMetrics, StepMetrics } from '@tintype/contracts/train-events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LoopNeeds, type LoopResult, trainLoop } from './loop.ts';
import { aLoopPlan, dots, type LoopOptions, loopNeeds, replaceRun } from './testing.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-loop-'));
});
afterEach(() => rm(folder, { recursive: true }));

const needs = (options: Partial<LoopOptions> = {}): LoopNeeds => loopNeeds({ folder, ...options });

const hashOf = (state: State): string => {
  const hash = createHash('sha256');
  for (const [name, { data }] of [...state].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
};

/** Result of a training that nothing interrupts, in a folder of its own. */
async function straight(plan = aLoopPlan()): Promise<LoopResult> {
  const own = await mkdtemp(join(tmpdir(), 'tintype-loop-straight-'));
  try {
    return await trainLoop(loopNeeds({ folder: own }), plan);
  } finally {
    await rm(own, { recursive: true });
  }
}

/** Cancels after so many steps. */
async function trainFor(steps: number, plan = aLoopPlan()): Promise<void> {
  const stop = new AbortController();
  let done = 0;
  const own = needs({ signal: stop.signal });
  const { openStep } = own;
  own.openStep = async (phase) => {
    return replaceRun(await openStep(phase), (run) => (batch, settings) => {
      done += 1;
      if (done === steps) stop.abort();
      return run(batch, settings);
    });
  };
  await expect(trainLoop(own, plan)).rejects.toMatchObject({ code: 'CANCELLED' });
}

const checkpointsIn = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('checkpoint-')).toSorted();

test('it learns, and tells every epoch', async () => {
  const epochs: EpochMetrics[] = [];

  const result = await trainLoop(needs({ onEpoch: (epoch) => epochs.push(epoch) }), aLoopPlan({ epochs: 12 }));

  expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect(epochs.at(-1)?.trainLoss).toBeLessThan((epochs[0]?.trainLoss ?? 0) / 2);
  expect(result.best.validationAccuracy).toBeGreaterThan(0.8);
  expect(result.best).toEqual(epochs.findLast(({ isBest }) => isBest));
  expect(result.reason).toBe('epochs');
});

test('steps are told with what is left, and the last step of an epoch always', async () => {
  const steps: StepMetrics[] = [];
  // Every step of its work takes as long: what is left only falls.
  let at = 0;
  const evenly = { ...needs({ onStep: (step) => steps.push(step) }), now: () => (at += 10) };

  await trainLoop(evenly, aLoopPlan({ epochs: 2 }));

  expect(steps[0]).toMatchObject({ epoch: 1, epochs: 2, step: 1, stepsPerEpoch: 5, learningRate: 0.02 });
  expect(steps.filter(({ step }) => step === dots.stepsPerEpoch).map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(steps[0]?.remainingMs).toBeGreaterThan(steps.at(-1)?.remainingMs ?? 0);
});

test('the same plan gives the same weights, bit for bit', async () => {
  const [first, second] = [await straight(), await straight()];

  expect(hashOf(second.weights)).toBe(hashOf(first.weights));
});

const plans: [string, Parameters<typeof aLoopPlan>[0]][] = [
  ['all of it', {}],
  ['a head that warms up first', { headWarmup: 1 }],
  ['early stopping', { epochs: 30, patience: 2, learningRate: (step) => 0.02 / (1 + step) }],
];
test.each(plans)(
  '%s: cancelled anywhere and resumed, it ends with the weights of a straight run',
  async (_, change) => {
    const plan = aLoopPlan(change);
    const expected = await straight(plan);

    for (const steps of [1, 4, 5, 6, 11]) {
      await trainFor(steps, plan);
      const resumed = await trainLoop(needs(), plan);

      expect([steps, hashOf(resumed.weights)]).toEqual([steps, hashOf(expected.weights)]);
      expect(resumed.best.epoch).toBe(expected.best.epoch);
      await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), 'tintype-loop-'));
    }
  },
);

test('a resumed training says from where, and does no step twice', async () => {
  await trainFor(7);
  let steps = 0;
  const from: unknown[] = [];
  const own = needs({ onStart: ({ history, steps: done }) => from.push(history.length, done) });
  const { batches } = own;
  own.batches = async function* (epoch, start) {
    for await (const batch of batches(epoch, start)) {
      steps += 1;
      yield batch;
    }
  };

  await trainLoop(own, aLoopPlan());

  expect(from).toEqual([1, 2]);
  expect(steps).toBe(3 * dots.stepsPerEpoch - 7);
});

test('a training that had ended gives its weights again without a step', async () => {
  const first = await trainLoop(needs(), aLoopPlan());
  const never = (): never => {
    throw new Error('nothing is left to be done');
  };

  const again = await trainLoop(needs({ openStep: never, validate: never }), aLoopPlan());

  expect(again.best).toEqual(first.best);
  expect(hashOf(again.weights)).toBe(hashOf(first.weights));
});

const damages: [string, (file: string) => Promise<unknown>][] = [
  ['cut short', (file) => truncate(file, 500)],
  ['empty', (file) => truncate(file, 0)],
  ['changed in one bit', async (file) => writeFile(file, flipBit(await readFile(file)))],
];
test.each(damages)('a checkpoint that is %s costs no more than the steps since the one before', async (_, damage) => {
  const expected = await straight();
  await trainFor(8);
  const newest = (await checkpointsIn()).at(-1) ?? '';
  await damage(join(folder, newest));
  const notices: string[] = [];

  const resumed = await trainLoop(needs({ onNotice: (text) => notices.push(text) }), aLoopPlan());

  expect(notices).toEqual([expect.stringContaining(newest)]);
  expect(hashOf(resumed.weights)).toBe(hashOf(expected.weights));
});

function flipBit(bytes: Uint8Array): Uint8Array {
  bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 1;
  return bytes;
}

test('only the last two checkpoints and the best weights are kept', async () => {
  await trainLoop(needs({ accuracies: [0.5, 0.9, 0.6, 0.7] }), aLoopPlan({ epochs: 4 }));

  expect((await readdir(folder)).toSorted()).toEqual([
    'best-00002.safetensors',
    'checkpoint-000000019.safetensors',
    'checkpoint-000000020.safetensors',
  ]);
});

test('between epochs it saves only when it is time', async () => {
  await trainLoop(needs(), aLoopPlan({ saveEveryMs: 60_000 }));

  expect(await checkpointsIn()).toEqual(['checkpoint-000000010.safetensors', 'checkpoint-000000015.safetensors']);
});

test('it ends early when the validation gets no better, with the best weights', async () => {
  const result = await trainLoop(
    needs({ accuracies: [0.5, 0.7, 0.7, 0.6, 0.9] }),
    aLoopPlan({ epochs: 9, patience: 2 }),
  );

  expect(result).toMatchObject({ reason: 'early-stop', best: { epoch: 2, validationAccuracy: 0.7 } });
});

test('while the head warms up nothing else moves', async () => {
  const phases: string[] = [];
  const bodies: string[] = [];
  const own = needs({ onEpoch: ({ phase }) => phases.push(phase) });
  const { validate } = own;
  own.validate = (weights) => {
    bodies.push(hashOf(new Map([...weights].filter(([name]) => name.includes('body')))));
    return validate(weights);
  };

  await trainLoop(own, aLoopPlan({ headWarmup: 2 }));

  expect(phases).toEqual(['head', 'head', 'chosen']);
  expect(bodies[0]).toBe(bodies[1]);
  expect(bodies[1]).not.toBe(bodies[2]);
});

test('options that change the outcome make a checkpoint useless', async () => {
  await trainFor(3);

  const resumed = trainLoop(needs({ settingsHash: 'others' }), aLoopPlan());

  await expect(resumed).rejects.toMatchObject({ code: 'RUN_NOT_RESUMABLE', details: { run: 'run_1' } });
});

test('a loss that is no number ends it, with the flag to turn, and is not saved', async () => {
  const own = needs();
  const { openStep } = own;
  own.openStep = async (phase) => {
    const nothing = { loss: Number.NaN, correct: 0, gradientNorm: Number.NaN };
    return replaceRun(await openStep(phase), () => async () => nothing);
  };

  const failure = await trainLoop(own, aLoopPlan()).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'TRAINING_DIVERGED', hint: expect.stringContaining('--learning-rate 0.005') });
  expect(await readdir(folder)).toEqual([]);
});
