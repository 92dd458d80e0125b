/** @file The seam between a study and whatever it trains: settings in, a value out, values on the way. */
import type { Interval } from '@tintype/contracts/ids';
import type { Settings } from '@tintype/contracts/tune';

export interface IntermediateValue {
  /** Folds or epochs that are done, from 1. */
  step: number;
  value: number;
  /** Nothing comes after it, so there is nothing to prune. */
  isLast?: boolean;
}

export interface TrialControl {
  /** Told after every step; false asks the trial to end there and give what it has. */
  onIntermediate: (intermediate: IntermediateValue) => Promise<boolean>;
  signal: AbortSignal;
  /** Threads that the trial may keep busy. */
  cores: number;
  /** Time it may take. A trial that would take longer is ended and fails with DEADLINE_EXCEEDED. */
  deadlineMs: number;
}

export interface TrialOutcome {
  value: number;
  /** 95 %, where the metric has one. */
  interval: Interval | null;
}

export type TrialRunner = (settings: Settings, control: TrialControl) => Promise<TrialOutcome>;
