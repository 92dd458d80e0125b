/** @file Random numbers that depend on a few integers alone: equal integers give equal numbers on every machine. */

/** The next number from 0 to 1, 1 excluded. */
export type Random = () => number;

/**
 * sfc32 (Chris Doty-Humphrey's small fast counting generator) seeded by all of `parts`, such as a seed, an epoch and a position.
 * Neighboring integers give unrelated sequences.
 */
export function createRandom(...parts: readonly number[]): Random {
  let [a, b, c] = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
  for (const part of parts) {
    a = scramble(a ^ (part | 0));
    b = scramble(b ^ Math.floor(part / 2 ** 32) ^ a);
    c = scramble(c ^ b);
  }
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let n = 0; n < 8; n += 1) next();
  return () => next() / 2 ** 32;
}

/** The finalizer of MurmurHash3 (Austin Appleby): every bit of the input moves half of the output's. */
function scramble(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Evenly between the two. */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** A whole number from 0 up to `count`, which is excluded. */
export const below = (random: Random, count: number): number => Math.floor(random() * count);

/** Standard normal (Box and Muller 1958). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Beta(alpha, alpha) as a share of two gamma variates: what mixup and cutmix draw their weight from. */
export function symmetricBeta(random: Random, alpha: number): number {
  const [one, other] = [gamma(random, alpha), gamma(random, alpha)];
  return one + other > 0 ? one / (one + other) : Number(random() < 0.5);
}

/** Gamma(shape, 1) (Marsaglia and Tsang 2000; their boost for shapes below 1). */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
