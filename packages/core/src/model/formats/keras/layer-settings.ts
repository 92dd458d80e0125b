/** @file What a layer's configuration says, read with its default and refused where it is something else. */
import { ModelRefusal } from '../model-file-error.ts';
import type { KerasLayer } from './keras-model.types.ts';

export function refuse(layer: KerasLayer, reason: string): never {
  throw new ModelRefusal(`its layer "${layer.path.join('/')}" (${layer.className}) ${reason}`);
}

export function numberOf(layer: KerasLayer, key: string, fallback: number): number {
  const value = layer.config[key] ?? fallback;
  // Some versions wrote a number as a list of one.
  const single = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  return typeof single === 'number' && Number.isFinite(single) ? single : refuse(layer, `has no sensible ${key}`);
}

export function textOf(layer: KerasLayer, key: string, fallback: string): string {
  const value = layer.config[key] ?? fallback;
  return typeof value === 'string' ? value : refuse(layer, `has no sensible ${key}`);
}

export function flagOf(layer: KerasLayer, key: string, fallback: boolean): boolean {
  const value = layer.config[key] ?? fallback;
  return typeof value === 'boolean' ? value : refuse(layer, `has no sensible ${key}`);
}

/** Of height and width; one number stands for both. At least `least`. */
export function pairOf(
  layer: KerasLayer,
  key: string,
  { fallback, least = 1 }: { fallback?: readonly [number, number]; least?: number } = {},
): [number, number] {
  const value = layer.config[key] ?? fallback;
  const [height, width] = typeof value === 'number' ? [value, value] : Array.isArray(value) ? (value as unknown[]) : [];
  const isCount = (count: unknown): count is number => Number.isInteger(count) && (count as number) >= least;
  return isCount(height) && isCount(width) ? [height, width] : refuse(layer, `has no sensible ${key}`);
}

/** `[[top, bottom], [left, right]]`, `[vertical, horizontal]` or one number for all four. */
export function sidesOf(layer: KerasLayer, key: string): { top: number; bottom: number; left: number; right: number } {
  const value = layer.config[key] ?? 1;
  const [vertical, horizontal] = Array.isArray(value) ? (value as unknown[]) : [value, value];
  const [top, bottom] = Array.isArray(vertical) ? (vertical as unknown[]) : [vertical, vertical];
  const [left, right] = Array.isArray(horizontal) ? (horizontal as unknown[]) : [horizontal, horizontal];
  const isCount = (count: unknown): count is number => Number.isInteger(count) && (count as number) >= 0;
  if (!isCount(top) || !isCount(bottom) || !isCount(left) || !isCount(right))
    return refuse(layer, `has no sensible ${key}`);
  return { top, bottom, left, right };
}

/** Numbers of a list, however nested, or of one number. */
export function numbersOf(layer: KerasLayer, key: string): number[] {
  const value = layer.config[key];
  const list = [value].flat(8) as unknown[];
  return list.every((item): item is number => typeof item === 'number')
    ? list
    : refuse(layer, `has no sensible ${key}`);
}
