/** @file Seeded random numbers: sfc32 (Doty-Humphrey, PractRand), seeded by SHA-256, so that near seeds give unrelated streams. */
import { createHash } from 'node:crypto';

/** The next number, 0 <= u < 1, in steps of 2^-32. */
export type Random = () => number;

/** The same words give the same stream, for ever. */
export function createRandom(...words: readonly (string | number)[]): Random {
  const digest = createHash('sha256').update(words.join('\n')).digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => digest.readInt32LE(at)) as [number, number, number, number];
  return () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
}

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
