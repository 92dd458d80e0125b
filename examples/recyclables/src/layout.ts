/** @file Which picture of a data set is which class and file: the classes take turns. */
import type { RecyclableClass } from './render.ts';
import { recyclableClasses } from './render.ts';

/** Position 0 is the first class's picture 1. */
export function placeOf(position: number): { className: RecyclableClass; number: number } {
  const className = recyclableClasses[position % recyclableClasses.length];
  if (className === undefined) throw new RangeError(`position is ${position}, not a whole number from 0.`);
  return { className, number: Math.floor(position / recyclableClasses.length) + 1 };
}

/** Pictures of each class among the first `count`. */
export function countByClass(count: number): Record<RecyclableClass, number> {
  const counts = recyclableClasses.map((name, i) => [
    name,
    Math.ceil(Math.max(0, count - i) / recyclableClasses.length),
  ]);
  return Object.fromEntries(counts) as Record<RecyclableClass, number>;
}

/** Relative to the data set's folder. */
export function pathOf(className: RecyclableClass, number: number): string {
  return `${className}/${className}_${String(number).padStart(5, '0')}.jpg`;
}
