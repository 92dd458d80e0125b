/** @file How sure a share is that was counted: Wilson's interval (Wilson 1927). */

/** Standard normal quantile of a two-sided 95 % interval. */
const z = 1.959964;

/** Of `successes` among `total`; undefined where nothing was counted. */
export function computeWilsonInterval(successes: number, total: number): [number, number] | undefined {
  if (total === 0) return undefined;
  const share = successes / total;
  const scale = 1 + z ** 2 / total;
  const center = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

/** A scale that holds all intervals: from a multiple of 5 % below them to 100 %. */
export function chooseScale(intervals: readonly (readonly [number, number])[]): [number, number] {
  const lowest = Math.min(1, ...intervals.map(([low]) => low));
  return [Math.max(0, Math.min(0.9, Math.floor(lowest * 20 - 0.5) / 20)), 1];
}
