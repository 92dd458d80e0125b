/** @file Boxes: overlap, and which of overlapping ones remain. Pure. */
import type { Detection } from '@tintype/contracts/detector';

type Box = Detection['box'];

const areaOf = ({ left, top, right, bottom }: Box): number => Math.max(0, right - left) * Math.max(0, bottom - top);

/** Intersection over union, 0 to 1. */
export function computeOverlap(a: Box, b: Box): number {
  const shared = areaOf({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const all = areaOf(a) + areaOf(b) - shared;
  return all > 0 ? shared / all : 0;
}

/** Greedy non-maximum suppression per class: the best box stays, those that overlap it by more than `overlap` go. Best first. */
export function suppressOverlaps(detections: readonly Detection[], overlap: number): Detection[] {
  const kept: Detection[] = [];
  for (const next of detections.toSorted((a, b) => b.score - a.score)) {
    const isCovered = kept.some(
      (better) => better.className === next.className && computeOverlap(better.box, next.box) > overlap,
    );
    if (!isCovered) kept.push(next);
  }
  return kept;
}

/** A box given by its center and size. */
export function fromCenter(x: number, y: number, { width, height }: { width: number; height: number }): Box {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

/** Cut off at the picture's edges. */
export function clampBox({ left, top, right, bottom }: Box): Box {
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));
  return { left: clamp(left), top: clamp(top), right: clamp(right), bottom: clamp(bottom) };
}
