/** @file How sure a share is that was counted: Wilson's score interval. */
import type { Interval } from '@tintype/contracts/ids';

const z95 = 1.959963984540054;

/** Wilson's score interval at 95 % for `right` of `total` (Wilson 1927). */
export function computeWilsonInterval(right: number, total: number): Interval {
  if (total === 0) return [0, 1];
  const share = right / total;
  const z2 = z95 * z95;
  const center = (share + z2 / (2 * total)) / (1 + z2 / total);
  const half = (z95 / (1 + z2 / total)) * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total));
  return [right === 0 ? 0 : center - half, right === total ? 1 : center + half];
}
