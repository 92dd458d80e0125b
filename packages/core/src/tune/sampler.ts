/** @file A sampler suggests the settings of the next trial from those that were tried. */
import type { SamplerKind, SearchSpace, Settings, Trial } from '@tintype/contracts/tune';
import type { Random } from './random.ts';
import { suggestFromGrid } from './samplers/grid.ts';
import { suggestRandomly } from './samplers/random.ts';
import { suggestByTpe } from './samplers/tpe.ts';

export interface SampleRequest {
  space: SearchSpace;
  /** By number; running ones among them. Larger values are better. */
  trials: readonly Trial[];
  /** A stream of this trial's own: what is suggested depends on it and on the trials alone. */
  random: Random;
  /** Of the study, for a sampler with an order of its own. */
  seed: number;
}

/** Undefined where there is nothing left to suggest. */
export type Sampler = (request: SampleRequest) => Settings | undefined;

export const samplers: Record<SamplerKind, Sampler> = {
  tpe: suggestByTpe,
  random: suggestRandomly,
  grid: suggestFromGrid,
};
