/** @file Mixup (Zhang et al. 2017) and CutMix (Yun et al. 2019): a batch is mixed with itself in reverse, as timm's batch mode does. */
import { below, type Random, symmetricBeta } from './random.ts';

export interface Mixing {
  /** Parameter of the Beta distribution that the weight is drawn from; 0 turns it off. timm: 0.8 for mixup, 1 for cutmix. */
  mixup: number;
  cutmix: number;
}

export const noMixing: Mixing = { mixup: 0, cutmix: 0 };

export interface MixedBatch {
  /** [count, 3, heightPx, widthPx] float32. */
  x: Float32Array;
  /** [count, classCount] float32, rows sum to 1. */
  targets: Float32Array;
  count: number;
  widthPx: number;
  heightPx: number;
}

/** Changes pictures and targets in place. Where both are on, each is chosen half of the time. */
export function mixBatch(batch: MixedBatch, { mixup, cutmix }: Mixing, random: Random): void {
  if (mixup === 0 && cutmix === 0) return;
  const isCut = mixup === 0 || (cutmix > 0 && random() < 0.5);
  const weight = symmetricBeta(random, isCut ? cutmix : mixup);
  if (!isCut) {
    blendReversed(batch.x, batch.count, weight);
    return blendReversed(batch.targets, batch.count, weight);
  }
  // The weight is what is left after the box was cut at the edges.
  blendReversed(batch.targets, batch.count, 1 - pasteBox(batch, 1 - weight, random));
}

/** Every row becomes `weight` of itself and the rest of its partner from the other end. */
function blendReversed(rows: Float32Array, count: number, weight: number): void {
  const length = rows.length / count;
  for (let n = 0; 2 * n < count; n += 1) {
    const [one, other] = [n * length, (count - 1 - n) * length];
    for (let i = 0; i < length; i += 1) {
      const [a, b] = [rows[one + i] as number, rows[other + i] as number];
      rows[one + i] = weight * a + (1 - weight) * b;
      rows[other + i] = weight * b + (1 - weight) * a;
    }
  }
}

/** Swaps a box of about `share` of the area between partners; gives the share that it really has. */
function pasteBox({ x, count, widthPx, heightPx }: MixedBatch, share: number, random: Random): number {
  const side = Math.sqrt(share);
  const [centerX, centerY] = [below(random, widthPx), below(random, heightPx)];
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
  const [left, right] = [-0.5, 0.5].map((half) => clamp(centerX + half * side * widthPx, widthPx)) as [number, number];
  const [top, bottom] = [-0.5, 0.5].map((half) => clamp(centerY + half * side * heightPx, heightPx)) as [
    number,
    number,
  ];
  const length = 3 * heightPx * widthPx;
  for (let n = 0; 2 * n < count - 1; n += 1)
    for (let row = 0; row < 3 * heightPx; row += 1) {
      const y = row % heightPx;
      if (y < top || y >= bottom) continue;
      const [one, other] = [n * length + row * widthPx, (count - 1 - n) * length + row * widthPx];
      const kept = x.slice(one + left, one + right);
      x.copyWithin(one + left, other + left, other + right);
      x.set(kept, other + left);
    }
  return ((right - left) * (bottom - top)) / (widthPx * heightPx);
}
