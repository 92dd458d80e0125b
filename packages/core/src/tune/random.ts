/** @file Choosing and shuffling by seeded random numbers. */
import { createRandom, type Random } from '@tintype/autograd/random';

export { createRandom, type Random };

/** A position below the length of the weights, each as likely as its weight, which need not sum to 1. */
export function chooseWeighted(random: Random, weights: readonly number[] | Float64Array): number {
  const total = (weights as readonly number[]).reduce((sum, weight) => sum + weight, 0);
  let rest = random() * total;
  for (let at = 0; at < weights.length - 1; at += 1) {
    rest -= weights[at] as number;
    if (rest < 0) return at;
  }
  return weights.length - 1;
}

/** A new array in random order (Fisher and Yates). */
export function shuffle<T>(random: Random, items: readonly T[]): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}
