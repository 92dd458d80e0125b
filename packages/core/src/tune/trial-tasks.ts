/** @file What a trial child runs. Loaded by the task pool, never by a main process: a fit keeps its process busy. */
import type { TaskFunctions } from '../ports/task-pool.ts';
import { iterateFolds } from '../train/cross-validation.ts';
import { heads } from '../train/heads.ts';
import { runHead } from '../train/run-head.ts';
import type { TrainingSet } from '../train/training-set.ts';
import type { FoldRequest, TrialTasks } from './trial-tasks.types.ts';

interface OpenSet {
  train: TrainingSet;
  validation: TrainingSet;
}

/** The one state of the process. */
const sets = new Map<string, OpenSet>();

export const tasks: TaskFunctions<TrialTasks> = {
  openSet: async ({ key, train, validation }) => {
    sets.set(key, { train, validation });
    return null;
  },
  closeSet: async ({ key }) => {
    sets.delete(key);
    return null;
  },
  answerHeld: async (request) => {
    const { fit, held } = divide(request);
    const { seed, classWeights, hyperparameters, threads } = request;
    const head = await heads[request.head](fit, { seed, classWeights, hyperparameters, threads });
    const { logits } = await runHead(head.render(1), held);
    return { logits, truth: held.truth };
  },
};

function divide({ key, fold, seed }: FoldRequest): { fit: TrainingSet; held: TrainingSet } {
  const set = sets.get(key);
  if (!set) throw new Error(`the set ${key} is not open`);
  if (!fold) return { fit: set.train, held: set.validation };
  for (const one of iterateFolds(set.train, { seed, folds: fold.of })) if (one.number === fold.number) return one;
  throw new Error(`there is no fold ${fold.number} of ${fold.of}`);
}
