/** @file A study runs: trial after trial, several at once, within a time, each written down before it begins and when it ends. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Settings, Study, Trial } from '@tintype/contracts/tune';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { shouldPrune } from './asha.ts';
import { chooseNext } from './next-trial.ts';
import type { TrialRunner } from './trial-runner.ts';

export interface StudyNeeds {
  catalog: Pick<Catalog, 'studies'>;
  clock: Clock;
  runTrial: TrialRunner;
}

export interface RunStudyOptions {
  /** Trials at once; default 1. */
  jobs?: number;
  /** Divided among the trials; default 1. */
  cores?: number;
  /** Time by which the last trial has to end, as the trials are now. */
  deadlineAt: (trials: readonly Trial[]) => number;
  /** Trials at most, those of before included. */
  mostTrials?: number;
  /** Steps are compared between trials of equal ladders alone: a fold of a head says nothing of an epoch of a network. */
  ladderOf?: (settings: Settings) => string;
  /** Trials of equal names take about equally long; default all. */
  costOf?: (settings: Settings) => string;
  /** Told whenever a trial began, came a step farther or ended. */
  onChange?: (trials: readonly Trial[]) => void;
  signal?: AbortSignal;
}

export interface StudyEnd {
  /** By number. */
  trials: readonly Trial[];
  endedBecause: NonNullable<Study['endedBecause']>;
}

/** Failures without a single success after which a study is not worth going on with. */
const mostFailures = 3;

interface Session {
  study: Study;
  /** By number; replaced, never changed. */
  trials: Trial[];
  /** Left running by a command that was killed. */
  cut: Trial[];
  endedBecause?: StudyEnd['endedBecause'];
  options: Required<Omit<RunStudyOptions, 'onChange' | 'signal'>> & Pick<RunStudyOptions, 'onChange'>;
  stop: AbortController;
}

/**
 * Trials that were running when the study was cut are run again under their numbers. With one job and equal times the trials are those
 * of a study that was never cut. Throws CANCELLED, STUDY_FRUITLESS where one trial after the other fails, and what the catalog throws.
 */
export async function runStudy(needs: StudyNeeds, study: Study, options: RunStudyOptions): Promise<StudyEnd> {
  const trials = await needs.catalog.studies.listTrials(study.name);
  const session: Session = {
    study,
    trials,
    cut: trials.filter(({ status }) => status === 'running'),
    options: {
      jobs: 1,
      cores: 1,
      mostTrials: Number.POSITIVE_INFINITY,
      ladderOf: () => '',
      costOf: () => '',
      ...options,
    },
    stop: new AbortController(),
  };
  const onAbort = (): void => session.stop.abort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (options.signal?.aborted) onAbort();
    await runAll(needs, session);
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
  return { trials: session.trials, endedBecause: session.endedBecause ?? 'trials' };
}

/** As many workers as jobs; the first failure ends them all. */
async function runAll(needs: StudyNeeds, session: Session): Promise<void> {
  const work = async (): Promise<void> => {
    try {
      for (let trial = takeNext(needs, session); trial; trial = takeNext(needs, session))
        await runTrial(needs, session, trial);
    } catch (error) {
      session.stop.abort();
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: session.options.jobs }, work));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}

/** The trial is in the list when this returns, so that the next suggestion knows of it. */
function takeNext({ clock }: StudyNeeds, session: Session): Trial | undefined {
  const { study, trials, options, stop } = session;
  if (stop.signal.aborted) throw new TintypeError('CANCELLED', {});
  if (session.endedBecause) return undefined;
  const startedAt = clock.now();
  const leftMs = options.deadlineAt(trials) - startedAt;
  const cut = leftMs > 0 ? session.cut.shift() : undefined;
  if (cut) return replace(session, { ...cut, intermediateValues: [], startedAt });
  if (trials.length >= options.mostTrials) return end(session, 'trials');
  const next = chooseNext(study, trials, { leftMs, costOf: options.costOf });
  if ('none' in next) return end(session, next.none);
  return replace(session, {
    study: study.name,
    number: trials.length,
    settings: next.settings,
    status: 'running',
    value: null,
    interval: null,
    intermediateValues: [],
    note: null,
    errorCode: null,
    startedAt,
    endedAt: null,
  });
}

function end(session: Session, reason: StudyEnd['endedBecause']): undefined {
  session.endedBecause = reason;
}

function replace(session: Session, trial: Trial): Trial {
  session.trials[trial.number] = trial;
  session.options.onChange?.(session.trials);
  return trial;
}

async function runTrial(needs: StudyNeeds, session: Session, begun: Trial): Promise<void> {
  const { catalog, clock } = needs;
  const { options, stop } = session;
  let trial = begun;
  const put = async (change: Partial<Trial>): Promise<void> => {
    trial = { ...trial, ...change };
    await catalog.studies.putTrial(trial);
    replace(session, trial);
  };
  await put({});
  crashPoint('trial.begun');
  let isPruned = false;
  const ending = await attempt(session, () =>
    needs.runTrial(trial.settings, {
      signal: stop.signal,
      cores: Math.max(1, Math.floor(options.cores / options.jobs)),
      deadlineMs: Math.max(1, options.deadlineAt(session.trials) - clock.now()),
      onIntermediate: async ({ step, value, isLast = false }) => {
        await put({ intermediateValues: [...trial.intermediateValues, { step, value }] });
        isPruned = !isLast && isBehind(session, trial, step);
        return !isPruned;
      },
    }),
  );
  crashPoint('trial.ended');
  const pruned = { status: 'pruned', note: 'It was behind the best third at this step.' } as const;
  await put({ ...ending, ...lastValue(trial, ending), ...(isPruned ? pruned : {}), endedAt: clock.now() });
  assertHope(session);
}

type Ending = Pick<Trial, 'status'> & Partial<Pick<Trial, 'value' | 'interval' | 'note' | 'errorCode'>>;

/** What a trial comes to, whatever it throws, unless that is no fault of its settings. */
async function attempt({ stop }: Session, run: () => ReturnType<TrialRunner>): Promise<Ending> {
  try {
    const outcome = await run();
    if (Number.isNaN(outcome.value)) return { status: 'failed', note: 'Its value is no number.' };
    return { status: 'complete', ...outcome };
  } catch (error) {
    if (stop.signal.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
    if (!(error instanceof TintypeError) || error.kind === 'storage') throw error;
    if (error.code === 'DEADLINE_EXCEEDED') return { status: 'pruned', note: 'The budget ended.' };
    return { status: 'failed', note: error.message, errorCode: error.code };
  }
}

/** A pruned trial keeps how far it came. */
function lastValue(trial: Trial, { status, value }: Ending): Pick<Trial, 'value'> {
  if (value !== undefined) return { value };
  return { value: status === 'pruned' ? (trial.intermediateValues.at(-1)?.value ?? null) : null };
}

function isBehind({ study, trials, options }: Session, trial: Trial, step: number): boolean {
  if (study.pruner === 'none') return false;
  const ladder = options.ladderOf(trial.settings);
  const others = trials.filter(({ settings }) => options.ladderOf(settings) === ladder);
  return shouldPrune(trial, step, { others });
}

function assertHope({ study, trials }: Session): void {
  const failed = trials.filter(({ status }) => status === 'failed');
  if (failed.length < mostFailures || trials.some(({ value }) => value !== null)) return;
  throw new TintypeError('STUDY_FRUITLESS', {
    study: study.name,
    reason: failed.at(-1)?.note?.replace(/\.$/, '') ?? 'each failed',
  });
}

/** The trial to make a model of: the best complete one, the first of equals; only where none is complete, a pruned one. */
export function findBest(trials: readonly Trial[]): Trial | undefined {
  const valued = trials.filter(({ value, status }) => value !== null && status !== 'running');
  const complete = valued.filter(({ status }) => status === 'complete');
  const candidates = complete.length > 0 ? complete : valued;
  return candidates.reduce<Trial | undefined>(
    (best, trial) => (best && (best.value as number) >= (trial.value as number) ? best : trial),
    undefined,
  );
}
