/** @file A plan: everything that will be done to one picture, decided before a pixel is touched. */
import type { Affine, Box } from './affine.ts';
import { identity, ontoBox } from './affine.ts';
import type { ColorStep } from './colors.ts';

export interface Plan {
  /** From a place in the result to the place in the source that is shown there. */
  readonly geometry: Affine;
  readonly colors: readonly ColorStep[];
  readonly erased: Erasure | undefined;
}

export interface Erasure {
  box: Box;
  /** Noise of this seed; without one, the mean color. */
  noiseSeed?: number;
}

/** Sizes that transforms need to know. */
export interface Frame {
  source: { widthPx: number; heightPx: number };
  result: { widthPx: number; heightPx: number };
  /** Share of the source's sides that evaluation sees, in the middle: the rest is there for crops. 1 where it sees all. */
  view: number;
}

/** Shows what evaluation sees. */
export function emptyPlan({ source, result, view }: Frame): Plan {
  const isSame = view === 1 && source.widthPx === result.widthPx && source.heightPx === result.heightPx;
  const [widthPx, heightPx] = [view * source.widthPx, view * source.heightPx];
  const box = { left: (source.widthPx - widthPx) / 2, top: (source.heightPx - heightPx) / 2, widthPx, heightPx };
  return { geometry: isSame ? identity : ontoBox(result, box), colors: [], erased: undefined };
}
