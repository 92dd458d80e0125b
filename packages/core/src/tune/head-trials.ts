/** @file Trials of heads on frozen features: fold after fold in a child process, the metric of what was held out so far. */
import type { Study } from '@tintype/contracts/tune';
import type { TaskPool } from '../ports/task-pool.ts';
import { scoreAnswers } from './score.ts';
import { toHeadChoice } from './spaces.ts';
import type { TrialRunner } from './trial-runner.ts';
import type { HeldAnswers, TrialTasks } from './trial-tasks.types.ts';

/** More than the three that choose a hyperparameter: what is reported is their mean. */
export const trialFolds = 5;

export const setKey = (model: string): string => `trials:${model}`;

/** The pool has the set of every model of the study open. */
export function createHeadTrials(
  { pool }: { pool: TaskPool<TrialTasks> },
  { study, classes, folds = trialFolds }: { study: Study; classes: readonly string[]; folds?: number },
): TrialRunner {
  const { metric, scoring, seed } = study;
  return async (settings, { onIntermediate, signal, cores, deadlineMs }) => {
    const endsAt = performance.now() + deadlineMs;
    const { model, head, hyperparameters, classWeights } = toHeadChoice(settings);
    const request = { key: setKey(model), head, hyperparameters, classWeights, seed, threads: cores };
    const answers: HeldAnswers[] = [];
    const steps = scoring === 'folds' ? folds : 1;
    for (let number = 0; number < steps; number += 1) {
      const fold = scoring === 'folds' ? { fold: { number, of: folds } } : {};
      const options = { signal, deadlineMs: Math.max(1, endsAt - performance.now()) };
      answers.push(await pool.run('answerHeld', { ...request, ...fold }, options));
      const { value } = scoreAnswers(answers, { metric, classes });
      if (!(await onIntermediate({ step: number + 1, value, isLast: number === steps - 1 }))) break;
    }
    return scoreAnswers(answers, { metric, classes });
  };
}
