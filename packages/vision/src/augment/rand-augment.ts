/** @file The operations of RandAugment (Cubuk et al. 2019) with the ranges of torchvision.transforms.RandAugment. */
import { aboutCenter, compose } from './affine.ts';
import type { ColorStep } from './colors.ts';
import type { Frame, Plan } from './plan.ts';

/** How an operation changes a plan; `strength` is 0 to 1, and `sign` -1 or 1 where it has two directions. */
type Operation = (plan: Plan, drawn: { strength: number; sign: number }, frame: Frame) => Plan;

const color =
  (step: (drawn: { strength: number; sign: number }) => ColorStep): Operation =>
  (plan, drawn) => ({ ...plan, colors: [...plan.colors, step(drawn)] });

const turn =
  (map: (amount: number) => readonly [number, number, number, number], most: number): Operation =>
  (plan, { strength, sign }, { result }) => ({
    ...plan,
    geometry: compose(plan.geometry, aboutCenter(result, map(sign * strength * most))),
  });

/** torchvision: at most 150 of 331 pixels. */
const mostShift = 150 / 331;
const shift =
  (axis: 'x' | 'y'): Operation =>
  (plan, { strength, sign }, { result }) => {
    const by = sign * strength * mostShift;
    const [x, y] = axis === 'x' ? [by * result.widthPx, 0] : [0, by * result.heightPx];
    return { ...plan, geometry: compose(plan.geometry, [1, 0, x, 0, 1, y]) };
  };

export const randAugmentOperations = {
  identity: (plan) => plan,
  shearX: turn((amount) => [1, amount, 0, 1], 0.3),
  shearY: turn((amount) => [1, 0, amount, 1], 0.3),
  translateX: shift('x'),
  translateY: shift('y'),
  rotate: turn((angle) => [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)], Math.PI / 6),
  brightness: color(({ strength, sign }) => ({ kind: 'brightness', factor: 1 + sign * strength * 0.9 })),
  saturation: color(({ strength, sign }) => ({ kind: 'saturation', factor: 1 + sign * strength * 0.9 })),
  contrast: color(({ strength, sign }) => ({ kind: 'contrast', factor: 1 + sign * strength * 0.9 })),
  sharpness: color(({ strength, sign }) => ({ kind: 'sharpness', factor: 1 + sign * strength * 0.9 })),
  posterize: color(({ strength }) => ({ kind: 'posterize', bits: 8 - Math.round(4 * strength) })),
  solarize: color(({ strength }) => ({ kind: 'solarize', threshold: Math.round(256 * (1 - strength)) })),
  autocontrast: color(() => ({ kind: 'autocontrast' })),
  equalize: color(() => ({ kind: 'equalize' })),
} as const satisfies Record<string, Operation>;

export type RandAugmentOperation = keyof typeof randAugmentOperations;
export const randAugmentNames = Object.keys(randAugmentOperations) as readonly RandAugmentOperation[];
