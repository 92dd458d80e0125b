/** @file What is known about an architecture, in one record. */
import type { Mode, Network } from '@tintype/autograd/nn/network';
import type { Preprocessing } from '@tintype/contracts/preprocessing';

export interface BuildOptions {
  /** Pictures at once: graphs have static shapes. */
  readonly batch: number;
  readonly classes: number;
  /** Default the architecture's own. */
  readonly sizePx?: number;
  readonly mode: Mode;
  /** Rate of stochastic depth in the last block, less in those before; default 0. */
  readonly dropPath?: number;
  /** Rate of dropout before the classifier; default 0. */
  readonly dropout?: number;
}

/** Where training from scratch begins, before anybody tunes. */
export interface TrainingDefaults {
  readonly optimizer: 'sgd' | 'adamw';
  /** The highest of the schedule, for `batch` pictures a step. */
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly batch: number;
  readonly dropPath: number;
  readonly dropout: number;
}

export interface Architecture {
  readonly name: string;
  /** For people who choose: what it is good for, in plain words. */
  readonly describe: string;
  /** Parameters with 1,000 classes. */
  readonly parameterCount: number;
  readonly sizePx: number;
  /** Sizes must be multiples of it. */
  readonly sizeStepPx: number;
  readonly preprocessing: Pick<Preprocessing, 'resize' | 'interpolation' | 'mean' | 'std'>;
  readonly fromScratch: TrainingDefaults;
  /** Where fine-tuning of trained weights begins. */
  readonly fineTuning: TrainingDefaults;
  build(options: BuildOptions): Network;
}
