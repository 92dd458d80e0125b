/** @file How many of the points are drawn while the map moves, where drawing them all is too slow: without a graphics card. Pure. */

/** Longer frames than 30 a second are seen to stumble. */
const slowMs = 1000 / 30;
/** Fewer do not look like the same map. */
const fewest = 20_000;

/** Every how many points one is drawn from now on, after a frame took `frameMs`. What was found too slow is not tried again. */
export function thinOut(every: number, { frameMs, count }: { frameMs: number; count: number }): number {
  const next = every * 2;
  return frameMs > slowMs && count / next >= fewest ? next : every;
}
