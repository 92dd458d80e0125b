/** @file Seeded random numbers (mulberry32), so that a seed names one picture for ever. */

export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  between(low: number, high: number): number;
  /** Both ends included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** A key, as often as its weight says. */
  pickWeighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  /** Roughly normal: the sum of four uniform numbers, never further than 3.5 deviations. */
  normal(mean: number, deviation: number): number;
}

/** Streams with different names are unrelated, even for the same seed. */
export function createRandom(seed: number, stream: string): Random {
  let state = hash(seed, stream);
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    integer: (low, high) => low + Math.floor(unit() * (high - low + 1)),
    chance: (probability) => unit() < probability,
    pick: (choices) => {
      const choice = choices[Math.floor(unit() * choices.length)];
      if (choice === undefined) throw new RangeError('There is nothing to pick from.');
      return choice;
    },
    pickWeighted: <K extends string>(weights: Readonly<Record<K, number>>) => {
      const entries = Object.entries(weights) as [K, number][];
      let rest = unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const chosen = entries.find(([, weight]) => (rest -= weight) < 0) ?? entries.at(-1);
      if (chosen === undefined) throw new RangeError('There is nothing to pick from.');
      return chosen[0];
    },
    normal: (mean, deviation) => mean + deviation * 1.732 * (unit() + unit() + unit() + unit() - 2),
  };
}

/** FNV-1a over the stream's name, then MurmurHash3's finalizer over the seed's two halves. */
function hash(seed: number, stream: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < stream.length; i++) h = Math.imul(h ^ stream.charCodeAt(i), 0x01000193);
  for (const half of [seed | 0, Math.floor(seed / 4294967296) | 0]) {
    h ^= half;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h;
}
