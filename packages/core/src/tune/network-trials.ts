/** @file Trials of networks: trained in a process of their own, pruned between epochs, measured on the validation split. */
import { readdir, rm } from 'node:fs/promises';
import type { Snapshot } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import { trainOptionsSchema } from '@tintype/contracts/train';
import type { Study } from '@tintype/contracts/tune';
import type { TrainRequest } from '../train/train-head.ts';
import { type TrainNetworkNeeds, trainNetwork } from '../train/train-network.ts';
import { scoreAnswers } from './score.ts';
import { toTrainOptions } from './spaces.ts';
import type { IntermediateValue, TrialRunner } from './trial-runner.ts';

interface Setup extends Pick<TrainRequest, 'limits'> {
  study: Study;
  snapshot: Snapshot;
}

/** A run per trial; what a pruned or cut one leaves on the disk goes with it. Intermediate values are validation accuracies. */
export function createNetworkTrials(needs: TrainNetworkNeeds, { study, snapshot, limits }: Setup): TrialRunner {
  const { metric, common } = study;
  return async (settings, { onIntermediate, signal, cores, deadlineMs }) => {
    const stop = new AbortController();
    const time = AbortSignal.timeout(Math.min(deadlineMs, 2 ** 31 - 1));
    const options = trainOptionsSchema.parse({ ...common, ...toTrainOptions(settings), threads: cores });
    let runId: string | undefined;
    let last: number | undefined;
    let told = Promise.resolve();
    const tell = async (before: Promise<void>, intermediate: IntermediateValue): Promise<void> => {
      await before;
      if (!stop.signal.aborted && !(await onIntermediate(intermediate))) stop.abort();
    };
    try {
      const run = await trainNetwork(needs, {
        ...options,
        limits,
        isTrial: true,
        signal: AbortSignal.any([signal, stop.signal, time]),
        onEvent: (event) => {
          runId = event.run;
          if (event.type !== 'epoch') return;
          const { epoch: step, epochs, validationAccuracy: value } = event;
          last = value;
          told = tell(told, { step, value, isLast: step === epochs });
        },
      });
      await told;
      await needs.catalog.runs.finish(run.run.id, { status: 'succeeded', endedAt: needs.clock.now(), error: null });
      return scoreAnswers([run.validation], { metric, classes: snapshot.classes });
    } catch (error) {
      await told;
      if (signal.aborted) throw error;
      if (stop.signal.aborted && last !== undefined) return { value: last, interval: null };
      if (time.aborted) throw new TintypeError('DEADLINE_EXCEEDED', { deadlineMs }, { cause: error });
      throw error;
    } finally {
      if (runId !== undefined) await forget(needs, runId);
    }
  };
}

/** Checkpoints and weights of a trial are not gone on with. */
async function forget({ runFolders }: TrainNetworkNeeds, runId: string): Promise<void> {
  const path = runFolders.pathOf(runId);
  const names = await readdir(path).catch(() => []);
  if (names.length > 0) await rm(path, { recursive: true, force: true });
}
