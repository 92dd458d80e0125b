/** @file Learning rates over the course of a training: pure functions of the step, so that a resumed run goes on where it was. */

/** The learning rate of the step, counted from 0. */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  /** The highest learning rate. */
  readonly peak: number;
  /** Steps of the whole training. */
  readonly steps: number;
  /** Steps of linear rise from 0 to the peak; default 0. */
  readonly warmupSteps?: number;
  /** Where `cosine` ends, as a share of the peak; default 0. */
  readonly floor?: number;
  /** `step` multiplies by `decay` at each of these shares of the training; default [0.5, 0.75]. */
  readonly milestones?: readonly number[];
  /** Default 0.1. */
  readonly decay?: number;
}

export type ScheduleName = 'constant' | 'cosine' | 'step';

/** Factor of the peak at `progress`, 0 to 1, through what follows the warm-up. */
type Shape = (progress: number, options: ScheduleOptions) => number;

export const scheduleShapes: { readonly [Name in ScheduleName]: Shape } = Object.freeze({
  constant: () => 1,
  /** Half a cosine from 1 to the floor (https://arxiv.org/abs/1608.03983). */
  cosine: (progress, { floor = 0 }) => floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2,
  step: (progress, { milestones = [0.5, 0.75], decay = 0.1 }) =>
    decay ** milestones.filter((milestone) => progress >= milestone).length,
});

/** The first step of a warm-up of W has 1 / W of the peak, so that no step is wasted on 0. */
export function createSchedule(name: ScheduleName, options: ScheduleOptions): Schedule {
  const { peak, steps, warmupSteps = 0 } = options;
  if (!(peak >= 0 && steps >= 1 && warmupSteps >= 0))
    throw new RangeError(`a schedule of ${steps} steps, ${warmupSteps} of warm-up, up to ${peak}`);
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
    return peak * scheduleShapes[name](progress, options);
  };
}
