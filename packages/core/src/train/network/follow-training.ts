/** @file Runs a training in its process and passes on what it tells: to whoever watches, to the catalog, and to TensorBoard. */
import { basename } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { StageProgress } from '@tintype/contracts/train';
import type { Artifact, TrainEvent } from '@tintype/contracts/train-events';
import type { Clock } from '../../ports/clock.ts';
import type { Trainer } from '../../ports/trainer.ts';
import type { RunRecorder } from '../run-recorder.ts';
import type { TrainerEvent, TrainerTasks, TrainingOutcome, TrainingPlan } from './plan.types.ts';
import { openTrainingEvents, type TrainingEvents } from './training-events.ts';

export interface Following {
  snapshot: string;
  recorder: RunRecorder;
  onEvent?: (event: TrainEvent) => void;
  onProgress?: (progress: StageProgress) => void;
  onNotice?: (text: string) => void;
  signal?: AbortSignal;
}

/** Throws what the training throws, with the run named where it can be resumed. */
export async function followTraining(
  { clock, trainer }: { clock: Clock; trainer: Trainer<TrainerTasks> },
  plan: TrainingPlan,
  following: Following,
): Promise<TrainingOutcome> {
  const listener = new TrainingListener(clock, plan, following);
  try {
    const { signal } = following;
    const onEvent = (event: TrainerEvent): void => listener.hear(event);
    const outcome = await trainer.run('train', plan, { onEvent, ...(signal ? { signal } : {}) });
    listener.end(outcome);
    return outcome;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'TRAINER_ENDED') {
      const { reason } = (error as TintypeError<'TRAINER_ENDED'>).details;
      throw new TintypeError('TRAINER_ENDED', { reason, run: plan.run }, { cause: error });
    }
    throw error;
  } finally {
    listener.close();
  }
}

class TrainingListener {
  readonly #clock: Clock;
  readonly #plan: TrainingPlan;
  readonly #following: Following;
  #events: TrainingEvents | undefined;

  constructor(clock: Clock, plan: TrainingPlan, following: Following) {
    this.#clock = clock;
    this.#plan = plan;
    this.#following = following;
  }

  /** What it throws ends the training. */
  hear(event: TrainerEvent): void {
    const { recorder, onProgress, onNotice } = this.#following;
    switch (event.type) {
      case 'started':
        return this.#start(event);
      case 'step': {
        const progress = { stage: 'train' as const, done: event.epoch - 1, total: event.epochs };
        const { type: _, ...metrics } = event;
        recorder.stage(progress, metrics);
        this.#events?.step(metrics, this.#clock.now());
        return this.#tell(event);
      }
      case 'epoch': {
        const { type: _, ...metrics } = event;
        recorder.epoch(metrics);
        this.#events?.epoch(metrics, this.#clock.now());
        return this.#tell({ ...event, epochs: this.#plan.settings.epochs });
      }
      case 'sheet':
        this.#events?.sheet(event, this.#clock.now());
        return this.#keep({
          name: basename(event.path),
          kind: 'contact-sheet',
          mediaType: 'image/jpeg',
          path: event.path,
        });
      case 'stage': {
        const { type: _, ...progress } = event;
        return onProgress?.(progress);
      }
      case 'notice':
        return onNotice?.(event.text);
      default:
        return event satisfies never;
    }
  }

  end({ reason, best }: TrainingOutcome): void {
    this.#events?.end(this.#clock.now());
    const { epoch, validationAccuracy, validationLoss } = best;
    this.#tell({ type: 'ended', reason, best: { epoch, validationAccuracy, validationLoss } });
  }

  close(): void {
    this.#events?.close();
  }

  #start({ parameters, stepsPerEpoch, history, steps }: Extract<TrainerEvent, { type: 'started' }>): void {
    const { folder, settings, train, validation, test } = this.#plan;
    for (const metrics of history) this.#following.recorder.epoch(metrics);
    const isResumed = history.length > 0 || steps > 0;
    this.#events = openTrainingEvents(this.#plan, {
      at: this.#clock.now(),
      stepsPerEpoch,
      ...(isResumed ? { resumeStep: history.length * stepsPerEpoch + steps } : {}),
    });
    this.#keep({
      name: basename(this.#events.path),
      kind: 'events',
      mediaType: 'application/octet-stream',
      path: this.#events.path,
    });
    this.#tell({
      type: 'started',
      snapshot: this.#following.snapshot,
      epochs: settings.epochs,
      stepsPerEpoch,
      batch: settings.batch,
      parameters,
      pictures: { train: train.labels.length, validation: validation.labels.length, test: test.labels.length },
      resumed: isResumed ? { epochs: history.length, steps } : null,
      folder,
    });
  }

  #keep(artifact: Artifact): void {
    this.#following.recorder.artifact(artifact);
    this.#tell({ type: 'artifact', ...artifact });
  }

  #tell(event: WithoutRun<TrainEvent>): void {
    this.#following.onEvent?.({ ...event, run: this.#plan.run, at: this.#clock.now() } as TrainEvent);
  }
}

type WithoutRun<Event> = Event extends unknown ? Omit<Event, 'run' | 'at'> : never;
