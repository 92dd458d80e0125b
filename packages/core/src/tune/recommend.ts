/** @file Which of several models to take: the fastest of those that are about as good as the best. Pure. */
import type { Comparison, Contender } from '@tintype/contracts/compare';

/** Above this p the difference from the best may be luck. */
export const significance = 0.05;
/** A small validation split cannot show a large difference: what is farther behind than this is not taken for as good. */
export const mostBehind = 0.02;
/** Times that differ by less are the same; then the smaller bundle counts. */
const sameTime = 1.1;

/** By accuracy on validation; the faster of equals first. */
export const byValidation = (a: Contender, b: Contender): number =>
  b.validation.accuracy - a.validation.accuracy || a.pictureMs - b.pictureMs || (a.name < b.name ? -1 : 1);

/**
 * Of the contenders that on the validation split are neither significantly worse than the best (McNemar's p below 0.05) nor more than 2
 * points behind, the fastest; of those within a tenth of its time the smallest. `contenders` is not empty and sorted by `byValidation`.
 */
export function recommend(contenders: readonly Contender[]): Comparison['recommended'] {
  const best = contenders[0] as Contender;
  const equals = contenders.filter((one) => one === best || isAboutAsGood(one, best));
  const fastestMs = Math.min(...equals.map(({ pictureMs }) => pictureMs));
  const fast = equals.filter(({ pictureMs }) => pictureMs <= sameTime * fastestMs);
  const chosen = fast.toSorted((a, b) => a.sizeBytes - b.sizeBytes || byValidation(a, b))[0] as Contender;
  return { name: chosen.name, reason: explain(chosen, best, contenders.length) };
}

const isAboutAsGood = ({ onValidation, validation }: Contender, best: Contender): boolean =>
  (onValidation?.p ?? 1) >= significance && validation.accuracy >= best.validation.accuracy - mostBehind;

function explain(chosen: Contender, best: Contender, count: number): string {
  if (count === 1) return 'It is the only one.';
  const own = `${percent(chosen.validation.accuracy)} on validation`;
  if (chosen === best) return `With ${own} it is the best, and nothing faster or smaller is about as good.`;
  const against = `${percent(best.validation.accuracy)} of ${best.name}`;
  const p = (chosen.onValidation?.p ?? 1).toFixed(2);
  return `With ${own} it is not known to be worse than the best (${against}; McNemar p = ${p}), and it needs ${milliseconds(chosen.pictureMs)} instead of ${milliseconds(best.pictureMs)} for a picture and ${megabytes(chosen.sizeBytes)} instead of ${megabytes(best.sizeBytes)}.`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
