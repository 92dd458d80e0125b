/** @file The features that trials work on: extracted once, kept in the cache, and open in every trial child under the model's name. */
import type { Snapshot } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Study } from '@tintype/contracts/tune';
import { resolveBackbone } from '../model/resolve-backbone.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { takePart } from '../train/cross-validation.ts';
import { loadSplitFeatures } from '../train/split-features.ts';
import type { TrainNeeds, TrainRequest } from '../train/train-head.ts';
import { setKey } from './head-trials.ts';
import { isNetworkWord } from './model-words.ts';
import type { TrialTasks } from './trial-tasks.types.ts';

/** Rows of the training split that trials see at most, as in the cross-validation of a head. */
const mostRows = 12_000;
const openDeadlineMs = 120_000;

export interface TrialSets extends AsyncDisposable {
  pool: TaskPool<TrialTasks>;
}

interface Request extends Pick<TrainRequest, 'limits' | 'onProgress' | 'onNotice' | 'signal'> {
  study: Study;
  snapshot: Snapshot;
  leftMs: number;
}

/** Disposing closes the sets, not the pool. Throws STUDY_FRUITLESS where extraction takes all the time that is left: it is kept. */
export async function openTrialSets(
  needs: TrainNeeds & { trialPool: TaskPool<TrialTasks> },
  request: Request,
): Promise<TrialSets> {
  const { trialPool: pool } = needs;
  const { study } = request;
  const models = study.models.filter((model) => !isNetworkWord(model));
  const time = AbortSignal.timeout(Math.min(request.leftMs, 2 ** 31 - 1));
  const signal = request.signal ? AbortSignal.any([time, request.signal]) : time;
  try {
    for (const model of models) await openSet(needs, model, { ...request, signal });
  } catch (error) {
    if (!time.aborted || request.signal?.aborted) throw error;
    const reason = 'features were still being extracted when the budget was over; those that are done are kept';
    throw new TintypeError('STUDY_FRUITLESS', { study: study.name, reason }, { cause: error });
  }
  return {
    pool,
    async [Symbol.asyncDispose]() {
      for (const model of models) {
        const key = setKey(model);
        await pool.prepare(key, 'closeSet', { key }).catch(() => undefined);
        pool.forget(key);
      }
    },
  };
}

async function openSet(
  needs: TrainNeeds & { trialPool: TaskPool<TrialTasks> },
  model: string,
  request: Request,
): Promise<void> {
  const { study, signal } = request;
  const options = signal ? { signal } : {};
  const resolved = await resolveBackbone(needs, model, options);
  const { train, validation } = await loadSplitFeatures(needs, { ...request, resolved });
  const part = takePart(train.set, { seed: study.seed, mostRows });
  const key = setKey(model);
  const input = { key, train: part, validation: validation.set };
  await needs.trialPool.prepare(key, 'openSet', input, { deadlineMs: openDeadlineMs, ...options });
}
