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

/** Normally distributed, mean 0 and standard deviation 1 (Box and Muller 1958). */
export function createNormal(random: Random): Random {
  let spare: number | undefined;
  return () => {
    const kept = spare;
    spare = undefined;
    if (kept !== undefined) return kept;
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
