/** @file One picture through one plan: a single resampling, as few passes over the colors as there can be, and an erased box. */
import type { AugmentationPolicy } from '@tintype/contracts/augmentation';
import type { Image } from '../decode-image.ts';
import { identity } from './affine.ts';
import { applyColors } from './colors.ts';
import type { Erasure, Plan } from './plan.ts';
import { below, createRandom, type Random } from './random.ts';
import { resample } from './resample.ts';
import { planPicture } from './transforms.ts';

export interface AugmentOptions {
  policy: AugmentationPolicy;
  random: Random;
  /** Share of the source's sides that evaluation sees, in the middle; default 1. */
  view?: number;
  /** What an erased box is filled with, per channel, 0 to 255; default mid grey. */
  meanColor?: readonly [number, number, number];
}

const midGrey = [128, 128, 128] as const;

/** Fills `result`, whose size is the size wanted. A policy that does nothing gives the pixels of a source of that size as they are. */
export function augmentPicture(source: Image, result: Image, options: AugmentOptions): void {
  const { policy, random, view = 1, meanColor = midGrey } = options;
  renderPlan(planPicture(policy, random, { source, result, view }), { source, result, meanColor });
}

interface Rendering {
  source: Image;
  result: Image;
  meanColor: readonly [number, number, number];
}

export function renderPlan(plan: Plan, { source, result, meanColor }: Rendering): void {
  if (plan.geometry === identity) result.data.set(source.data);
  else resample(source, plan.geometry, result);
  applyColors(result, plan.colors);
  if (plan.erased) erase(result, plan.erased, meanColor);
}

function erase(picture: Image, { box, noiseSeed }: Erasure, color: readonly [number, number, number]): void {
  const random = noiseSeed === undefined ? undefined : createRandom(noiseSeed);
  const right = Math.min(picture.widthPx, box.left + box.widthPx);
  const bottom = Math.min(picture.heightPx, box.top + box.heightPx);
  for (let y = box.top; y < bottom; y += 1)
    for (let x = box.left; x < right; x += 1)
      for (let c = 0; c < 3; c += 1)
        picture.data[3 * (y * picture.widthPx + x) + c] = random ? below(random, 256) : (color[c] as number);
}
