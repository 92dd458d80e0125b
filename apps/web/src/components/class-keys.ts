/** @file Which key gives which class: those that people chose, then the digits, then the letters that are left. */
import type { LabelClass } from '@tintype/contracts/label';

export interface KeyedClass {
  name: string;
  /** Null where there are more classes than keys. */
  key: string | null;
  /** Whether somebody chose it. */
  isChosen: boolean;
}

/** In the order in which they are given. */
const keys = Array.from('1234567890abcdefghijklmnopqrstuvwxyz');

/** In the order of the classes. */
export function assignKeys(classes: readonly LabelClass[]): KeyedClass[] {
  const chosen = new Set(classes.map((one) => one.key));
  const free = keys.filter((key) => !chosen.has(key));
  return classes.map(({ name, key }) => ({ name, key: key ?? free.shift() ?? null, isChosen: key !== null }));
}

/** The class of a key press; undefined where the key gives none. */
export const findByKey = (classes: readonly KeyedClass[], key: string): KeyedClass | undefined =>
  classes.find((one) => one.key !== null && one.key === key.toLowerCase());
