/** @file The search for the best model within a time: a study, its trials, and a registered version of its winner. */
import { TintypeError } from '@tintype/contracts/errors';
import { trainOptionsSchema } from '@tintype/contracts/train';
import type { Study, Trial, TuneOptions, TuneSummary } from '@tintype/contracts/tune';
import type { TaskPool } from '../ports/task-pool.ts';
import type { PromotionRule } from '../registry/decide-promotion.ts';
import type { Registration } from '../registry/register-run.ts';
import { trainAndRegister } from '../registry/train-and-register.ts';
import type { TrainRequest } from '../train/train-head.ts';
import type { TrainNetworkNeeds } from '../train/train-network.ts';
import { claimStudy } from './claim-study.ts';
import { createHeadTrials } from './head-trials.ts';
import { isNetworkWord } from './model-words.ts';
import { createNetworkTrials } from './network-trials.ts';
import { openStudy } from './open-study.ts';
import { openTrialSets } from './open-trial-sets.ts';
import { findBest, runStudy, type StudyEnd } from './run-study.ts';
import { costOf, ladderOf, toTrainOptions } from './spaces.ts';
import { renderTrialCommand } from './study-report.ts';
import type { TrialRunner } from './trial-runner.ts';
import type { TrialTasks } from './trial-tasks.types.ts';

export interface TuneNeeds extends TrainNetworkNeeds {
  /** One child for each job. */
  trialPool: TaskPool<TrialTasks>;
}

export interface TuneRequest extends TuneOptions, Pick<TrainRequest, 'limits' | 'onProgress' | 'onNotice' | 'signal'> {
  by: string;
  /** Threads of the machine, divided among the trials; default 1. */
  cores?: number;
  promote?: PromotionRule;
  onStudy?: (state: StudyState) => void;
}

/** What a live table shows. */
export interface StudyState {
  study: Study;
  trials: readonly Trial[];
  /** Now, whenever it is asked. */
  spentMs: () => number;
  budgetMs: number;
}

export interface Tuned {
  summary: TuneSummary;
  registration: Registration;
}

/** Of the budget, kept back at most for the winner: a network is trained once more. */
const mostReserve = 0.4;
/** Beyond its trial, training the winner joins and proves the bundle. */
const proofMs = 3000;

/**
 * The test split is looked at once, for the winner. Throws STUDY_EXISTS, STUDY_NOT_FOUND, STUDY_BUSY, STUDY_FRUITLESS where no trial
 * came to a value, what a snapshot and a backbone throw, CANCELLED; whatever was tried is kept, and `resume` goes on with it.
 */
export async function tuneModels(needs: TuneNeeds, request: TuneRequest): Promise<Tuned> {
  const startedAt = needs.clock.now();
  const study = await openStudy(needs, request);
  await using claim = await claimStudy(needs, study.name, signalOf(request));
  const endsAt = startedAt + study.budgetMs - study.spentMs;
  const end = await search(needs, { study, request, endsAt, spentMs: () => claim.spentMs() });
  await needs.catalog.studies.update(study.name, { endedBecause: end.endedBecause });

  const best = findBest(end.trials);
  if (!best) throw new TintypeError('STUDY_FRUITLESS', { study: study.name, reason: explainNothing(end.trials) });
  const registration = await trainAndRegister(needs, { ...request, ...toRequest(study, best, request) });
  const durationMs = needs.clock.now() - startedAt;
  return { registration, summary: summarize(study, end, { best, registration, durationMs }) };
}

interface Search {
  study: Study;
  request: TuneRequest;
  endsAt: number;
  spentMs: () => number;
}

async function search(needs: TuneNeeds, { study, request, endsAt, spentMs }: Search): Promise<StudyEnd> {
  const { jobs, cores = 1, trials: mostTrials, onStudy } = request;
  const leftMs = Math.max(0, endsAt - needs.clock.now());
  // A study that was given no more time registers what it has.
  if (leftMs === 0) return { trials: await needs.catalog.studies.listTrials(study.name), endedBecause: 'budget' };
  const snapshot = await needs.catalog.snapshots.get(study.snapshot);
  await using sets = await openTrialSets(needs, { ...request, study, snapshot, leftMs });
  const onChange = (trials: readonly Trial[]): void => onStudy?.({ study, trials, spentMs, budgetMs: study.budgetMs });
  onChange(await needs.catalog.studies.listTrials(study.name));
  const heads = createHeadTrials({ pool: sets.pool }, { study, classes: snapshot.classes });
  const networks = createNetworkTrials(needs, { study, snapshot, limits: request.limits });
  const runTrial: TrialRunner = (settings, control) =>
    (isNetworkWord(String(settings.model)) ? networks : heads)(settings, control);
  return await runStudy({ ...needs, runTrial }, study, {
    jobs,
    cores,
    ladderOf,
    costOf,
    onChange,
    deadlineAt: (trials) => endsAt - reserveMs(study, findBest(trials)),
    ...(mostTrials === undefined ? {} : { mostTrials }),
    ...signalOf(request),
  });
}

/** Time that training the winner takes, by its trial. */
function reserveMs({ budgetMs }: Study, best: Trial | undefined): number {
  const trialMs = best?.endedAt ? best.endedAt - best.startedAt : 0;
  return Math.min(mostReserve * budgetMs, trialMs + proofMs);
}

function toRequest({ common, dataset }: Study, { settings }: Trial, request: TuneRequest): TrainRequest {
  const { limits, onProgress, onNotice, model = dataset } = request;
  return {
    ...trainOptionsSchema.parse({ ...common, ...toTrainOptions(settings), model }),
    limits,
    ...(onProgress ? { onProgress } : {}),
    ...(onNotice ? { onNotice } : {}),
    ...signalOf(request),
  };
}

function explainNothing(trials: readonly Trial[]): string {
  if (trials.length === 0) return 'the budget was over before the first began';
  return trials.findLast(({ note }) => note !== null)?.note?.replace(/\.$/, '') ?? 'none ended';
}

function summarize(
  study: Study,
  { trials, endedBecause }: StudyEnd,
  { best, registration, durationMs }: { best: Trial; registration: Registration; durationMs: number },
): TuneSummary {
  const count = (status: Trial['status']): number => trials.filter((trial) => trial.status === status).length;
  const { run, model, version, accuracy, accuracyInterval, balancedAccuracy, macroF1 } = registration.summary;
  return {
    study: study.name,
    snapshot: study.snapshot,
    metric: study.metric,
    scoring: study.scoring,
    trials: { complete: count('complete'), pruned: count('pruned'), failed: count('failed') },
    endedBecause,
    best: {
      number: best.number,
      settings: best.settings,
      value: best.value as number,
      interval: best.interval,
      command: renderTrialCommand(study, best),
    },
    winner: { run, model, version, accuracy, accuracyInterval, balancedAccuracy, macroF1 },
    durationMs,
  };
}

const signalOf = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } => (signal ? { signal } : {});
