/** @file What every run store must do. */
import type { Run } from '@tintype/contracts/train';
import type { Artifact, EpochMetrics } from '@tintype/contracts/train-events';
import { expect, test } from 'vitest';
import type { OpenCatalog } from './catalog-builders.contract.ts';

const aRun = (id: string, startedAt = 1): Run => ({
  id,
  snapshot: 'snap_1',
  status: 'running',
  options: { head: 'knn' },
  startedAt,
  endedAt: null,
  error: null,
});

const anEpoch = (epoch: number, validationAccuracy = 0.5): EpochMetrics => ({
  epoch,
  phase: 'chosen',
  trainLoss: 1.5,
  trainAccuracy: 0.4,
  validationLoss: 1.25,
  validationAccuracy,
  isBest: true,
  learningRate: 0.001,
  picturesPerSecond: 120.5,
  idleShare: 0.01,
  durationMs: 900,
});

const aSheet: Artifact = {
  name: 'contact-sheet.jpg',
  kind: 'contact-sheet',
  mediaType: 'image/jpeg',
  path: '/runs/1/contact-sheet.jpg',
};

export function describeRunStore(open: OpenCatalog): void {
  describeRuns(open);
  describeMetrics(open);
}

function describeRuns(open: OpenCatalog): void {
  test('a run is created, finished and listed, newest first', async () => {
    await using catalog = await open();
    await catalog.runs.create(aRun('run_a', 1));
    await catalog.runs.create(aRun('run_b', 2));

    const error = { code: 'TRAINING_DIVERGED', detail: 'it diverged' };
    await catalog.runs.finish('run_a', { status: 'failed', endedAt: 9, error });

    expect(await catalog.runs.get('run_a')).toEqual({ ...aRun('run_a'), status: 'failed', endedAt: 9, error });
    expect((await catalog.runs.list()).map(({ id }) => id)).toEqual(['run_b', 'run_a']);
  });

  test('a run that ended is reopened as if it never had', async () => {
    await using catalog = await open();
    await catalog.runs.create(aRun('run_a'));
    const error = { code: 'CANCELLED', detail: 'cancelled' };
    await catalog.runs.finish('run_a', { status: 'cancelled', endedAt: 9, error });

    await catalog.runs.reopen('run_a');

    expect(await catalog.runs.get('run_a')).toEqual(aRun('run_a'));
  });

  test('a run that is not there is RUN_NOT_FOUND', async () => {
    await using catalog = await open();
    const { runs } = catalog;
    const end = { status: 'succeeded' as const, endedAt: 1, error: null };

    for (const ask of [
      runs.get('run_x'),
      runs.finish('run_x', end),
      runs.reopen('run_x'),
      runs.report('run_x', { at: 1, stage: 'train' }),
      runs.recordEpoch('run_x', anEpoch(1)),
      runs.recordArtifact('run_x', aSheet),
    ])
      await expect(ask).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
}

function describeMetrics(open: OpenCatalog): void {
  test('the last progress that was told is what is known', async () => {
    await using catalog = await open();
    await catalog.runs.create(aRun('run_a'));
    const before = await catalog.runs.findProgress('run_a');

    await catalog.runs.report('run_a', { at: 5, stage: 'pixels', done: 1, total: 9 });
    await catalog.runs.report('run_a', { at: 6, stage: 'train' });

    expect(before).toBeUndefined();
    expect(await catalog.runs.findProgress('run_a')).toEqual({ at: 6, stage: 'train' });
    expect(await catalog.runs.get('run_a')).toEqual(aRun('run_a'));
  });

  test('epochs are kept in order, each once, the last telling of it', async () => {
    await using catalog = await open();
    await catalog.runs.create(aRun('run_a'));
    await catalog.runs.create(aRun('run_b'));

    for (const [run, epoch] of [
      ['run_a', anEpoch(2, 0.6)],
      ['run_b', anEpoch(1, 0.1)],
      ['run_a', anEpoch(1, 0.5)],
      ['run_a', anEpoch(2, 0.7)],
    ] as const)
      await catalog.runs.recordEpoch(run, epoch);

    expect(await catalog.runs.epochs('run_a')).toEqual([anEpoch(1, 0.5), anEpoch(2, 0.7)]);
    expect(await catalog.runs.epochs('run_x')).toEqual([]);
  });

  test('artifacts are kept by name', async () => {
    await using catalog = await open();
    await catalog.runs.create(aRun('run_a'));

    await catalog.runs.recordArtifact('run_a', { ...aSheet, path: '/elsewhere' });
    await catalog.runs.recordArtifact('run_a', aSheet);

    expect(await catalog.runs.artifacts('run_a')).toEqual([aSheet]);
  });
}
